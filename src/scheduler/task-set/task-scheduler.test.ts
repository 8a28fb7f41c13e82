import { describe, expect, it } from 'vitest'
import { executorId, type JobId, type StageId, type TaskId } from '../../common/index.js'
import { defaultSchedulerOptions, type TaskSchedulerOptions } from '../options.js'
import { rdd } from '../sample-jobs.js'
import { executorLocation } from '../task-location.js'
import type { ExecutorLossCause, ReportedOutcome } from './task-outcome.js'
import { TaskScheduler } from './task-scheduler.js'
import type { TaskSchedulerEffect, TaskSchedulerEvent } from './task-scheduler-messages.js'
import type { TaskAttempt, TaskSet } from './task-set.js'

const success: ReportedOutcome = { type: 'success', value: 0 }
const failure: ReportedOutcome = { type: 'failed', error: { name: 'Error', message: 'boom' } }
const crash: ExecutorLossCause = { code: 'signal', message: 'ended by SIGKILL', causedByApp: true }

class Cluster {
  readonly tasks: TaskScheduler
  readonly effects: TaskSchedulerEffect[] = []
  readonly running = new Map<TaskId, TaskAttempt>()
  now = 0

  constructor(options: Partial<TaskSchedulerOptions> = {}) {
    this.tasks = new TaskScheduler({ ...defaultSchedulerOptions, ...options })
  }

  tell(event: TaskSchedulerEvent): TaskSchedulerEffect[] {
    const effects = [...this.tasks.handle(event, this.now), ...this.tasks.offer(this.now)]
    for (const effect of effects) {
      if (effect.type === 'launch') this.running.set(effect.attempt.taskId, effect.attempt)
      if (effect.type === 'taskEnded') this.running.delete(effect.attempt.taskId)
    }
    this.effects.push(...effects)
    return effects
  }

  add(id: string, slots: number, place: { host?: string; rack?: string } = {}): TaskAttempt[] {
    const { host = `host-${id}`, rack } = place
    return launched(this.tell({ type: 'executorAdded', executorId: executorId(id), host, slots, rack }))
  }

  lose(id: string, cause: ExecutorLossCause = crash, outputsLost = true): TaskSchedulerEffect[] {
    return this.tell({ type: 'executorLost', executorId: executorId(id), cause, outputsLost })
  }

  submit(stage: number, size: number, more: Partial<TaskSet> = {}): TaskAttempt[] {
    const indices = Array.from({ length: size }, (_, i) => i)
    const taskSet: TaskSet = {
      stageId: stage as StageId,
      stageAttempt: 0,
      kind: 'result',
      jobId: stage as JobId,
      rdd: rdd(size),
      partitions: indices,
      outputs: indices,
      properties: {},
      ...more,
    }
    return launched(this.tell({ type: 'submitTaskSet', taskSet }))
  }

  end(attempt: TaskAttempt, outcome: ReportedOutcome = success): TaskSchedulerEffect[] {
    return this.tell({ type: 'taskStatus', taskId: attempt.taskId, outcome })
  }

  /** Lets time pass and the timer of that key fire. */
  wait(ms: number, key: string): TaskSchedulerEffect[] {
    this.now += ms
    return this.tell({ type: 'timerDue', key })
  }

  failures(): string[] {
    return this.effects.flatMap((effect) => (effect.type === 'taskSetFailed' ? [effect.failure.code] : []))
  }
}

function launched(effects: readonly TaskSchedulerEffect[]): TaskAttempt[] {
  return effects.flatMap((effect) => (effect.type === 'launch' ? [effect.attempt] : []))
}

function places(attempts: readonly TaskAttempt[]): string[] {
  return attempts.map((attempt) => `${attempt.partition}@${attempt.executorId}#${attempt.slot}`)
}

