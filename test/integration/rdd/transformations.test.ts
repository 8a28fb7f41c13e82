import { expect, test } from 'vitest'
import { codeOf, onContexts, sorted } from './rdd.test-kit.js'

onContexts('transformations', { onCluster: true }, (bench) => {
  test('functions may be asynchronous wherever they are synchronous in Spark', async () => {
    const rdd = bench.sc.range(0, 10, 1, 3)
    const evens = rdd.filter(async (x) => x % 2 === 0)
    expect(await evens.map(async (x) => x * 10).collect()).toEqual([0, 20, 40, 60, 80])
    expect(await rdd.flatMap(async (x) => (x < 2 ? [x, x] : [])).collect()).toEqual([0, 0, 1, 1])
    const doubled = rdd.mapPartitions(async function* (records) {
      for (const x of records) yield await Promise.resolve(x * 2)
    })
    expect(await doubled.sum()).toBe(90)
    expect(
      await rdd
        .keyBy(async (x) => x % 3)
        .reduceByKey(async (a, b) => a + b)
        .lookup(0),
    ).toEqual([18])
    expect(await rdd.reduce(async (a, b) => Math.max(a, b))).toBe(9)
    expect(
      await rdd.aggregate(
        [] as number[],
        async (all, x) => [...all, x],
        async (a, b) => [...a, ...b],
      ),
    ).toHaveLength(10)
    expect(await rdd.sortBy(async (x) => -x).first()).toBe(9)
    expect(await rdd.takeOrdered(2)).toEqual([0, 1])
    expect(await doubled.top(1)).toEqual([18])
  })

  test('a rejected promise fails the task with its error, once and by name', async () => {
    const failing = bench.sc.range(0, 3, 1, 1).map(async (x): Promise<number> => {
      throw new TypeError(`no ${x}`)
    })
    await expect(failing.collect()).rejects.toThrow('no 0')
    await expect(bench.sc.range(0, 3, 1, 1).treeReduce(async () => Promise.reject(new Error('tree')))).rejects.toThrow(
      'tree',
    )
    await expect(
      bench.sc.range(0, 3, 1, 1).foreachPartition(async () => Promise.reject(new Error('part'))),
    ).rejects.toThrow('part')
    expect(await bench.sc.range(0, 3, 1, 1).count()).toBe(3)
  })

  test('partitions are computed with their index, lazily', async () => {
    const rdd = bench.sc.range(0, 6, 1, 3)
    const indexed = rdd.mapPartitionsWithIndex((index, records) => [[index, ...records]])
    expect(await indexed.collect()).toEqual([
      [0, 0, 1],
      [1, 2, 3],
      [2, 4, 5],
    ])
    const endless = bench.sc.range(0, 1, 1, 1).mapPartitions(function* () {
      for (let i = 0; ; i++) yield i
    })
    expect(await endless.take(3)).toEqual([0, 1, 2])
    expect(await rdd.glom().first()).toEqual([0, 1])
  })

  test('partitions are zipped when they fit', async () => {
    const rdd = bench.sc.range(0, 4, 1, 2)
    expect(await rdd.zip(rdd.map((x) => `${x}`)).collect()).toEqual([
      [0, '0'],
      [1, '1'],
      [2, '2'],
      [3, '3'],
    ])
    const sums = rdd.zipPartitions(rdd, rdd, (a, b, c) => [[...a, ...b, ...c].length])
    expect(await sums.collect()).toEqual([6, 6])
    expect(await codeOf(rdd.zip(rdd.filter((x) => x > 0)).collect())).toBe('FS_RDD_ZIP_LENGTHS')
  })

  test('mapAsync keeps order or speed, tries again, and gives up after its time', async () => {
    const rdd = bench.sc.range(0, 20, 1, 2)
    const slow = rdd.mapAsync(
      async (x) => {
        await new Promise((resolve) => setTimeout(resolve, (20 - x) * 3))
        return x
      },
      { concurrency: 10 },
    )
    expect(await slow.collect()).toEqual(await rdd.collect())
    const unordered = rdd.flatMapAsync(async (x) => [x, -x], { ordered: false, concurrency: 3 })
    expect(sorted(await unordered.collect())).toEqual(sorted(await rdd.flatMap((x) => [x, -x]).collect()))
    const stuck = rdd.mapAsync(() => new Promise<never>(() => {}), { timeout: 50 })
    expect(await codeOf(stuck.count())).toBe('FS_TASK_ASYNC_TIMEOUT')
    const moody = rdd.mapPartitions((records) => {
      const failed = new Set<number>()
      return [...records].map((x) => ({ x, failed }))
    })
    const retried = moody.mapAsync(
      async ({ x, failed }) => {
        if (!failed.has(x)) {
          failed.add(x)
          throw new Error('once')
        }
        return x
      },
      { retries: 1, retryDelay: 1 },
    )
    expect(await retried.sum()).toBe(190)
  })

  test('records go through a command, whose failure is told', async () => {
    const rdd = bench.sc.parallelize(['b', 'a', 'c'], 1)
    expect(await rdd.pipe('sort').collect()).toEqual(['a', 'b', 'c'])
    const greeted = rdd.pipe(['sh', '-c', 'while read line; do echo "$GREETING $line"; done'], {
      env: { GREETING: 'hi' },
      printPipeContext: (print) => print('first'),
      printRDDElement: (record, print) => print(record.toUpperCase()),
    })
    expect(await greeted.collect()).toEqual(['hi first', 'hi B', 'hi A', 'hi C'])
    await expect(rdd.pipe(['sh', '-c', 'exit 3']).collect()).rejects.toThrow('3')
  })
})
