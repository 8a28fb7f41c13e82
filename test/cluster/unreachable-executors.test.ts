import { describe, expect, test } from 'vitest'
import { eventually, failureOf } from '../kit/eventually.js'
import { Gate, mark, waitAt } from '../kit/gate.js'
import { executorsOf, isAlive, signalExecutor } from '../kit/processes.js'
import { freePort, TcpRelay } from '../kit/tcp-relay.js'
import { withContext } from '../kit/with-context.js'

const impatient = { 'spark.network.timeout': '2s', 'spark.executor.heartbeatInterval': '200ms' }
const words = ['a', 'b', 'c', 'a', 'b', 'a']
const counts = new Map([
  ['a', 3],
  ['b', 2],
  ['c', 1],
])

describe('an executor that is not heard of', () => {
  test('because it is frozen is told so, ended and replaced, and waking it up does no harm', () =>
    withContext(
      'local-cluster[2,1,512]',
      async ({ sc, events }) => {
        using gate = new Gate()
        const { folder } = gate
        const added = sc.longAccumulator('added')
        const counted = sc
          .parallelize(words, 4)
          .map((word): [string, number] => {
            waitAt(folder)
            added.add(1)
            return [word, 1]
          })
          .reduceByKey((a, b) => a + b, 2)
          .collect()
        const [frozen] = await gate.reached(2)
        signalExecutor(frozen as number, 'SIGSTOP')
        await eventually('the loss', () => events.losses.length === 1)
        signalExecutor(frozen as number, 'SIGCONT')
        gate.open()
        expect(new Map(await counted)).toEqual(counts)
        expect(added.value).toBe(6)
        expect(events.losses[0]).toMatchObject({ cause: 'heartbeatSilence' })
        expect(events.losses[0]?.reason).toMatch(/nothing was heard of it for 2 s \(spark\.network\.timeout\)/)
        await eventually('the end of the frozen process', () => !isAlive(frozen as number))
        expect(await executorsOf(2)).not.toContain(frozen)
      },
      { conf: impatient },
    ))

  test('because it froze while others want to fetch from it has its outputs made again', () =>
    withContext(
      'local-cluster[2,1,512]',
      async ({ sc, events }) => {
        using maps = new Gate()
        const { folder } = maps
        const summed = sc
          .parallelize(words, 4)
          .mapPartitions((records) => {
            mark(folder)
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
            return records
          })
          .map((word): [string, number] => [word, 1])
          .reduceByKey((a, b) => a + b, 2)
        expect(await summed.count()).toBe(3)
        const made = maps.waiting
        const frozen = made[0] as number
        signalExecutor(frozen, 'SIGSTOP')
        expect(new Map(await summed.collect())).toEqual(counts)
        expect(events.losses).toHaveLength(1)
        expect(events.losses[0]).toMatchObject({ cause: 'heartbeatSilence' })
        expect(events.successes('map')).toHaveLength(4 + made.filter((pid) => pid === frozen).length)
      },
      { conf: { ...impatient, 'spark.shuffle.readHostLocalDisk': false, 'spark.shuffle.io.retryWait': '100ms' } },
    ))

  test('because its connection broke is told so, and replaced', async () => {
    const port = await freePort()
    const relay = await TcpRelay.open(port)
    try {
      await withContext(
        'local-cluster[2,1,512]',
        async ({ sc, events }) => {
          using gate = new Gate()
          const { folder } = gate
          const counted = sc
            .parallelize(words, 4)
            .map((word): [string, number] => {
              waitAt(folder)
              return [word, 1]
            })
            .reduceByKey((a, b) => a + b, 2)
            .collect()
          await gate.reached(2)
          relay.cutOne()
          await eventually('the loss', () => events.losses.length === 1)
          gate.open()
          expect(new Map(await counted)).toEqual(counts)
          expect(events.losses[0]).toMatchObject({ cause: 'network' })
          expect(events.losses[0]?.reason).toMatch(/connection/)
        },
        { conf: TcpRelay.conf(port) },
      )
    } finally {
      await relay.close()
    }
  })

  test('because the network swallows everything is given up, and what it says late is ignored', async () => {
    const port = await freePort()
    const relay = await TcpRelay.open(port)
    try {
      await withContext(
        'local-cluster[2,1,512]',
        async ({ sc, events }) => {
          using gate = new Gate()
          const { folder } = gate
          const added = sc.longAccumulator('added')
          const counted = sc
            .parallelize(words, 4)
            .map((word): [string, number] => {
              waitAt(folder)
              added.add(1)
              return [word, 1]
            })
            .reduceByKey((a, b) => a + b, 2)
            .collect()
          await gate.reached(2)
          relay.hold()
          gate.open()
          await eventually('the losses', () => events.losses.length === 2)
          relay.release()
          expect(new Map(await counted)).toEqual(counts)
          expect(added.value).toBe(6)
          for (const loss of events.losses) expect(loss.cause).toBe('heartbeatSilence')
        },
        { conf: { ...impatient, ...TcpRelay.conf(port) } },
      )
    } finally {
      await relay.close()
    }
  })
})

test('slots that compute without a pause neither cost heartbeats nor keep a job from being cancelled', () =>
  withContext(
    'local-cluster[2,2,512]',
    async ({ sc, events }) => {
      const endless = sc.parallelize([0, 1, 2, 3], 4).map((n) => {
        for (let spin = 0; ; spin++) if (spin < 0) return n
      })
      const job = failureOf(endless.count())
      await eventually('four running tasks', () => events.all('taskStart').length === 4)
      const since = events.all('executorMetricsUpdate').length
      // Three times the time after which silence counts as a loss.
      await new Promise((resolve) => setTimeout(resolve, 6000))
      expect(events.losses).toEqual([])
      expect(events.all('executorMetricsUpdate').length - since).toBeGreaterThan(10)
      sc.cancelAllJobs('enough')
      expect(await job).toMatchObject({ code: 'FS_JOB_CANCELLED' })
      await eventually('four free slots', () => events.outcomes('killed').length === 4)
      expect(await sc.parallelize([1, 2, 3, 4], 4).sum()).toBe(10)
      expect(events.losses).toEqual([])
    },
    { conf: impatient },
  ))

test('a driver that computes for longer than its patience does not take that for the silence of its executors', () =>
  withContext(
    'local-cluster[2,1,512]',
    async ({ sc, events }) => {
      expect(await sc.parallelize([1, 2], 2).sum()).toBe(3)
      for (const end = performance.now() + 3500; performance.now() < end; );
      expect(await sc.parallelize([1, 2], 2).sum()).toBe(3)
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(events.losses).toEqual([])
    },
    { conf: impatient },
  ))
