import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('actions by order', { onCluster: true }, (bench) => {
  test('takeOrdered gives the least records in order, top the greatest, fewer when there are fewer', async () => {
    const rdd = bench.sc.parallelize([5, 3, 9, 1, 7, 7, 2], 3)
    expect(await rdd.takeOrdered(3)).toEqual([1, 2, 3])
    expect(await rdd.top(3)).toEqual([9, 7, 7])
    expect(await rdd.takeOrdered(100)).toEqual([1, 2, 3, 5, 7, 7, 9])
    expect(await rdd.takeOrdered(0)).toEqual([])
  })

  test('a comparator decides; of equal records the earlier ones stay, in their order', async () => {
    const words = bench.sc.parallelize(['bb', 'a', 'cc', 'ddd', 'e', 'ff'], 3)
    const byLength = (a: string, b: string): number => a.length - b.length
    expect(await words.takeOrdered(4, byLength)).toEqual(['a', 'e', 'bb', 'cc'])
    expect(await words.top(2, byLength)).toEqual(['ddd', 'bb'])
    expect(await words.max(byLength)).toBe('ddd')
    expect(await words.min(byLength)).toBe('a')
  })

  test('more records than are wanted pass through a bounded buffer', async () => {
    const rdd = bench.sc.range(0, 100_000, 1, 4).map((i) => (i * 7919) % 100_003)
    const all = (await rdd.collect()).sort((a, b) => a - b)
    expect(await rdd.takeOrdered(1000)).toEqual(all.slice(0, 1000))
    expect(await rdd.top(5)).toEqual(all.slice(-5).reverse())
  })

  test('undefined, null and NaN have their places in the natural order', async () => {
    const rdd = bench.sc.parallelize([3, undefined, Number.NaN, null, 1, undefined], 2)
    expect(await rdd.takeOrdered(6)).toEqual([undefined, undefined, null, 1, 3, Number.NaN])
    expect(await rdd.top(3)).toEqual([Number.NaN, 3, 1])
    expect(await rdd.max()).toBeNaN()
    expect(await rdd.min()).toBeUndefined()
  })
})

onContexts('refusals of actions by order', {}, (bench) => {
  test('an empty RDD has no extremes, and nothing to take', async () => {
    for (const empty of [bench.sc.emptyRDD<number>(), bench.sc.parallelize<number>([], 3)]) {
      expect(await codeOf(empty.max())).toBe('FS_RDD_EMPTY')
      expect(await codeOf(empty.min())).toBe('FS_RDD_EMPTY')
      expect(await empty.takeOrdered(3)).toEqual([])
      expect(await empty.top(3)).toEqual([])
    }
  })

  test('a comparator that returns a promise is refused', async () => {
    const rdd = bench.sc.parallelize([2, 1], 1)
    const late = (async (a: number, b: number) => a - b) as never
    expect(await codeOf(rdd.takeOrdered(1, late))).toBe('FS_RDD_ASYNC_UNSUPPORTED')
    expect(await codeOf(rdd.max(late))).toBe('FS_RDD_ASYNC_UNSUPPORTED')
    expect(
      await codeOf(
        rdd
          .keyBy((x) => x)
          .sortByKey({ compare: late })
          .collect(),
      ),
    ).toBe('FS_RDD_ASYNC_UNSUPPORTED')
  })

  test('numbers of records that are none are refused', async () => {
    const rdd = bench.sc.parallelize([2, 1], 1)
    expect(await codeOf(rdd.takeOrdered(-1))).toBe('FS_RDD_ARGUMENT')
    expect(await codeOf(rdd.top(1.5))).toBe('FS_RDD_ARGUMENT')
  })
})
