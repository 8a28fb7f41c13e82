import { FiresteelError } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { eventually, failureOf } from '../kit/eventually.js'
import { Gate, mark, waitAt } from '../kit/gate.js'
import { executorsOf, signalExecutor } from '../kit/processes.js'
import { withContext } from '../kit/with-context.js'

const sum = (a: number, b: number): number => a + b
const numbers = Array.from({ length: 1000 }, (_, i) => i)
const sums = new Map([0, 1, 2, 3, 4, 5, 6].map((k) => [k, numbers.filter((n) => n % 7 === k).reduce(sum, 0)]))

describe('an executor that is killed', () => {
  test('during the maps, is replaced and the result is right', () =>
    withContext('local-cluster[2,1,512]', async ({ sc, events }) => {
      using gate = new Gate()
      const { folder } = gate
      const counted = sc
        .parallelize(numbers, 4)
        .mapPartitions((records) => {
          waitAt(folder)
          return records
        })
        .map((n): [number, number] => [n % 7, n])
        .reduceByKey(sum, 3)
        .collect()
      const [victim] = await gate.reached(2)
      signalExecutor(victim as number, 'SIGKILL')
      await eventually('the loss', () => events.losses.length === 1)
      gate.open()
      expect(new Map(await counted)).toEqual(sums)
      const [loss] = events.losses
      expect(loss).toMatchObject({ cause: 'signal' })
      expect(loss?.reason).toMatch(/SIGKILL/)
      expect(loss?.running).toHaveLength(1)
      expect(events.outcomes('executorLost')).toHaveLength(1)
    }))

  test('between maps and reduces, has only its own outputs made again', () =>
    withContext('local-cluster[2,1,512]', async ({ sc, events }) => {
      using gate = new Gate()
      const { folder } = gate
      const pairs = sc
        .parallelize(numbers, 6)
        .mapPartitions((records) => {
          mark(folder)
          // The two executors share the maps.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
          return records
        })
        .map((n): [number, number] => [n % 7, n])
      const summed = pairs.reduceByKey(sum, 3)
      expect(new Map(await summed.collect())).toEqual(sums)
      const made = gate.waiting
      expect(made).toHaveLength(6)
      const victim = made[0] as number
      const lost = made.filter((pid) => pid === victim).length
      expect(lost).toBeLessThan(6)
      signalExecutor(victim, 'SIGKILL')
      await eventually('the loss', () => events.losses.length === 1)
      expect(new Map(await summed.collect())).toEqual(sums)
      expect(events.successes('map')).toHaveLength(6 + lost)
    }))

  test('just before the reduces read, is noticed by failed fetches that make its outputs again', () =>
    withContext(
      'local-cluster[2,1,512]',
      async ({ sc, events }) => {
        using gate = new Gate()
        const { folder } = gate
        const summed = sc
          .parallelize(numbers, 6)
          .mapPartitions((records) => {
            mark(folder)
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
            return records
          })
          .map((n): [number, number] => [n % 7, n])
          .reduceByKey(sum, 3)
        expect(await summed.count()).toBe(7)
        const made = gate.waiting
        const victim = made[0] as number
        signalExecutor(victim, 'SIGKILL')
        // At once: the driver does not know yet.
        expect(new Map(await summed.collect())).toEqual(sums)
        expect(events.successes('map').length).toBe(6 + made.filter((pid) => pid === victim).length)
      },
      { conf: { 'spark.shuffle.readHostLocalDisk': false, 'spark.shuffle.io.retryWait': '100ms' } },
    ))

  test('during the reduces, costs its reduces and what it had mapped', () =>
    withContext('local-cluster[2,1,512]', async ({ sc, events }) => {
      using gate = new Gate()
      using maps = new Gate()
      const [{ folder }, { folder: mapped }] = [gate, maps]
      const counted = sc
        .parallelize(numbers, 4)
        .mapPartitions((records) => {
          mark(mapped)
          return records
        })
        .map((n): [number, number] => [n % 7, n])
        .reduceByKey(sum, 4)
        .mapPartitions((records) => {
          waitAt(folder)
          return records
        })
        .collect()
      const [victim] = await gate.reached(2)
      const made = maps.waiting
      signalExecutor(victim as number, 'SIGKILL')
      await eventually('the loss', () => events.losses.length === 1)
      gate.open()
      expect(new Map(await counted)).toEqual(sums)
      // The outputs of the dead one's maps are lost, unless all reduces had read them.
      const lost = made.filter((pid) => pid === victim).length
      expect(events.successes('map').length).toBeGreaterThanOrEqual(4)
      expect(events.successes('map').length).toBeLessThanOrEqual(4 + lost)
    }))

  test('together with all others, is replaced and the job goes on', () =>
    withContext('local-cluster[3,1,512]', async ({ sc, events }) => {
      using gate = new Gate()
      const { folder } = gate
      const counted = sc
        .parallelize(numbers, 3)
        .mapPartitions((records) => {
          waitAt(folder)
          return records
        })
        .map((n): [number, number] => [n % 7, n])
        .reduceByKey(sum, 3)
        .collect()
      const victims = await gate.reached(3)
      for (const victim of victims) signalExecutor(victim, 'SIGKILL')
      await eventually('the losses', () => events.losses.length === 3)
      gate.open()
      expect(new Map(await counted)).toEqual(sums)
      expect(await executorsOf(3)).not.toContain(victims[0])
    }))
})