describe('TaskScheduler', () => {
  it('spreads tasks over the executors in turn, each in a slot of its own', () => {
    const cluster = new Cluster()
    cluster.add('1', 2)
    cluster.add('2', 2)
    expect(places(cluster.submit(0, 5)).sort()).toEqual(['0@2#0', '1@1#0', '2@2#1', '3@1#1'])
    expect(cluster.tasks.pendingReasons()).toMatchObject([
      { reason: 'allSlotsBusy', figures: { pending: 1, slots: 4 } },
    ])
  })

  it('gives a slot that becomes free to the next task, and reports the set done after the last end', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    let next = cluster.submit(0, 3)
    let last: TaskSchedulerEffect[] = []
    while (next[0] !== undefined) {
      last = cluster.end(next[0])
      next = launched(last)
    }
    expect(last.map((effect) => effect.type)).toEqual(['taskEnded', 'taskSetDone'])
    cluster.tasks.assertEmpty()
  })

  it('lets a task fail three times and no more, and kills the rest of its set', () => {
    const cluster = new Cluster()
    cluster.add('1', 2)
    const [first] = cluster.submit(0, 2)
    let failing = first as TaskAttempt
    for (let i = 0; i < 3; i++) failing = launched(cluster.end(failing, failure))[0] as TaskAttempt
    expect(failing).toMatchObject({ partition: 0, attemptNumber: 3 })
    const effects = cluster.end(failing, failure)
    expect(effects.map((effect) => effect.type)).toEqual(['taskEnded', 'taskSetFailed', 'killTask'])
    expect(effects[1]).toMatchObject({
      failure: {
        code: 'FS_JOB_FAILED',
        details: { partition: 0, failures: 4, lastError: 'boom' },
        cause: { message: 'boom' },
      },
    })
    for (const attempt of [...cluster.running.values()]) cluster.end(attempt, { type: 'killed', reason: '' })
    cluster.tasks.assertEmpty()
  })

  it('fails at once what cannot be better the next time', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    const [attempt] = cluster.submit(0, 1)
    cluster.end(attempt as TaskAttempt, { ...failure, isFinal: true })
    expect(cluster.failures()).toEqual(['FS_JOB_FAILED'])
  })

  it('does not count kills, denied commits, and ends of executors that nobody is to blame for', () => {
    const cluster = new Cluster({ maxTaskFailures: 1 })
    cluster.add('1', 1)
    let [attempt] = cluster.submit(0, 1)
    cluster.tell({ type: 'killTask', taskId: (attempt as TaskAttempt).taskId, reason: 'asked', interrupt: false })
    ;[attempt] = launched(cluster.end(attempt as TaskAttempt, { type: 'killed', reason: 'asked' }))
    ;[attempt] = launched(cluster.end(attempt as TaskAttempt, { type: 'commitDenied', message: '' }))
    expect(attempt).toBeDefined()
    cluster.lose('1', { ...crash, causedByApp: false })
    expect(cluster.add('2', 1)).toMatchObject([{ attemptNumber: 3 }])
    expect(cluster.failures()).toEqual([])
  })

  it('names a task that ends its executors again and again, and not its neighbour when the culprit is known', () => {
    const cluster = new Cluster()
    cluster.add('0', 2)
    cluster.submit(0, 1)
    cluster.submit(1, 1)
    for (let i = 0; i < 4; i++) {
      const culprit = [...cluster.running.values()].find((attempt) => attempt.stageId === 0)?.taskId as TaskId
      cluster.lose(String(i), { ...crash, culprit })
      cluster.add(String(i + 1), 2)
    }
    const failed = cluster.effects.filter((effect) => effect.type === 'taskSetFailed')
    expect(failed).toMatchObject([
      {
        stageId: 0,
        failure: { code: 'FS_JOB_TASK_KILLS_EXECUTORS', details: { failures: 4, executors: '0, 1, 2, 3' } },
      },
    ])
  })

  it('runs finished map tasks again when their outputs go with their executor', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    const [first] = cluster.submit(0, 2, { kind: 'map' })
    cluster.end(first as TaskAttempt)
    cluster.lose('1')
    expect(
      cluster
        .add('2', 2)
        .map((attempt) => attempt.partition)
        .sort(),
    ).toEqual([0, 1])
  })

  it('does not run finished map tasks again when their outputs are kept elsewhere', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    const [first] = cluster.submit(0, 2, { kind: 'map' })
    cluster.end(first as TaskAttempt)
    cluster.lose('1', crash, false)
    expect(cluster.add('2', 2).map((attempt) => attempt.partition)).toEqual([1])
  })

  it('starts nothing more of a set after a fetch failure, and lets the rest run to its end', () => {
    const cluster = new Cluster()
    cluster.add('1', 2)
    const [first, second] = cluster.submit(0, 3)
    const fetchFailed = { type: 'fetchFailed', shuffleId: 0 as never, reducePartition: 0, message: '' } as const
    expect(launched(cluster.end(first as TaskAttempt, fetchFailed))).toEqual([])
    expect(cluster.end(second as TaskAttempt).map((effect) => effect.type)).toEqual(['taskEnded'])
    cluster.tasks.assertEmpty()
  })

  it('ignores reports about tasks that have ended', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    const [attempt] = cluster.submit(0, 2)
    cluster.end(attempt as TaskAttempt)
    expect(cluster.end(attempt as TaskAttempt)).toEqual([])
  })

  it('takes the slots of spark.task.cpus for each task', () => {
    const cluster = new Cluster({ taskCpus: 2 })
    cluster.add('1', 3)
    cluster.add('2', 1)
    const [attempt] = cluster.submit(0, 2)
    expect(cluster.running.size).toBe(1)
    expect(launched(cluster.end(attempt as TaskAttempt)).length).toBe(1)
  })

  it('starts nothing on an executor that is being drained', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    cluster.tell({ type: 'executorDraining', executorId: executorId('1'), isDraining: true })
    expect(cluster.submit(0, 1)).toEqual([])
    expect(cluster.tasks.pendingReasons()[0]?.reason).toBe('draining')
    cluster.tell({ type: 'executorDraining', executorId: executorId('1'), isDraining: false })
    expect(cluster.running.size).toBe(1)
  })

  it('runs a second attempt elsewhere when asked, and kills the slower of the two', () => {
    const cluster = new Cluster()
    cluster.add('1', 2)
    const [first] = cluster.submit(0, 1)
    cluster.tell({ type: 'speculate', stageId: 0 as StageId, stageAttempt: 0, index: 0 })
    const [second] = cluster.add('2', 1)
    expect(second).toMatchObject({ executorId: '2', speculative: true, attemptNumber: 1 })
    const effects = cluster.end(second as TaskAttempt)
    expect(effects).toContainEqual(expect.objectContaining({ type: 'killTask', taskId: first?.taskId }))
    expect(effects.map((effect) => effect.type)).toContain('taskSetDone')
  })

  it('finds tasks that an executor knows nothing of, and tasks that it should not run', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    const [lost] = cluster.submit(0, 1)
    cluster.now = 20_000
    const report = (running: number[]): TaskSchedulerEffect[] => {
      return cluster.tell({ type: 'executorReport', executorId: executorId('1'), running: running as TaskId[] })
    }
    expect(report([77])).toMatchObject([{ type: 'killTask', taskId: 77, slot: -1 }])
    const [again] = launched(report([]))
    expect(again).toMatchObject({ partition: 0, attemptNumber: 1 })
    expect(cluster.end(lost as TaskAttempt)).toEqual([])
  })
})

