import { describe, expect, test } from 'vitest'
import { eventually, failureOf, within } from '../kit/eventually.js'
import { Gate, waitAt } from '../kit/gate.js'
import { type TestApplication, withContext } from '../kit/with-context.js'

/** A job whose tasks wait at a gate, begun in a surrounding of its own. */
function waitingJob({ sc }: TestApplication, gate: Gate, properties: () => void = () => undefined): Promise<Error> {
  const { folder } = gate
  return sc.withLocalProperties({}, () => {
    properties()
    return failureOf(
      sc
        .parallelize([1, 2], 2)
        .map((n) => {
          waitAt(folder)
          return n
        })
        .collect(),
    )
  })
}

const idle = (application: TestApplication): Promise<unknown> =>
  eventually(
    'the end of all tasks',
    () => application.events.all('taskEnd').length === application.events.all('taskStart').length,
  )

describe.each(['local[2]', 'local-cluster[1,2,512]'])('on %s a running job is ended', (master) => {
  const ways: [string, (application: TestApplication) => void, ((application: TestApplication) => void)?][] = [
    ['by its id', ({ sc, events }) => sc.cancelJob(events.all('jobStart').at(-1)?.jobId as number, 'by the test')],
    ['by its group', ({ sc }) => sc.cancelJobGroup('g', 'by the test'), ({ sc }) => sc.setJobGroup('g', 'group')],
    ['by a tag', ({ sc }) => sc.cancelJobsWithTag('t', 'by the test'), ({ sc }) => sc.addJobTag('t')],
    [
      'by its stage',
      ({ sc, events }) => sc.cancelStage(events.all('stageSubmitted').at(-1)?.stage.stageId as number, 'by the test'),
    ],
    ['with all jobs', ({ sc }) => sc.cancelAllJobs('by the test')],
  ]

  test('by its id, group, tag, stage, or with all, though its tasks never look up', () =>
    withContext(master, async (application) => {
      for (const [name, cancel, properties] of ways) {
        using gate = new Gate()
        const job = waitingJob(application, gate, () => properties?.(application))
        await gate.reached(2)
        cancel(application)
        const error = await job
        expect(error, name).toMatchObject({ code: 'FS_JOB_CANCELLED' })
        expect(error.message, name).toMatch(/by the test/)
        await idle(application)
      }
      expect(application.events.outcomes('killed')).toHaveLength(2 * ways.length)
      expect(await application.sc.parallelize([1, 2, 3], 3).sum()).toBe(6)
    }))

  test('by sc.stop()', () =>
    withContext(master, async (application) => {
      using gate = new Gate()
      const job = waitingJob(application, gate)
      await gate.reached(2)
      await within(10_000, 'stop()', application.sc.stop())
      const error = await job
      expect(error).toMatchObject({ code: 'FS_JOB_CANCELLED' })
      expect(error.message).toMatch(/SparkContext was stopped/)
    }))
})

test('a killed attempt of a task is followed by another, and does not count as a failure', () =>
  withContext(
    'local-cluster[1,2,512]',
    async ({ sc, events }) => {
      using gate = new Gate()
      const { folder } = gate
      const sum = sc
        .parallelize([1, 2], 2)
        .map((n) => {
          waitAt(folder)
          return n
        })
        .sum()
      await gate.reached(2)
      const first = events.all('taskStart')[0]?.task.taskId as number
      expect(sc.killTaskAttempt(first, true, 'by the test')).toBe(true)
      await eventually('its end', () => events.outcomes('killed').length === 1)
      gate.open()
      expect(await sum).toBe(3)
      expect(events.outcomes('killed')[0]?.reason).toBe('by the test')
      expect(sc.killTaskAttempt(first)).toBe(false)
    },
    { conf: { 'spark.task.maxFailures': 1 } },
  ))

test('a task that waits for ever, or blocks in a system call, can be cancelled', () =>
  withContext('local-cluster[1,2,512]', async ({ sc, events }) => {
    const blocked = failureOf(
      sc
        .parallelize([1, 2], 2)
        .map((n) => {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
          return n
        })
        .count(),
    )
    await eventually('two running tasks', () => events.all('taskStart').length === 2)
    sc.cancelAllJobs()
    expect(await blocked).toMatchObject({ code: 'FS_JOB_CANCELLED' })
    expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
  }))

describe.each(['local[1,2]', 'local-cluster[1,1,512]'])(
  'on %s an error outside of the function that a task calls',
  (master) => {
    const conf = { 'spark.task.maxFailures': 2 }
    const pause = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

    test('thrown by a timer, or rejected unseen, fails the task by name and not its executor', () =>
      withContext(
        master,
        async ({ sc, events }) => {
          const timer = await failureOf(
            sc
              .parallelize([1], 1)
              .map(async (n) => {
                setTimeout(() => {
                  throw new TypeError('from a timer')
                }, 1)
                await new Promise((resolve) => setTimeout(resolve, 2000))
                return n
              })
              .collect(),
          )
          expect(timer).toMatchObject({ code: 'FS_JOB_FAILED', details: { failures: 2 } })
          expect(timer.message).toMatch(/FS_TASK_THREAD_EXIT.*TypeError: from a timer/s)

          const rejected = await failureOf(
            sc
              .parallelize([1], 1)
              .map(async (n) => {
                void Promise.reject(new RangeError('nobody looks'))
                await new Promise((resolve) => setTimeout(resolve, 2000))
                return n
              })
              .collect(),
          )
          expect(rejected).toMatchObject({ code: 'FS_JOB_FAILED', details: { failures: 2 } })
          expect(rejected.message).toMatch(/FS_TASK_THREAD_EXIT.*RangeError: nobody looks/s)
          expect(events.losses).toEqual([])
          expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
        },
        { conf },
      ))

    test('does not hurt when it comes from a task that has ended', () =>
      withContext(
        master,
        async ({ sc, events }) => {
          const late = sc.parallelize([1, 2, 3, 4], 4).map((n) => {
            if (n === 1) {
              setTimeout(() => {
                throw new Error('late')
              }, 20)
            } else pause(15)
            return n
          })
          for (let i = 0; i < 3; i++) expect(await late.sum()).toBe(10)
          expect(events.losses).toEqual([])
        },
        { conf: { 'spark.task.maxFailures': 4 } },
      ))
  },
)
