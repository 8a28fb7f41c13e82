import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('output', { onCluster: true }, (bench) => {
  test('lines are written by partition, and read again', async () => {
    const path = join(bench.folder, 'lines')
    await bench.sc.parallelize(['a', 'b', 'ü', ''], 2).saveAsTextFile(path)
    expect(readdirSync(path)).toEqual(['_SUCCESS', 'part-00000', 'part-00001'])
    expect(readFileSync(join(path, 'part-00001'), 'utf8')).toBe('ü\n\n')
    expect(await bench.sc.textFile(path).collect()).toEqual(['a', 'b', 'ü', ''])
  })

  test('compressed lines are read again by their names', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}`)
    for (const codec of ['gzip', 'deflate'] as const) {
      const path = join(bench.folder, codec)
      await bench.sc.parallelize(lines, 3).saveAsTextFile(path, codec)
      expect(await bench.sc.textFile(path).collect()).toEqual(lines)
    }
  })

  test('records of asynchronous functions and after a shuffle are written', async () => {
    const path = join(bench.folder, 'async')
    const sums = bench.sc
      .range(0, 100, 1, 4)
      .mapAsync(async (x): Promise<[number, number]> => [x % 3, x])
      .reduceByKey((a, b) => a + b)
    await sums.sortByKey(true, 1).saveAsTextFile(path)
    expect(readFileSync(join(path, 'part-00000'), 'utf8')).toBe('[0,1683]\n[1,1617]\n[2,1650]\n')
  })

  test('object files keep every kind of value', async () => {
    const path = join(bench.folder, 'objects')
    const values = [1, 'x', undefined, null, 10n, new Date(5), [1, [2]], { a: { b: 1 } }, new Map([[1, 2]]), Number.NaN]
    await bench.sc.parallelize<unknown>(values, 3).saveAsObjectFile(path)
    expect(await bench.sc.objectFile(path).collect()).toEqual(values)
  })

  test('a failed job leaves nothing behind', async () => {
    const path = join(bench.folder, 'failed')
    const rdd = bench.sc.range(0, 10, 1, 2).map((x) => {
      if (x === 7) throw new Error('no sevens')
      return x
    })
    await expect(rdd.saveAsTextFile(path)).rejects.toThrow('no sevens')
    expect(existsSync(path)).toBe(false)
  })
})

onContexts('output that is refused', {}, (bench) => {
  test('a path that exists is refused and stays as it is', async () => {
    const path = join(bench.folder, 'mine')
    mkdirSync(path)
    writeFileSync(join(path, 'precious'), '1')
    expect(await codeOf(bench.sc.range(0, 3).saveAsTextFile(path))).toBe('FS_IO_OUTPUT_EXISTS')
    expect(await codeOf(bench.sc.range(0, 3).saveAsObjectFile(path))).toBe('FS_IO_OUTPUT_EXISTS')
    expect(readdirSync(path)).toEqual(['precious'])
  })

  test('where existing paths are allowed, files are added to them', async () => {
    const path = join(bench.folder, 'shared')
    await bench.sc.parallelize(['old', 'older'], 2).saveAsTextFile(path)
    bench.sc.runtime.conf.set('spark.hadoop.validateOutputSpecs', 'false')
    await bench.sc.parallelize(['new'], 1).saveAsTextFile(path)
    bench.sc.runtime.conf.set('spark.hadoop.validateOutputSpecs', 'true')
    expect(await bench.sc.textFile(path).collect()).toEqual(['new', 'older'])
  })

  test('an RDD without partitions makes an empty folder that says it is complete', async () => {
    const path = join(bench.folder, 'none')
    await bench.sc.emptyRDD().saveAsTextFile(path)
    expect(readdirSync(path)).toEqual(['_SUCCESS'])
    expect(await bench.sc.textFile(path).collect()).toEqual([])
  })

  test('lines of values that are no strings', async () => {
    const path = join(bench.folder, 'values')
    class Named {
      toString(): string {
        return 'by name'
      }
    }
    const values = [1.5, true, null, undefined, 12n, [1, 'a', 2n], { a: 1 }, new Date(0)]
    await bench.sc
      .parallelize<unknown>(values, 1)
      .union(bench.sc.parallelize([0], 1).map(() => new Named()))
      .coalesce(1)
      .saveAsTextFile(path)
    expect(readFileSync(join(path, 'part-00000'), 'utf8').trimEnd().split('\n')).toEqual([
      '1.5',
      'true',
      'null',
      'undefined',
      '12',
      '[1,"a",2]',
      '{"a":1}',
      '"1970-01-01T00:00:00.000Z"',
      'by name',
    ])
  })
})
