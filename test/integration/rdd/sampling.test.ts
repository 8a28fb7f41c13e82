import { expect, test } from 'vitest'
import { codeOf, onContexts, sorted } from './rdd.test-kit.js'

onContexts('sampling', { onCluster: true }, (bench) => {
  test('the same seed gives the same records, another one others', async () => {
    const rdd = bench.sc.range(0, 1000, 1, 4)
    const first = await rdd.sample(false, 0.3, 42).collect()
    expect(await rdd.sample(false, 0.3, 42).collect()).toEqual(first)
    expect(await rdd.sample(false, 0.3, 43).collect()).not.toEqual(first)
    const unseeded = rdd.sample(true, 0.5)
    expect(await unseeded.collect()).toEqual(await unseeded.collect())
  })

  test('randomSplit puts each record in exactly one part, by the weights', async () => {
    const parts = bench.sc.range(0, 10_000, 1, 5).randomSplit([1, 0, 2, 1], 7)
    const records = await Promise.all(parts.map((part) => part.collect()))
    expect(records.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
    expect(records[1]).toEqual([])
    expect(Math.abs((records[2] as number[]).length - 5000)).toBeLessThan(250)
    expect(Math.abs((records[0] as number[]).length - 2500)).toBeLessThan(250)
  })
})

onContexts('sizes of samples', {}, (bench) => {
  test('samples have about the size that was asked for', async () => {
    const rdd = bench.sc.range(0, 20_000, 1, 4)
    expect(Math.abs((await rdd.sample(false, 0.25, 1).count()) - 5000)).toBeLessThan(300)
    expect(Math.abs((await rdd.sample(true, 0.25, 1).count()) - 5000)).toBeLessThan(350)
    expect(Math.abs((await rdd.sample(true, 3, 1).count()) - 60_000)).toBeLessThan(1300)
    expect(await rdd.sample(false, 0, 1).count()).toBe(0)
    expect(await rdd.sample(false, 1, 1).count()).toBe(20_000)
  })

  test('takeSample gives exactly as many records, distinct ones without replacement', async () => {
    const rdd = bench.sc.range(0, 500, 1, 5)
    for (const n of [1, 20, 499]) {
      const sample = await rdd.takeSample(false, n, 3)
      expect(new Set(sample).size).toBe(n)
    }
    expect((await rdd.takeSample(false, 1000, 3)).sort((a, b) => a - b)).toEqual(await rdd.collect())
    expect(await rdd.takeSample(true, 1000, 3)).toHaveLength(1000)
    expect(await rdd.takeSample(true, 10, 3)).toEqual(await rdd.takeSample(true, 10, 3))
    expect(await bench.sc.emptyRDD().takeSample(false, 3)).toEqual([])
    expect(await rdd.takeSample(false, 0)).toEqual([])
  })

  test('sampleByKey takes of each key by its fraction', async () => {
    const pairs = bench.sc.range(0, 20_000, 1, 4).map((i): [string, number] => [i % 4 === 0 ? 'a' : 'b', i])
    const fractions = new Map([
      ['a', 0.5],
      ['b', 0.1],
    ])
    const counts = await pairs.sampleByKey(false, fractions, 5).countByKey()
    expect(Math.abs((counts.get('a') as number) - 2500)).toBeLessThan(200)
    expect(Math.abs((counts.get('b') as number) - 1500)).toBeLessThan(200)
    expect(await codeOf(pairs.sampleByKey(false, [['a', 1]]).count())).toBe('FS_RDD_NO_FRACTION')
  })

  test('sampleByKeyExact takes of each key exactly its share', async () => {
    const pairs = bench.sc.range(0, 1000, 1, 7).map((i): [string, number] => [i % 4 === 0 ? 'a' : 'b', i])
    const fractions: [string, number][] = [
      ['a', 0.5],
      ['b', 0.101],
    ]
    const once = pairs.sampleByKeyExact(false, fractions, 5)
    expect(sorted([...(await once.countByKey())])).toEqual([
      ['a', 125],
      ['b', 76],
    ])
    expect(await once.values().distinct().count()).toBe(201)
    expect(await once.collect()).toEqual(await once.collect())
    const often = pairs.sampleByKeyExact(true, [
      ['a', 2],
      ['b', 1],
    ])
    expect(sorted([...(await often.countByKey())])).toEqual([
      ['a', 500],
      ['b', 750],
    ])
  })

  test('fractions, weights and seeds that are none are refused', () => {
    const rdd = bench.sc.range(0, 3)
    expect(() => rdd.sample(false, 1.5)).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.sample(true, -1)).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.sample(false, 0.5, Number.NaN)).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.randomSplit([])).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.randomSplit([1, -1])).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.keyBy((x) => x).sampleByKey(false, [[1, 2]])).toThrow('FS_RDD_ARGUMENT')
  })
})