describe('a task that ends its executor', () => {
  test('again and again fails its job by name, and later jobs run', () =>
    withContext('local-cluster[2,1,512]', async ({ sc, events }) => {
      const deadly = sc.parallelize([0, 1, 2, 3], 4).map((n) => {
        if (n === 2) process.kill(process.pid, 'SIGKILL')
        return n
      })
      const error = await failureOf(deadly.collect())
      expect(FiresteelError.is(error, 'FS_JOB_TASK_KILLS_EXECUTORS')).toBe(true)
      expect(error.message).toMatch(/partition 2 .*SIGKILL/s)
      // Other tasks may have been running beside it, never for as many deaths.
      expect(events.losses.length).toBeLessThanOrEqual(5)
      expect(
        await sc
          .parallelize([1, 2, 3], 2)
          .map((n) => n * 2)
          .collect(),
      ).toEqual([2, 4, 6])
    }))

  test.each(['local[2,2]', 'local-cluster[1,2,512]'])(
    'by process.exit on %s ends only its thread, and fails its job by name',
    (master) =>
      withContext(
        master,
        async ({ sc, events }) => {
          const leaving = sc.parallelize([0, 1, 2, 3], 4).map((n) => {
            if (n === 3) process.exit(7)
            return n
          })
          const error = await failureOf(leaving.collect())
          expect(error).toMatchObject({ code: 'FS_JOB_FAILED', details: { partition: 3, failures: 2 } })
          expect(error.message).toMatch(/FS_TASK_THREAD_EXIT.*exit.*7/s)
          expect(events.losses).toEqual([])
          expect(await sc.parallelize([1, 2, 3], 3).sum()).toBe(6)
        },
        { conf: { 'spark.task.maxFailures': 2 } },
      ),
  )

  test('by asking its process to stop is told so', () =>
    withContext(
      'local-cluster[1,1,512]',
      async ({ sc, events }) => {
        const leaving = sc.parallelize([0], 1).map((n) => {
          process.kill(process.pid, 'SIGTERM')
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
          return n
        })
        const error = await failureOf(leaving.collect())
        expect(error).toMatchObject({ code: 'FS_JOB_TASK_KILLS_EXECUTORS', details: { failures: 2 } })
        expect(events.losses).toHaveLength(2)
        for (const loss of events.losses) {
          expect(loss.cause).toBe('exitCode')
          expect(loss.reason).toMatch(/asked to stop \(SIGTERM\)/)
        }
      },
      { conf: { 'spark.task.maxFailures': 2 } },
    ))
})
