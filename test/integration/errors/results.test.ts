import type { SparkContext } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

const megabyte = (n: number): Buffer => Buffer.alloc(1 << 20, n)

describe.each(['local[2]', 'local-cluster[2,1,512]'])('on %s', (master) => {
  test('results above spark.driver.maxResultSize are refused by name, with the cure, and not fetched', () =>
    withContext(
      master,
      async ({ sc, events }) => {
        const large = sc.parallelize([...Array(64).keys()], 16).map(megabyte)
        const before = process.memoryUsage().arrayBuffers
        let highest = 0
        const watch = setInterval(() => {
          highest = Math.max(highest, process.memoryUsage().arrayBuffers - before)
        }, 5)
        const error = await failureOf(large.collect())
        clearInterval(watch)
        expect(error).toMatchObject({ code: 'FS_JOB_RESULT_TOO_LARGE', details: { operation: 'collect' } })
        expect((error as unknown as { hint: string }).hint).toMatch(/toLocalIterator|Save/)
        if (master !== 'local[2]') expect(highest).toBeLessThan(40 << 20)
        expect(await large.count()).toBe(64)
        expect(await large.map((b) => b.length).sum()).toBe(64 << 20)
        expect(events.losses).toEqual([])
        // One record at a time passes below the limit.
        let seen = 0
        for await (const record of large.toLocalIterator()) seen += record.length
        expect(seen).toBe(64 << 20)
      },
      { conf: { 'spark.driver.maxResultSize': '10m' } },
    ))

  test('a single result above the limit is not even fetched', () =>
    withContext(
      'local-cluster[1,1,512]',
      async ({ sc }) => {
        const before = process.memoryUsage().arrayBuffers
        let highest = 0
        const watch = setInterval(() => {
          highest = Math.max(highest, process.memoryUsage().arrayBuffers - before)
        }, 5)
        const one = sc.parallelize([1], 1).map((n) => Buffer.alloc(100 << 20, n))
        expect(await failureOf(one.collect())).toMatchObject({ code: 'FS_JOB_RESULT_TOO_LARGE' })
        clearInterval(watch)
        expect(highest).toBeLessThan(10 << 20)
        expect(await one.count()).toBe(1)
      },
      { conf: { 'spark.driver.maxResultSize': '10m' } },
    ))

  test('a result that cannot travel fails the job at once, with its path', () =>
    withContext(master, async ({ sc }) => {
      const error = await failureOf(
        sc
          .parallelize([1], 1)
          .map((n) => ({ n, inner: { f: () => n } }))
          .collect(),
      )
      expect(error.message).toMatch(/FS_SERIALIZER_\w+/)
      expect(error.message).toMatch(/inner\.f/)
    }))

  test('a record that cannot travel through a shuffle fails the job by its path', () =>
    withContext(master, async ({ sc }) => {
      const error = await failureOf(
        sc
          .parallelize([1], 1)
          .map((n): [number, unknown] => [n, { made: Promise.resolve(n) }])
          .groupByKey()
          .collect(),
      )
      expect(error.message).toMatch(/FS_SERIALIZER_\w+/)
      expect(error.message).toMatch(/made/)
    }))

  test('an accumulated value that cannot travel fails the task by its path', () =>
    withContext(master, async ({ sc }) => {
      const gathered = sc.collectionAccumulator<unknown>('gathered')
      const error = await failureOf(
        sc.parallelize([1], 1).foreach((n) => {
          gathered.add({ n, f: () => n })
        }),
      )
      expect(error.message).toMatch(/FS_SERIALIZER_\w+/)
    }))

  test('instances of classes come back as they are, or are refused by name', () =>
    withContext(master, async ({ sc }) => {
      class Point {
        readonly x: number
        constructor(x: number) {
          this.x = x
        }
        double(): number {
          return this.x * 2
        }
      }
      const outcome = await sc
        .parallelize([1, 2], 2)
        .map((n) => new Point(n))
        .collect()
        .then(
          (points) => ({ points }),
          (error: Error) => ({ error }),
        )
      if ('points' in outcome) {
        expect(outcome.points.map((point) => point.x)).toEqual([1, 2])
        expect(outcome.points.map((point) => point.double?.())).toEqual([2, 4])
      } else expect(outcome.error.message).toMatch(/FS_SERIALIZER_\w+.*Point/s)
    }))

  test('what is built in comes back as it was', () =>
    withContext(master, async ({ sc }) => {
      const values = [
        new Date(5),
        new Map([['a', new Set([1])]]),
        /x+/gi,
        10n ** 30n,
        -0,
        Number.NaN,
        undefined,
        null,
        new Float32Array([1.5]),
        [1, 2, 3],
        new Error('an error as a value'),
      ]
      const back = await sc.parallelize(values, 3).collect()
      expect(back.map(String)).toEqual(values.map(String))
      expect(Object.is(back[4], -0)).toBe(true)
    }))
})

