import { HashPartitioner, Partitioner, RangePartitioner } from 'firesteel'
import { expect, test } from 'vitest'
import { codeOf, onContexts, sorted } from './rdd.test-kit.js'

class Parity extends Partitioner {
  readonly numPartitions = 2
  getPartition(key: unknown): number {
    return (key as number) % 2
  }
  equals(other: unknown): boolean {
    return other instanceof Parity
  }
}

onContexts('pairs', { onCluster: true }, (bench) => {
  const pairs = () =>
    bench.sc.parallelize<[string, number]>(
      [
        ['a', 1],
        ['b', 2],
        ['a', 3],
        ['c', 4],
      ],
      3,
    )

  test('joins have the pairs that their names say', async () => {
    const right = bench.sc.parallelize<[string, string]>(
      [
        ['a', 'x'],
        ['a', 'y'],
        ['d', 'z'],
      ],
      2,
    )
    expect(sorted(await pairs().join(right).collect())).toEqual([
      ['a', [1, 'x']],
      ['a', [1, 'y']],
      ['a', [3, 'x']],
      ['a', [3, 'y']],
    ])
    expect(await pairs().leftOuterJoin(right).count()).toBe(6)
    expect(await pairs().rightOuterJoin(right).lookup('d')).toEqual([[undefined, 'z']])
    expect(await pairs().fullOuterJoin(right).count()).toBe(7)
    expect(sorted(await pairs().subtractByKey(right).collect())).toEqual([
      ['b', 2],
      ['c', 4],
    ])
    const grouped = await pairs().cogroup(right, pairs(), right).lookup('a')
    expect(grouped).toEqual([
      [
        [1, 3],
        ['x', 'y'],
        [1, 3],
        ['x', 'y'],
      ],
    ])
    expect(await pairs().groupWith(right, pairs()).lookup('d')).toEqual([[[], ['z'], []]])
  })

  test('what is partitioned alike is merged without a shuffle', async () => {
    const placed = pairs().partitionBy(4)
    const reduced = placed.reduceByKey((a, b) => a + b)
    expect(reduced.dependencies.map((d) => d.kind)).toEqual(['narrow'])
    expect(reduced.partitioner).toBe(placed.partitioner)
    expect(await reduced.collectAsMap()).toEqual(
      new Map([
        ['a', 4],
        ['b', 2],
        ['c', 4],
      ]),
    )
    expect(await placed.groupByKey().lookup('a')).toEqual([[1, 3]])
    expect(await placed.reduceByKey(async (a, b) => a + b).lookup('a')).toEqual([4])
    const sum = placed.aggregateByKey(
      [] as number[],
      (all, x) => [...all, x],
      (a, b) => [...a, ...b],
    )
    expect(await sum.lookup('a')).toEqual([[1, 3]])
  })

  test('maps of pairs compare keys by value', async () => {
    const keyed = bench.sc.parallelize([
      [[1, 'x'], 1],
      [[2], 2],
      [[1, 'x'], 3],
    ] as [unknown[], number][])
    const counts = await keyed.countByKey()
    expect(counts.get([1, 'x'])).toBe(2)
    expect(counts.size).toBe(2)
    expect((await keyed.collectAsMap()).get([1, 'x'])).toBe(3)
    expect((await keyed.reduceByKeyLocally(async (a, b) => a + b)).get([1, 'x'])).toBe(4)
    expect(
      (
        await bench.sc
          .parallelize([
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ])
          .countByValue()
      ).get({ a: 1, b: 2 }),
    ).toBe(2)
    expect(await keyed.lookup([2])).toEqual([2])
  })

  test('undefined, null and NaN are keys like others', async () => {
    const keys = [undefined, null, Number.NaN, Number.NaN, undefined, 0, -0]
    const keyed = bench.sc.parallelize(keys, 3).map((key): [unknown, number] => [key, 1])
    const counts = await keyed.reduceByKey((a, b) => a + b).collectAsMap()
    expect([undefined, null, Number.NaN, 0].map((key) => counts.get(key))).toEqual([2, 1, 2, 2])
    expect(await keyed.lookup(Number.NaN)).toEqual([1, 1])
    expect(await keyed.sortByKey().keys().collect()).toEqual([
      undefined,
      undefined,
      null,
      0,
      -0,
      Number.NaN,
      Number.NaN,
    ])
  })

  test('a partitioner of your own places pairs, and refuses what it must', async () => {
    const numbers = bench.sc.range(1, 7, 1, 3).keyBy((x) => x)
    const placed = numbers.partitionBy(new Parity())
    expect(await placed.keys().glom().collect()).toEqual([
      [2, 4, 6],
      [1, 3, 5],
    ])
    expect(placed.partitionBy(new Parity())).toBe(placed)
    expect(await placed.lookup(3)).toEqual([3])
    const halves = bench.sc.range(1, 7, 1, 3).keyBy((x) => x / 2)
    expect(await codeOf(halves.partitionBy(new Parity()).count())).toBe('FS_RDD_PARTITION_INDEX')
    expect(await codeOf(placed.lookup(0.5))).toBe('FS_RDD_PARTITION_INDEX')
    class Late extends Parity {
      override getPartition(key: unknown): number {
        return Promise.resolve(key) as never
      }
    }
    expect(await codeOf(numbers.partitionBy(new Late()).count())).toBe('FS_RDD_ASYNC_UNSUPPORTED')
  })
})