describe('TaskScheduler placing tasks', () => {
  const at = (location: string): Partial<TaskSet> => ({ locations: [[location], [location]] })

  it('waits for the executor that holds the data, then for its host, and then takes any', () => {
    const cluster = new Cluster()
    cluster.add('1', 1, { host: 'a' })
    cluster.submit(9, 1)
    cluster.add('2', 1, { host: 'a' })
    cluster.submit(8, 1)
    cluster.add('3', 1, { host: 'b' })
    expect(cluster.submit(0, 1, at(executorLocation('a', executorId('1'))))).toEqual([])
    expect(cluster.effects.at(-1)).toEqual({ type: 'setTimer', key: 'tasks.locality', delayMs: 3_000 })
    expect(cluster.tasks.pendingReasons()[0]?.reason).toBe('locality')
    expect(cluster.wait(3_000, 'tasks.locality')).toEqual([{ type: 'setTimer', key: 'tasks.locality', delayMs: 3_000 }])
    expect(launched(cluster.wait(3_000, 'tasks.locality'))).toMatchObject([{ executorId: '3', locality: 'ANY' }])
  })

  it('prefers the slot that holds the data, and waits for it a short while only', () => {
    const cluster = new Cluster()
    cluster.add('1', 2, { host: 'a' })
    const location = executorLocation('a', executorId('1'), 1)
    expect(cluster.submit(0, 2, at(location))).toMatchObject([{ slot: 1, locality: 'SLOT_LOCAL' }])
    expect(launched(cluster.wait(250, 'tasks.locality'))).toMatchObject([{ slot: 0, locality: 'PROCESS_LOCAL' }])
  })

  it.each(['elsewhere', executorLocation('gone', executorId('99'))])(
    'does not wait for %s, where no executor is',
    (place) => {
      const cluster = new Cluster()
      cluster.add('1', 2)
      expect(cluster.submit(0, 2, at(place)).length).toBe(2)
    },
  )

  it('does not wait any longer for an executor that is lost', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    cluster.submit(9, 1)
    cluster.add('2', 2)
    expect(cluster.submit(0, 2, at('host-1'))).toEqual([])
    expect(launched(cluster.lose('1')).length).toBe(2)
  })

  it('gives each executor the tasks whose data it holds, whatever their order', () => {
    const cluster = new Cluster()
    cluster.add('1', 2)
    cluster.add('2', 2)
    const attempts = cluster.submit(0, 4, { locations: [['host-2'], ['host-1'], ['host-2'], ['host-1']] })
    expect(attempts.map((attempt) => `${attempt.partition}@${attempt.executorId}`).sort()).toEqual([
      '0@2',
      '1@1',
      '2@2',
      '3@1',
    ])
    expect(attempts.every((attempt) => attempt.locality === 'NODE_LOCAL')).toBe(true)
  })

  it('takes a host of the same rack before any other', () => {
    const cluster = new Cluster({ localityWaits: { slot: 0, process: 0, node: 1_000, rack: 1_000 } })
    cluster.add('1', 1, { host: 'a', rack: 'r1' })
    cluster.submit(9, 1)
    cluster.add('2', 1, { host: 'b', rack: 'r2' })
    expect(cluster.submit(0, 1, at('a'))).toEqual([])
    cluster.wait(1_000, 'tasks.locality')
    expect(cluster.add('3', 1, { host: 'c', rack: 'r1' })).toEqual([])
    expect(launched(cluster.wait(1_000, 'tasks.locality'))).toMatchObject([{ executorId: '3', locality: 'RACK_LOCAL' }])
  })
})