test('a closure that cannot travel is refused at the call, with the path', () =>
  withContext('local[1]', async ({ sc }) => {
    const holder = { deep: { promise: Promise.resolve(1) } }
    const rdd = sc.parallelize([1], 1)
    expect(() => rdd.map((n) => [n, holder.deep.promise])).toThrow(/FS_CLOSURE_\w+.*promise/s)
    expect(() => rdd.map((n) => [n, sc.master])).toThrow(/FS_CLOSURE_\w+.*SparkContext/s)
    const other = sc.parallelize([2], 1)
    expect(() => rdd.map((n) => [n, other.count()])).toThrow(/FS_CLOSURE_\w+.*RDD/s)
    expect(await rdd.count()).toBe(1)
  }))

describe('what is too large for a message between processes', () => {
  const conf = { 'spark.rpc.message.maxSize': 8 }
  const tooLarge = /FS_RPC_MESSAGE_TOO_LARGE/

  test.each([
    [
      'a partition of local data',
      (sc: SparkContext) => sc.parallelize([Buffer.alloc(9 << 20)], 1).map((b) => b.length),
    ],
    [
      'a captured value',
      (sc: SparkContext) => {
        const large = Buffer.alloc(9 << 20)
        return sc.parallelize([1], 1).map(() => large.length)
      },
    ],
  ])('%s fails the job at once by name, and later jobs run', (_what, make) =>
    withContext(
      'local-cluster[1,1,512]',
      async ({ sc, events }) => {
        const error = await failureOf(make(sc).collect())
        expect(error).toMatchObject({ code: 'FS_JOB_FAILED', details: { failures: 1 } })
        expect(error.message).toMatch(tooLarge)
        expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
        expect(events.losses).toEqual([])
      },
      { conf },
    ),
  )

  test('what a task accumulated fails the job at once by name, and later jobs run', () =>
    withContext(
      'local-cluster[1,1,512]',
      async ({ sc, events }) => {
        const gathered = sc.collectionAccumulator<Buffer>('gathered')
        const error = await failureOf(sc.parallelize([1], 1).foreach(() => gathered.add(Buffer.alloc(9 << 20))))
        expect(error).toMatchObject({ code: 'FS_JOB_FAILED', details: { failures: 1 } })
        expect(error.message).toMatch(tooLarge)
        expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
        expect(events.losses).toEqual([])
      },
      { conf },
    ))

  test('a result passes in pieces, whatever its size', () =>
    withContext(
      'local-cluster[1,1,512]',
      async ({ sc }) => {
        const [back] = await sc
          .parallelize([1], 1)
          .map(() => Buffer.alloc(20 << 20, 7))
          .collect()
        expect(back?.length).toBe(20 << 20)
        expect(back?.at(-1)).toBe(7)
      },
      { conf },
    ))
})

test('what a function throws in the driver, while results are merged, reaches the caller as it is', () =>
  withContext('local-cluster[1,1,512]', async ({ sc }) => {
    const rdd = sc.parallelize([1, 2], 2)
    const merging = rdd.reduce(() => {
      throw new RangeError('in the driver')
    })
    expect(await failureOf(merging)).toMatchObject({ name: 'RangeError', message: 'in the driver' })
    const iterating = async (): Promise<void> => {
      for await (const n of rdd.toLocalIterator()) if (n === 1) throw new TypeError('in the loop')
    }
    expect(await failureOf(iterating())).toMatchObject({ name: 'TypeError', message: 'in the loop' })
    expect(await rdd.count()).toBe(2)
  }))

test('a listener that throws is told of in the log, and harms nobody', () =>
  withContext('local[2]', async ({ sc, stderr }) => {
    sc.addSparkListener({
      onTaskEnd: () => {
        throw new Error('from a listener')
      },
    })
    expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
    expect(stderr.linesWith('a listener threw: Error: from a listener').length).toBeGreaterThan(0)
  }))
