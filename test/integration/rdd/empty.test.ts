import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RDD } from 'firesteel'
import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('RDDs without records', { onCluster: true }, (bench) => {
  const empties = (): RDD<number>[] => [
    bench.sc.emptyRDD<number>(),
    bench.sc.parallelize<number>([], 3),
    bench.sc.range(0, 5, 1, 2).filter(() => false),
    bench.sc.emptyRDD<number>().union(bench.sc.emptyRDD<number>()),
  ]

  test('actions give nothing, zero, or say that there is nothing', async () => {
    for (const empty of empties()) {
      expect(await empty.collect()).toEqual([])
      expect(await empty.count()).toBe(0)
      expect(await empty.isEmpty()).toBe(true)
      expect(await empty.take(3)).toEqual([])
      expect(await empty.fold(0, (a, b) => a + b)).toBe(0)
      expect(await empty.aggregate(7, (a) => a, Math.max)).toBe(7)
      expect(await empty.treeAggregate(7, (a) => a, Math.max)).toBe(7)
      expect(await codeOf(empty.first())).toBe('FS_RDD_EMPTY')
      expect(await codeOf(empty.reduce(Math.max))).toBe('FS_RDD_EMPTY')
      expect(await codeOf(empty.treeReduce(Math.max))).toBe('FS_RDD_EMPTY')
      await empty.foreach(() => expect.unreachable())
      await empty.foreachPartition(() => {})
      await empty.foreachAsync(() => expect.unreachable())
      expect(await empty.countByValue()).toEqual(new Map())
      expect(await empty.takeSample(true, 3)).toEqual([])
      expect(await empty.collectAsync()).toEqual([])
      expect(await empty.takeAsync(2)).toEqual([])
      expect((await empty.countByValueApprox(60_000)).initialValue).toEqual(new Map())
      expect((await bench.sc.runJob(empty, () => 1)).length).toBe(empty.getNumPartitions())
    }
  })

  test('transformations give RDDs without records', async () => {
    for (const empty of empties()) {
      const pairs = empty.keyBy((x) => x)
      const other = bench.sc.range(0, 3, 1, 2).keyBy((x) => x)
      const made: RDD<unknown>[] = [
        empty.map((x) => x),
        empty.distinct(),
        empty.sortBy((x) => x),
        empty.repartition(2),
        empty.coalesce(2),
        empty.zipWithIndex(),
        empty.zipWithUniqueId(),
        empty.sample(true, 2),
        empty.mapPartitions((records) => records),
        empty.cartesian(empty),
        empty.subtract(empty),
        empty.intersection(empty),
        empty.zip(empty),
        pairs.reduceByKey((a) => a),
        pairs.groupByKey(),
        pairs.join(other),
        pairs.cogroup(pairs),
        pairs.sortByKey(),
        pairs.sortByKey().filterByRange(0, 3),
        pairs.partitionBy(3).reduceByKey((a) => a),
        pairs.sampleByKeyExact(false, [[1, 0.5]]),
        pairs.countApproxDistinctByKey(),
      ]
      for (const rdd of made) expect(await rdd.count(), rdd.toDebugString()).toBe(0)
      expect(await pairs.fullOuterJoin(other).count()).toBe(3)
      expect(await pairs.lookup(1)).toEqual([])
      expect(await pairs.collectAsMap()).toEqual(new Map())
      expect(await pairs.reduceByKeyLocally((a) => a)).toEqual(new Map())
    }
  })

  test('each partition is a file without lines', async () => {
    for (const [i, empty] of empties().entries()) {
      const path = join(bench.folder, `empty-${i}`)
      await empty.saveAsTextFile(path)
      expect(readdirSync(path)).toHaveLength(1 + empty.getNumPartitions())
      await empty.saveAsObjectFile(`${path}-objects`)
      expect(await bench.sc.objectFile(`${path}-objects`).collect()).toEqual([])
    }
  })
})

onContexts('many partitions', {}, (bench) => {
  test('20,000 partitions are computed, counted and united', async () => {
    const many = bench.sc.range(0, 20_000, 1, 20_000)
    expect(await many.count()).toBe(20_000)
    expect(await many.coalesce(4).sum()).toBe(199_990_000)
    expect(await many.union(many).take(3)).toEqual([0, 1, 2])
    expect(await many.takeOrdered(2)).toEqual([0, 1])
  })
})