describe('TaskScheduler sharing executors', () => {
  const fair = { mode: 'FAIR', pools: [{ name: 'big', schedulingMode: 'FIFO', weight: 3, minShare: 0 }] } as const
  const inPool = (name: string): Partial<TaskSet> => ({ properties: { 'spark.scheduler.pool': name } })

  it('serves the older job first under FIFO', () => {
    const cluster = new Cluster()
    cluster.submit(1, 2)
    cluster.submit(0, 2)
    expect(cluster.add('1', 3).map((attempt) => attempt.jobId)).toEqual([0, 0, 1])
  })

  it('shares by weight between pools under FAIR', () => {
    const cluster = new Cluster({ pools: fair })
    cluster.submit(0, 20, inPool('small'))
    cluster.submit(1, 20, inPool('big'))
    const jobs = cluster.add('1', 8).map((attempt) => attempt.jobId)
    expect(jobs.filter((id) => id === 1).length).toBe(6)
  })

  it('serves a minimum share before all weights', () => {
    const pools = { mode: 'FAIR', pools: [{ name: 'sure', schedulingMode: 'FIFO', weight: 1, minShare: 3 }] } as const
    const cluster = new Cluster({ pools })
    cluster.submit(0, 20)
    cluster.submit(1, 20, inPool('sure'))
    expect(cluster.add('1', 4).map((attempt) => attempt.jobId)).toEqual([1, 1, 1, 0])
  })
})

