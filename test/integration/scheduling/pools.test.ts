import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SparkContext } from 'firesteel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventRecord } from '../../kit/event-record.js'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-pools-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Sent one by one, so that the order of their starts is that of the decisions. */
const oneByOne = { 'spark.firesteel.task.queueAhead': 0 }

/** A job of tasks that take a while, in a pool. */
function work(sc: SparkContext, pool: string, tasks: number): Promise<number> {
  const numbers = Array.from({ length: tasks }, (_, i) => i)
  return sc.withLocalProperties({ 'spark.scheduler.pool': pool }, () =>
    sc
      .parallelize(numbers, tasks)
      .map((n) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
        return n
      })
      .count(),
  )
}

/** The jobs whose tasks were started, in order. */
const starts = (events: EventRecord): number[] => events.all('taskStart').map(({ task }) => task.jobId)

interface Decision {
  /** The job that got the slot. */
  readonly job: 0 | 1
  /** How many tasks of each job ran at that moment. */
  readonly running: readonly [number, number]
}

/** Who got a slot, each time that both jobs had tasks to start. However fast each slot is: every decision can be judged by itself. */
function decisions({ events }: EventRecord, tasks: readonly [number, number]): Decision[] {
  const running: [number, number] = [0, 0]
  const waiting: [number, number] = [0, 0]
  const found: Decision[] = []
  for (const event of events) {
    if (event.type === 'jobStart') waiting[event.jobId as 0 | 1] = tasks[event.jobId as 0 | 1]
    if (event.type === 'taskEnd') running[event.task.jobId as 0 | 1]--
    if (event.type !== 'taskStart') continue
    const job = event.task.jobId as 0 | 1
    if (waiting.every((count) => count > 0)) found.push({ job, running: [...running] })
    running[job]++
    waiting[job]--
  }
  expect(found.length).toBeGreaterThan(0)
  return found
}

const other = (job: 0 | 1) => (job === 0 ? 1 : 0)

test('under FIFO the second job gets slots when the first has no more tasks to start', () =>
  withContext(
    'local[2]',
    async ({ sc, events }) => {
      expect(sc.getSchedulingMode()).toBe('FIFO')
      await Promise.all([work(sc, 'a', 10), work(sc, 'b', 10)])
      expect(starts(events)).toEqual([...Array(10).fill(0), ...Array(10).fill(1)])
      expect(sc.getAllPools().map(({ name }) => name)).toEqual(['default'])
    },
    { conf: oneByOne },
  ))

describe('under FAIR', () => {
  const fair = { ...oneByOne, 'spark.scheduler.mode': 'FAIR' }

  test('jobs of two pools take turns', () =>
    withContext(
      'local[2]',
      async ({ sc, events }) => {
        await Promise.all([work(sc, 'a', 10), work(sc, 'b', 10)])
        for (const { job, running } of decisions(events, [10, 10])) {
          expect(running[job]).toBeLessThanOrEqual(running[other(job)])
        }
      },
      { conf: fair },
    ))

  test('the settings name the pool of jobs that choose none', () =>
    withContext(
      'local',
      async ({ sc, events }) => {
        expect(await sc.parallelize([1, 2, 3], 2).count()).toBe(3)
        expect(await work(sc, 'chosen', 1)).toBe(1)
        const pools = events.all('jobStart').map(({ properties }) => properties['spark.scheduler.pool'])
        expect(pools).toEqual(['usual', 'chosen'])
      },
      { conf: { ...fair, 'spark.scheduler.pool': 'usual' } },
    ))

  test('jobs of one pool go one after the other, as its mode says', () =>
    withContext(
      'local[2]',
      async ({ sc, events }) => {
        await Promise.all([work(sc, 'a', 8), work(sc, 'a', 8)])
        expect(starts(events)).toEqual([...Array(8).fill(0), ...Array(8).fill(1)])
      },
      { conf: fair },
    ))

  test('a pool with three times the weight gets three times the slots; the file is XML as in Spark', () => {
    const file = join(folder, 'fairscheduler.xml')
    writeFileSync(
      file,
      `<?xml version="1.0"?>
<allocations>
  <pool name="light"><weight>1</weight></pool>
  <pool name="heavy"><schedulingMode>FAIR</schedulingMode><weight>3</weight><minShare>0</minShare></pool>
</allocations>`,
    )
    return withContext(
      'local[4]',
      async ({ sc, events }) => {
        expect(sc.getPoolForName('heavy')).toMatchObject({ weight: 3, schedulingMode: 'FAIR', runningTasks: 0 })
        expect(sc.getPoolForName('none')).toBeUndefined()
        await Promise.all([work(sc, 'light', 40), work(sc, 'heavy', 36)])
        const weights = [1, 3] as const
        for (const { job, running } of decisions(events, [40, 36])) {
          const [own, others] = [running[job] / weights[job], running[other(job)] / weights[other(job)]]
          expect(own).toBeLessThanOrEqual(others)
        }
      },
      { conf: { ...fair, 'spark.scheduler.allocation.file': file } },
    )
  })

  test('a pool gets its minimum share first; the file may be JSON', () => {
    const file = join(folder, 'pools.json')
    writeFileSync(file, JSON.stringify({ pools: [{ name: 'urgent', minShare: 3 }] }))
    return withContext(
      'local[4]',
      async ({ sc, events }) => {
        await Promise.all([work(sc, 'other', 40), work(sc, 'urgent', 36)])
        for (const { job, running } of decisions(events, [40, 36])) {
          if (running[1] < 3) expect(job).toBe(1)
          else expect(running[job]).toBeLessThanOrEqual(running[other(job)])
        }
      },
      { conf: { ...fair, 'spark.scheduler.allocation.file': file } },
    )
  })

  test('a file of pools that is missing or malformed is refused by name', async () => {
    const refused = (file: string) =>
      failureOf(
        withContext('local', async () => undefined, { conf: { ...fair, 'spark.scheduler.allocation.file': file } }),
      )
    expect(await refused(join(folder, 'none.xml'))).toMatchObject({ code: 'FS_JOB_BAD_POOL_FILE' })
    const file = join(folder, 'broken.xml')
    writeFileSync(file, '<allocations><pool name="a"><weight>-1</weight></pool></allocations>')
    expect((await refused(file)).message).toMatch(/broken\.xml.*weight '-1'/)
  })
})