onContexts('partitions of pairs', {}, (bench) => {
  test('lookup computes one partition where the partitioner is known', async () => {
    const computed = bench.sc.longAccumulator()
    const counted = bench.sc
      .range(0, 100, 1, 4)
      .keyBy((x) => x)
      .partitionBy(10)
      .mapPartitions((records) => {
        computed.add(1)
        return records
      }, true)
    expect(await counted.lookup(42)).toEqual([42])
    expect(computed.value).toBe(1)
  })

  test('filterByRange computes the partitions that can have such keys', async () => {
    const computed = bench.sc.longAccumulator()
    const sortedPairs = bench.sc
      .range(0, 1000, 1, 5)
      .keyBy((x) => (x * 37) % 1000)
      .sortByKey(true, 20)
      .mapPartitions((records) => {
        computed.add(1)
        return records
      }, true)
    const range = sortedPairs.filterByRange(500, 509)
    expect(await range.keys().collect()).toEqual([500, 501, 502, 503, 504, 505, 506, 507, 508, 509])
    expect(computed.value).toBeLessThanOrEqual(2)
    expect(range.getNumPartitions()).toBeLessThanOrEqual(2)
  })

  test('filterByRange follows descending orders and comparators, and works without ranges', async () => {
    const pairs = bench.sc.range(0, 100, 1, 5).keyBy((x) => x)
    const falling = pairs.sortByKey(false, 8)
    expect(falling.filterByRange(10, 13).getNumPartitions()).toBe(8)
    expect(await falling.filterByRange(10, 13).keys().collect()).toEqual([13, 12, 11, 10])
    const odd = pairs.sortByKey({ compare: (a, b) => (a % 2) - (b % 2) || a - b, numPartitions: 4 })
    expect(await odd.filterByRange(94, 3).keys().collect()).toEqual([94, 96, 98, 1, 3])
    expect(await pairs.filterByRange(3, 5).keys().collect()).toEqual([3, 4, 5])
    expect(await pairs.filterByRange(5, 3).count()).toBe(0)
  })

  test('sorted by ranges, pairs are in a total order over partitions of about the same size', async () => {
    const keyed = bench.sc.range(0, 10_000, 1, 7).keyBy((x) => (x * 7919) % 10_007)
    const parts = await keyed.sortByKey(true, 8).keys().glom().collect()
    expect(parts.flat()).toEqual([...parts.flat()].sort((a, b) => a - b))
    for (const part of parts) expect(part.length).toBeGreaterThan(700)
  })

  test('a range partitioner can be made for another RDD', async () => {
    const keyed = bench.sc.range(0, 100, 1, 4).keyBy((x) => x)
    const ranges = new RangePartitioner(4, keyed)
    const placed = keyed.partitionBy(ranges)
    const parts = await placed.keys().glom().collect()
    expect(parts).toHaveLength(4)
    expect(parts.flat()).toEqual(Array.from({ length: 100 }, (_, i) => i))
    expect(await placed.join(keyed, ranges).count()).toBe(100)
    expect(placed.partitionBy(ranges)).toBe(placed)
    expect(ranges.equals(new HashPartitioner(4))).toBe(false)
    const same = new RangePartitioner(4, keyed)
    await same.prepare()
    expect(ranges.equals(same)).toBe(typeof same.bounds === 'object' && ranges.bounds?.join() === same.bounds.join())
  })

  test('the number of partitions of a shuffle is that of its widest input, of its partitioner, or the one given', () => {
    const three = bench.sc.range(0, 10, 1, 3).keyBy((x) => x)
    const five = bench.sc.range(0, 10, 1, 5).keyBy((x) => x)
    expect(three.join(five).getNumPartitions()).toBe(5)
    expect(three.join(five, 2).getNumPartitions()).toBe(2)
    expect(three.partitionBy(4).join(five).getNumPartitions()).toBe(4)
    expect(three.reduceByKey((a) => a).getNumPartitions()).toBe(3)
    expect(
      three
        .partitionBy(1)
        .join(bench.sc.range(0, 10, 1, 30).keyBy((x) => x))
        .getNumPartitions(),
    ).toBe(30)
  })

  test('repartitionAndSortWithinPartitions sorts what it moves', async () => {
    const keyed = bench.sc.range(0, 10, 1, 3).keyBy((x) => 9 - x)
    const parts = await keyed
      .repartitionAndSortWithinPartitions(new Parity(), { ascending: false })
      .keys()
      .glom()
      .collect()
    expect(parts).toEqual([
      [8, 6, 4, 2, 0],
      [9, 7, 5, 3, 1],
    ])
  })
})