describe('TaskScheduler without resources', () => {
  it('says that no executor is there, and fails the jobs after a while in which nothing runs', () => {
    const cluster = new Cluster({ starvationTimeoutMs: 60_000 })
    cluster.submit(0, 1)
    expect(cluster.effects).toContainEqual({ type: 'setTimer', key: 'tasks.starved', delayMs: 60_000 })
    expect(cluster.tasks.pendingReasons()).toMatchObject([{ reason: 'noExecutors', what: 'stage 0.0 of job 0' }])
    const effects = cluster.wait(60_000, 'tasks.starved')
    expect(effects).toMatchObject([
      { type: 'taskSetFailed', failure: { code: 'FS_JOB_NO_RESOURCES', details: { waitedSeconds: 60 } } },
    ])
    cluster.tasks.assertEmpty()
  })

  it('measures the wait anew when something ran in between', () => {
    const cluster = new Cluster({ starvationTimeoutMs: 60_000 })
    cluster.submit(0, 1)
    cluster.now = 50_000
    cluster.add('1', 1)
    cluster.lose('1', { ...crash, causedByApp: false })
    expect(cluster.wait(10_000, 'tasks.starved')).toEqual([{ type: 'setTimer', key: 'tasks.starved', delayMs: 50_000 }])
    expect(cluster.wait(50_000, 'tasks.starved')).toMatchObject([{ type: 'taskSetFailed' }])
  })

  it('says when a task is larger than any executor', () => {
    const cluster = new Cluster({ taskCpus: 4 })
    cluster.add('1', 2)
    cluster.submit(0, 1)
    expect(cluster.tasks.pendingReasons()).toMatchObject([
      { reason: 'taskTooLarge', figures: { taskCpus: 4, largest: 2 } },
    ])
  })

  it('fails all jobs when the last executor goes and no other can be had, and later ones at once', () => {
    const cluster = new Cluster()
    cluster.add('1', 1)
    cluster.submit(0, 2)
    cluster.tell({ type: 'noMoreExecutors', message: 'the cluster is full' })
    expect(cluster.failures()).toEqual([])
    cluster.lose('1')
    cluster.submit(1, 1)
    expect(cluster.failures()).toEqual(['FS_JOB_EXECUTORS_GONE', 'FS_JOB_EXECUTORS_GONE'])
  })

  it('starts nothing before enough slots have registered, or long enough was waited', () => {
    const minRegistered = { slots: 4, maxWaitMs: 30_000 }
    const cluster = new Cluster({ minRegistered })
    cluster.submit(0, 4)
    cluster.add('1', 2)
    expect(cluster.tasks.pendingReasons()).toMatchObject([
      { reason: 'tooFewRegistered', figures: { wanted: 4, slots: 2 } },
    ])
    expect(cluster.running.size).toBe(0)
    cluster.add('2', 2)
    expect(cluster.running.size).toBe(4)
    const impatient = new Cluster({ minRegistered })
    impatient.add('1', 2)
    impatient.submit(0, 4)
    expect(launched(impatient.wait(30_000, 'tasks.registered')).length).toBe(2)
  })
})
