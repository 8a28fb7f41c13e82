import { TaskContext } from 'firesteel'
import { expect, test } from 'vitest'
import type { EventRecord } from '../../kit/event-record.js'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

/** The most tasks that ran at the same time. */
function mostAtOnce(events: EventRecord): number {
  let now = 0
  let most = 0
  for (const { type } of events.events) {
    if (type === 'taskStart') most = Math.max(most, ++now)
    if (type === 'taskEnd') now--
  }
  return most
}

test('tasks that take two slots run half as many at a time, and know it', () =>
  withContext(
    'local[4]',
    async ({ sc, events }) => {
      const cpus = await sc
        .parallelize([1, 2, 3, 4, 5, 6], 6)
        .map(() => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
          return TaskContext.get()?.cpus()
        })
        .collect()
      expect(cpus).toEqual([2, 2, 2, 2, 2, 2])
      expect(mostAtOnce(events)).toBe(2)
    },
    { conf: { 'spark.task.cpus': 2 } },
  ))

test('a task that takes more slots than an executor has waits with the reason, and its job fails in the end', () =>
  withContext(
    'local[2]',
    async ({ sc }) => {
      const job = failureOf(sc.parallelize([1], 1).count())
      const reasons = await new Promise<readonly { reason: string; text: string }[]>((resolve) =>
        setTimeout(() => resolve(sc.pendingReasons()), 100),
      )
      expect(reasons).toMatchObject([{ reason: 'taskTooLarge', figures: { taskCpus: 3, largest: 2 } }])
      const error = await job
      expect(error).toMatchObject({ code: 'FS_JOB_NO_RESOURCES' })
      expect(error.message).toMatch(/a task takes 3 slots, the largest executor has 2/)
    },
    { conf: { 'spark.task.cpus': 3, 'spark.firesteel.pending.timeout': '1s' } },
  ))

test('no task starts before the share of the executors that was asked for has registered', () =>
  withContext(
    'local-cluster[2,1,512]',
    async ({ sc, events }) => {
      expect(await sc.parallelize([1, 2, 3, 4], 4).count()).toBe(4)
      const types = events.events.map(({ type }) => type)
      const before = types.slice(0, types.indexOf('taskStart'))
      expect(before.filter((type) => type === 'executorAdded')).toHaveLength(2)
    },
    { conf: { 'spark.scheduler.minRegisteredResourcesRatio': 1 } },
  ))

test('executors that report what they run every few milliseconds lose and kill no task', () =>
  withContext(
    'local-cluster[2,2,512]',
    async ({ sc, events }) => {
      const numbers = Array.from({ length: 200 }, (_, i) => i)
      const large = sc.parallelize(numbers, 40).map((n) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
        return String(n).padStart(400_000, '.')
      })
      expect((await large.collect()).map((text) => Number(text.slice(-3).replaceAll('.', '')))).toEqual(numbers)
      expect(events.all('taskEnd').map(({ outcome }) => outcome)).toEqual(Array(40).fill('success'))
      expect(events.all('executorMetricsUpdate').length).toBeGreaterThan(3)
    },
    { conf: { 'spark.executor.heartbeatInterval': '5ms' } },
  ))
