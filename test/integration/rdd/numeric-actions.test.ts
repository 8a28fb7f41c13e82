import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('actions on numbers', { onCluster: true }, (bench) => {
  test('stats are those of all partitions together', async () => {
    const stats = await bench.sc.parallelize([1, 2, 3, 4, 10], 3).stats()
    expect(stats.count).toBe(5)
    expect(stats.sum).toBeCloseTo(20, 12)
    expect(stats.mean).toBeCloseTo(4, 12)
    expect(stats.popVariance).toBeCloseTo(10, 12)
    expect(stats.sampleVariance).toBeCloseTo(12.5, 12)
    expect([stats.max, stats.min]).toEqual([10, 1])
  })

  test('single figures are those of stats', async () => {
    const rdd = bench.sc.parallelize([1, 2, 3, 4, 10], 3)
    expect(await rdd.sum()).toBe(20)
    expect(await rdd.mean()).toBeCloseTo(4, 12)
    expect(await rdd.variance()).toBeCloseTo(10, 12)
    expect(await rdd.popVariance()).toBeCloseTo(10, 12)
    expect(await rdd.sampleVariance()).toBeCloseTo(12.5, 12)
    expect(await rdd.stdev()).toBeCloseTo(Math.sqrt(10), 12)
    expect(await rdd.popStdev()).toBeCloseTo(Math.sqrt(10), 12)
    expect(await rdd.sampleStdev()).toBeCloseTo(Math.sqrt(12.5), 12)
  })

  test('the variance of large numbers close together keeps its precision', async () => {
    const rdd = bench.sc.range(0, 1000, 1, 8).map((i) => 1e9 + (i % 2))
    expect(await rdd.variance()).toBeCloseTo(0.25, 9)
  })

  test('histograms count by even or given buckets, the last one closed', async () => {
    const rdd = bench.sc.range(0, 51, 1, 4)
    expect(await rdd.histogram([0, 10, 20, 50])).toEqual([10, 10, 31])
    expect(await rdd.histogram([0, 15, 30, 45, 60], true)).toEqual([15, 15, 15, 6])
    expect(await rdd.histogram(2)).toEqual([
      [0, 25, 50],
      [25, 26],
    ])
    expect(await bench.sc.parallelize([1, 1, 1]).histogram(3)).toEqual([[1, 1], [3]])
    expect(await bench.sc.parallelize([-5, Number.NaN, 5, 100]).histogram([0, 10])).toEqual([1])
  })
})

onContexts('numbers that are none', {}, (bench) => {
  test('nothing at all sums up to 0 and has no variance', async () => {
    for (const empty of [bench.sc.emptyRDD<number>(), bench.sc.parallelize<number>([], 2)]) {
      expect(await empty.sum()).toBe(0)
      expect(await empty.variance()).toBeNaN()
      expect((await empty.stats()).count).toBe(0)
      expect(await empty.histogram([0, 1])).toEqual([0])
      expect(await codeOf(empty.histogram(3))).toBe('FS_RDD_HISTOGRAM_RANGE')
    }
  })

  test('NaN spoils what it must', async () => {
    const rdd = bench.sc.parallelize([1, Number.NaN, 2], 2)
    expect(await rdd.sum()).toBeNaN()
    expect(await rdd.mean()).toBeNaN()
    expect(await codeOf(rdd.histogram(2))).toBe('FS_RDD_HISTOGRAM_RANGE')
  })

  test('records that are no numbers are named', async () => {
    const words = bench.sc.parallelize(['1', '2'], 1) as never as ReturnType<typeof bench.sc.range>
    expect(await codeOf(words.sum())).toBe('FS_RDD_NOT_A_NUMBER')
    expect(await codeOf(words.mean())).toBe('FS_RDD_NOT_A_NUMBER')
  })

  test('buckets must be ascending', async () => {
    const rdd = bench.sc.range(0, 3)
    for (const buckets of [[1], [2, 1], [0, Number.NaN]]) {
      expect(await codeOf(rdd.histogram(buckets))).toBe('FS_RDD_ARGUMENT')
    }
    expect(await codeOf(rdd.histogram(0))).toBe('FS_RDD_ARGUMENT')
  })
})
