import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('sources', { onCluster: true }, (bench) => {
  test('whole files come with their paths', async () => {
    const folder = join(bench.folder, 'whole')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.txt'), 'one\ntwo')
    writeFileSync(join(folder, 'b.txt'), '')
    const texts = await bench.sc.wholeTextFiles(folder).collect()
    expect(texts.map(([path, text]) => [basename(path), text])).toEqual([
      ['a.txt', 'one\ntwo'],
      ['b.txt', ''],
    ])
    const sizes = bench.sc.binaryFiles(folder).mapValues((file) => file.read().length)
    expect((await sizes.values().collect()).sort()).toEqual([0, 7])
  })

  test('records of a fixed length are cut from files', async () => {
    const path = join(bench.folder, 'records')
    writeFileSync(path, Buffer.from('aabbccddee'))
    expect(await bench.sc.binaryRecords(path, 2).map(String).collect()).toEqual(['aa', 'bb', 'cc', 'dd', 'ee'])
    expect(await codeOf(bench.sc.binaryRecords(path, 3).count())).toBe('FS_IO_PARTIAL_RECORD')
  })

  test('lines of JSON and comma-separated values become records', async () => {
    const folder = join(bench.folder, 'rows')
    mkdirSync(folder)
    writeFileSync(join(folder, 'x.jsonl'), '{"a":1}\n\n[2]\n')
    writeFileSync(join(folder, 'x.csv'), 'id,name\n1,"a,b"\n2,c\n')
    writeFileSync(join(folder, 'broken.jsonl'), '{"a":1}\n{oops\n')
    expect(await bench.sc.jsonLines(join(folder, 'x.jsonl')).collect()).toEqual([{ a: 1 }, [2]])
    expect(await bench.sc.csv(join(folder, 'x.csv'), { header: true, minPartitions: 3 }).collect()).toEqual([
      { id: '1', name: 'a,b' },
      { id: '2', name: 'c' },
    ])
    expect(await bench.sc.csv(join(folder, 'x.csv')).first()).toEqual(['id', 'name'])
    const strict = bench.sc.jsonLines(join(folder, 'broken.jsonl'), { mode: 'failFast' })
    expect(await codeOf(strict.count())).toBe('FS_IO_MALFORMED')
  })

  test('a source of your own computes its partitions on the executors', async () => {
    const offset = 10
    const unshippable = new WeakMap()
    const literal = bench.sc.source({
      getPartitions: () => (unshippable === undefined ? [] : [{ from: 1 }, { from: 3 }]),
      compute: ({ from }, index) => [from + offset, index],
    })
    expect(await literal.collect()).toEqual([11, 0, 13, 1])
    class Squares {
      readonly power = 2
      getPartitions(): number[][] {
        return [[1, 2], [], [3]]
      }
      *compute(numbers: number[]): Generator<number> {
        for (const x of numbers) yield x ** this.power
      }
    }
    const squares = bench.sc.source(new Squares(), 'squares')
    expect(squares.getNumPartitions()).toBe(3)
    expect(await squares.sum()).toBe(14)
    const late = bench.sc.source({
      getPartitions: () => [1, 2],
      async *compute(x: number) {
        yield await x
      },
    })
    expect(await late.collect()).toEqual([1, 2])
  })

  test('values and ranges are cut into slices whose sizes differ by one at most', async () => {
    expect(
      await bench.sc
        .parallelize([...'abcdefg'], 3)
        .glom()
        .map((s) => s.length)
        .collect(),
    ).toEqual([2, 2, 3])
    expect(await bench.sc.range(10, 0, -3, 2).glom().collect()).toEqual([
      [10, 7],
      [4, 1],
    ])
    expect(await bench.sc.range(3).collect()).toEqual([0, 1, 2])
    expect(await bench.sc.range(0, 1e9, 1, 4).take(2)).toEqual([0, 1])
  })
})

onContexts('sources with places', {}, (bench) => {
  test('preferred locations are those given', async () => {
    const values = bench.sc.makeRDD(['x', 'y'], { preferredLocations: (value, i) => [`${value}-${i}`] })
    expect(values.getNumPartitions()).toBe(2)
    expect(values.preferredLocations(1)).toEqual(['y-1'])
    expect(await values.collect()).toEqual(['x', 'y'])
    const source = bench.sc.source({
      getPartitions: () => ['h1', 'h2'],
      compute: (host: string) => [host],
      preferredLocations: (host: string) => [host],
    })
    expect(source.preferredLocations(1)).toEqual(['h2'])
    expect(await source.collect()).toEqual(['h1', 'h2'])
  })

  test('paths that are not there are named', async () => {
    expect(await codeOf(bench.sc.textFile(join(bench.folder, 'nowhere')).count())).toBe('FS_IO_PATH_NOT_FOUND')
    expect(await codeOf(bench.sc.objectFile(join(bench.folder, 'nowhere')).count())).toBe('FS_IO_PATH_NOT_FOUND')
  })
})
