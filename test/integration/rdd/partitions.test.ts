import { HashPartitioner } from 'firesteel'
import { expect, test } from 'vitest'
import { codeOf, onContexts, sorted } from './rdd.test-kit.js'

onContexts('operators over partitions', { onCluster: true }, (bench) => {
  test('a union stands side by side, or partition by partition where both are placed alike', async () => {
    const a = bench.sc.range(0, 4, 1, 2)
    expect(
      await a
        .union(bench.sc.parallelize(['x'], 1))
        .glom()
        .collect(),
    ).toEqual([[0, 1], [2, 3], ['x']])
    const left = a.keyBy((x) => x).partitionBy(3)
    const right = a.keyBy((x) => x + 2).partitionBy(new HashPartitioner(3))
    const both = left.union(right)
    expect(both.getNumPartitions()).toBe(3)
    expect(both.partitioner?.equals(new HashPartitioner(3))).toBe(true)
    expect(sorted(await both.collect())).toEqual(sorted([...(await left.collect()), ...(await right.collect())]))
    expect(await both.groupByKey().lookup(2)).toEqual([[2, 0]])
    expect(await bench.sc.union([a, a, bench.sc.emptyRDD<number>(), a]).collect()).toEqual([
      0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
    ])
    expect(await bench.sc.union([]).collect()).toEqual([])
  })

  test('zipWithIndex numbers in the order of the partitions, zipWithUniqueId without a job', async () => {
    const letters = bench.sc.parallelize([...'abcde'], 3)
    expect(await letters.zipWithIndex().collect()).toEqual([...'abcde'].map((c, i) => [c, i]))
    expect(await letters.zipWithUniqueId().collect()).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 4],
      ['d', 2],
      ['e', 5],
    ])
    const later = letters
      .zipWithIndex()
      .filter(([, i]) => i > 1)
      .coalesce(1)
    expect(await later.collect()).toEqual([
      ['c', 2],
      ['d', 3],
      ['e', 4],
    ])
  })

  test('coalesce reads neighbours one after another; partitions in one place stay together', async () => {
    expect(await bench.sc.range(0, 6, 1, 6).coalesce(4).glom().collect()).toEqual([[0], [1, 2], [3], [4, 5]])
    expect(bench.sc.range(0, 6, 1, 2).coalesce(4).getNumPartitions()).toBe(2)
    const placed = bench.sc.makeRDD([1, 2, 3, 4], { preferredLocations: (x) => [x % 2 === 0 ? 'even' : 'odd'] })
    const halves = placed.map((x) => x).coalesce(2)
    expect(await halves.glom().collect()).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect([halves.preferredLocations(0), halves.preferredLocations(1)]).toEqual([['odd'], ['even']])
    expect(
      await bench.sc
        .range(0, 100, 1, 1)
        .repartition(4)
        .glom()
        .map((part) => part.length)
        .collect(),
    ).toEqual([25, 25, 25, 25])
  })

  test('trees of every depth give what reduce and aggregate give', async () => {
    const rdd = bench.sc.range(0, 1000, 1, 40)
    for (const depth of [1, 2, 3, 5]) {
      expect(await rdd.treeReduce((a, b) => a + b, depth)).toBe(499_500)
      expect(
        await rdd.treeAggregate(
          0,
          async (n) => n + 1,
          (a, b) => a + b,
          depth,
        ),
      ).toBe(1000)
    }
    expect(await bench.sc.parallelize([3], 10).treeReduce(async (a, b) => a + b)).toBe(3)
  })

  test('set operators keep duplicates as Spark does', async () => {
    const left = bench.sc.parallelize([1, 1, 2, 3, 3, undefined], 3)
    const right = bench.sc.parallelize([3, 4, undefined, 1, 1], 2)
    expect(sorted(await left.subtract(bench.sc.parallelize([3], 1)).collect())).toEqual(sorted([1, 1, 2, undefined]))
    expect(sorted(await left.intersection(right).collect())).toEqual(sorted([1, 3, undefined]))
    expect(sorted(await left.distinct().collect())).toEqual(sorted([1, 2, 3, undefined]))
    expect(await left.cartesian(right).count()).toBe(30)
  })

  test('evaluators compute partitions with what they were made with', async () => {
    const rdd = bench.sc.range(0, 6, 1, 2)
    const offset = 100
    const factory = {
      createEvaluator() {
        let calls = 0
        return {
          *eval(partition: number, ...inputs: IterableIterator<number>[]) {
            for (const input of inputs) for (const x of input) yield [partition, x + offset, calls++]
          },
        }
      },
    }
    expect(await rdd.mapPartitionsWithEvaluator(factory).first()).toEqual([0, 100, 0])
    expect(
      await rdd
        .zipPartitionsWithEvaluator(rdd, factory)
        .glom()
        .map((all) => all.at(-1))
        .collect(),
    ).toEqual([
      [0, 102, 5],
      [1, 105, 5],
    ])
  })

  test('runJob computes the partitions asked for, submitJob can be cancelled', async () => {
    const rdd = bench.sc.range(0, 10, 1, 5)
    expect(await bench.sc.runJob(rdd, (records) => [...records], [4, 1])).toEqual([
      [8, 9],
      [2, 3],
    ])
    const seen: number[] = []
    const sum = bench.sc.submitJob(
      rdd,
      async (records) => [...records].length,
      [0, 1, 2],
      (_index, length) => seen.push(length),
      () => seen.length,
    )
    expect(await sum).toBe(3)
    expect(await codeOf(bench.sc.runJob(rdd, () => 1, [5]))).toBe('FS_RDD_NO_PARTITION')
    expect(await codeOf(bench.sc.runJob(rdd, () => 1, [-1]))).toBe('FS_RDD_NO_PARTITION')
  })
})

onContexts('lineage', {}, (bench) => {
  test('the debug string shows names, levels and shuffles', () => {
    const text = bench.sc
      .range(0, 4, 1, 2)
      .setName('numbers')
      .keyBy((x) => x)
      .reduceByKey((a, b) => a + b, 3)
      .toDebugString()
    expect(text.split('\n')).toEqual([
      expect.stringMatching(/^\(3\) reduceByKey RDD\[\d+\] at partitions\.test\.ts:\d+$/),
      expect.stringMatching(/^ \+-\(2\) keyBy RDD\[\d+\] at partitions\.test\.ts:\d+$/),
      expect.stringMatching(/^ {2}\| \(2\) numbers range RDD\[\d+\] at partitions\.test\.ts:\d+$/),
    ])
  })

  test('refusals name the argument', () => {
    const rdd = bench.sc.range(0, 3)
    expect(() => rdd.coalesce(0)).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.repartition(-1)).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.keyBy((x) => x).partitionBy(0)).toThrow('FS_RDD_ARGUMENT')
    expect(() => rdd.zip(bench.sc.range(0, 3, 1, 5))).toThrow('FS_RDD_ZIP_PARTITIONS')
  })
})
