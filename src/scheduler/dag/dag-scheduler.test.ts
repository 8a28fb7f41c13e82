import { describe, expect, it } from 'vitest'
import { executorId, jobId, type TaskId, taskId } from '../../common/index.js'
import { defaultSchedulerOptions } from '../options.js'
import { endOf, jobOf, mapped, rdd, shuffled, shuffleOf } from '../sample-jobs.js'
import type { ReportedOutcome } from '../task-set/task-outcome.js'
import type { TaskSet } from '../task-set/task-set.js'
import type { DagEffect, DagEvent } from './dag-messages.js'
import { DagScheduler } from './dag-scheduler.js'

const success: ReportedOutcome = { type: 'success', value: 'ok' }
const loss = { code: 'signal', message: 'killed', causedByApp: true }

class Driver {
  readonly dag: DagScheduler
  readonly effects: DagEffect[] = []

  constructor(options: Partial<typeof defaultSchedulerOptions> = {}) {
    this.dag = new DagScheduler({ ...defaultSchedulerOptions, ...options })
  }

  tell(event: DagEvent): DagEffect[] {
    const effects = this.dag.handle(event, 0)
    this.effects.push(...effects)
    return effects
  }

  /** Tells that all tasks of a set have succeeded, on the executor given. */
  finish(taskSet: TaskSet, executor = '1'): DagEffect[] {
    const from = this.effects.length
    for (let i = 0; i < taskSet.partitions.length; i++) {
      this.tell(endOf(taskSet, i, success, { executor: executorId(executor) }))
    }
    const { stageId, stageAttempt } = taskSet
    this.tell({ type: 'taskSetDone', stageId, stageAttempt })
    return this.effects.slice(from)
  }

  fetchFails(
    taskSet: TaskSet,
    index: number,
    node: Parameters<typeof shuffleOf>[0],
    mapPartition: number,
  ): DagEffect[] {
    const shuffleId = shuffleOf(node)
    const output = this.dag.mapOutputs.statuses(shuffleId)[mapPartition]
    return this.tell(
      endOf(taskSet, index, {
        type: 'fetchFailed',
        shuffleId,
        mapPartition,
        mapTaskId: output?.taskId,
        executorId: output?.executorId,
        reducePartition: index,
        scope: 'output',
        message: 'gone',
      }),
    )
  }

  resubmit(): TaskSet[] {
    return sets(this.tell({ type: 'timerDue', key: 'dag.resubmit' }))
  }

  submit(...job: Parameters<typeof jobOf>): TaskSet[] {
    return sets(this.tell({ type: 'jobSubmitted', job: jobOf(...job) }))
  }

  get sets(): TaskSet[] {
    return sets(this.effects)
  }

  ends(): string[] {
    return this.effects.flatMap((effect) => {
      if (effect.type === 'jobSucceeded') return [`${effect.jobId} succeeded`]
      return effect.type === 'jobFailed' ? [`${effect.jobId} ${effect.error.code}`] : []
    })
  }
}

function sets(effects: readonly DagEffect[]): TaskSet[] {
  return effects.flatMap((effect) => (effect.type === 'submitTaskSet' ? [effect.taskSet] : []))
}

function only(list: readonly TaskSet[]): TaskSet {
  expect(list.length).toBe(1)
  return list[0] as TaskSet
}

describe('DagScheduler', () => {
  it('cuts a lineage at its shuffles and runs the stages one after another', () => {
    const driver = new Driver()
    const node = mapped(shuffled([mapped(rdd(3))], 2))
    const map = only(driver.submit(0, node))
    expect(map).toMatchObject({ kind: 'map', partitions: [0, 1, 2], stageId: 0 })
    const result = only(sets(driver.finish(map)))
    expect(result).toMatchObject({ kind: 'result', partitions: [0, 1], stageId: 1 })
    driver.finish(result)
    expect(driver.ends()).toEqual(['0 succeeded'])
    driver.dag.assertEmpty()
  })

  it('submits independent stages at once, and the join of them when both are complete', () => {
    const driver = new Driver()
    const [left, right] = driver.submit(0, shuffled([rdd(2), rdd(1)], 2)) as [TaskSet, TaskSet]
    expect(sets(driver.finish(right))).toEqual([])
    expect(only(sets(driver.finish(left))).kind).toBe('result')
  })

  it('shares a running map stage between two jobs, and ends with the one that still needs it', () => {
    const driver = new Driver()
    const node = shuffled([rdd(2)], 1)
    const map = only(driver.submit(0, node))
    expect(driver.submit(1, node)).toEqual([])
    const cancelled = driver.tell({ type: 'cancelJob', jobId: jobId(0) })
    expect(cancelled.map((effect) => effect.type)).toEqual(['jobFailed'])
    driver.finish(only(sets(driver.finish(map))))
    expect(driver.ends()).toEqual(['0 FS_JOB_CANCELLED', '1 succeeded'])
    driver.dag.assertEmpty()
  })

  it('skips a map stage whose outputs an earlier job has made', () => {
    const driver = new Driver()
    const node = shuffled([rdd(2)], 1)
    driver.finish(only(sets(driver.finish(only(driver.submit(0, node))))))
    expect(only(driver.submit(1, node)).kind).toBe('result')
  })

  it('computes chosen partitions only, and gives results their place in the choice', () => {
    const driver = new Driver()
    const set = only(driver.submit(0, rdd(5), { partitions: [4, 1] }))
    expect(set).toMatchObject({ partitions: [4, 1], outputs: [0, 1] })
    const [accepted, result] = driver.tell(endOf(set, 0, success))
    expect(accepted).toMatchObject({ type: 'taskAccepted', isFirst: true })
    expect(result).toMatchObject({ type: 'partitionResult', outputIndex: 0, value: 'ok' })
  })

  it('ends a job of no partitions at once, and refuses one of a partition that does not exist', () => {
    const driver = new Driver()
    driver.submit(0, rdd(0))
    driver.submit(1, rdd(2), { partitions: [2] })
    expect(driver.ends()).toEqual(['0 succeeded', '1 FS_JOB_BAD_PARTITION'])
    driver.dag.assertEmpty()
  })

  it('delivers each result once', () => {
    const driver = new Driver()
    const set = only(driver.submit(0, rdd(2)))
    driver.tell(endOf(set, 0, success))
    expect(driver.tell(endOf(set, 0, success))).toEqual([])
  })

  it('makes only the lost output and the results that miss it again after a fetch failure', () => {
    const driver = new Driver()
    const node = shuffled([rdd(3)], 3)
    const map = only(driver.submit(0, node))
    const result = only(sets(driver.finish(map)))
    driver.tell(endOf(result, 0, success))
    const failed = driver.fetchFails(result, 1, node, 2)
    expect(failed).toContainEqual({ type: 'setTimer', key: 'dag.resubmit', delayMs: 200 })
    expect(failed).toContainEqual(expect.objectContaining({ type: 'stageCompleted', willRetry: true }))
    const again = only(driver.resubmit())
    expect(again).toMatchObject({ kind: 'map', stageAttempt: 1, partitions: [2] })
    // A task of the first attempt was not stopped, and delivers late.
    expect(driver.tell(endOf(result, 2, success)).map((effect) => effect.type)).toEqual([
      'taskAccepted',
      'partitionResult',
    ])
    const rest = only(sets(driver.finish(again)))
    expect(rest).toMatchObject({ kind: 'result', stageAttempt: 1, partitions: [1] })
    driver.finish(rest)
    expect(driver.ends()).toEqual(['0 succeeded'])
    expect(driver.effects.filter((effect) => effect.type === 'taskAccepted' && !effect.isFirst).length).toBe(1)
    driver.dag.assertEmpty()
  })

  it('gives up a stage after four attempts in a row that could not fetch', () => {
    const driver = new Driver()
    const node = shuffled([rdd(1)], 1)
    let result = only(sets(driver.finish(only(driver.submit(0, node)))))
    for (let i = 0; i < 3; i++) {
      driver.fetchFails(result, 0, node, 0)
      result = only(sets(driver.finish(only(driver.resubmit()))))
    }
    driver.fetchFails(result, 0, node, 0)
    expect(driver.ends()).toEqual(['0 FS_JOB_FETCH_FAILED'])
    driver.dag.assertEmpty()
  })

  it('unregisters what a lost executor served, and makes it again before the next stage starts', () => {
    const driver = new Driver()
    const [left, right] = driver.submit(0, shuffled([rdd(2), rdd(1)], 1)) as [TaskSet, TaskSet]
    driver.finish(left, '1')
    const lost = driver.tell({ type: 'executorLost', executorId: executorId('1'), cause: loss, outputsLost: true })
    expect(lost).toEqual([{ type: 'mapOutputsChanged', epoch: 1, executorId: '1' }])
    const again = only(sets(driver.finish(right, '2')))
    expect(again).toMatchObject({ stageId: left.stageId, stageAttempt: 1, partitions: [0, 1] })
  })

  it('keeps the outputs of an executor whose outputs something else serves', () => {
    const driver = new Driver()
    const node = shuffled([rdd(1)], 1)
    driver.finish(only(driver.submit(0, node)))
    driver.tell({ type: 'executorLost', executorId: executorId('1'), cause: loss, outputsLost: false })
    expect(driver.dag.mapOutputs.isComplete(shuffleOf(node))).toBe(true)
  })

  it('does not trust outputs made on an executor before a fetch from it failed', () => {
    const driver = new Driver()
    const first = shuffled([rdd(1)], 1)
    const second = shuffled([rdd(1)], 1)
    const map = only(driver.submit(0, second))
    const result = only(sets(driver.finish(only(driver.submit(1, first)))))
    const [id1, id2, id3] = [100_000, 100_001, 100_002].map(taskId) as [TaskId, TaskId, TaskId]
    const failure = { type: 'fetchFailed', shuffleId: shuffleOf(first), executorId: executorId('1') } as const
    driver.tell(
      endOf(
        result,
        0,
        { ...failure, reducePartition: 0, message: 'refused' },
        { task: id2, executor: executorId('2') },
      ),
    )
    expect(driver.tell(endOf(map, 0, success, { task: id1 }))).toEqual([])
    expect(driver.tell(endOf(map, 0, success, { task: id3 })).length).toBeGreaterThan(0)
  })

  it('does not run anything again when a duplicate task of a complete stage cannot fetch', () => {
    const driver = new Driver()
    const inner = shuffled([rdd(1)], 1)
    const node = shuffled([inner], 1)
    const middle = only(sets(driver.finish(only(driver.submit(0, node)))))
    driver.finish(middle)
    driver.fetchFails(middle, 0, inner, 0)
    expect(driver.effects.some((effect) => effect.type === 'setTimer')).toBe(false)
  })

  it('submits a stage again when its set is done but outputs are missing', () => {
    const driver = new Driver()
    const map = only(driver.submit(0, shuffled([rdd(2)], 1)))
    driver.tell(endOf(map, 0, success, { executor: executorId('1') }))
    driver.tell({ type: 'executorLost', executorId: executorId('1'), cause: loss, outputsLost: true })
    driver.tell(endOf(map, 1, success, { executor: executorId('2') }))
    const { stageId, stageAttempt } = map
    expect(only(sets(driver.tell({ type: 'taskSetDone', stageId, stageAttempt }))).partitions).toEqual([0])
  })

  it.each([
    ['cancelJobGroup', { type: 'cancelJobGroup', group: 'g' }, ['0 FS_JOB_CANCELLED']],
    ['cancelJobsWithTag', { type: 'cancelJobsWithTag', tag: 't' }, ['1 FS_JOB_CANCELLED']],
    ['cancelAllJobs', { type: 'cancelAllJobs' }, ['0 FS_JOB_CANCELLED', '1 FS_JOB_CANCELLED']],
    ['cancelStage', { type: 'cancelStage', stageId: 1 as never }, ['1 FS_JOB_CANCELLED']],
  ] as const)('%s ends the jobs meant, and stops their tasks', (_, event, ends) => {
    const driver = new Driver()
    driver.submit(0, rdd(1), { group: 'g' })
    driver.submit(1, rdd(1), { tags: ['t'], properties: { 'spark.job.interruptOnCancel': 'true' } })
    const effects = driver.tell(event)
    expect(driver.ends()).toEqual(ends)
    expect(effects.filter((effect) => effect.type === 'cancelTaskSets').length).toBe(ends.length)
  })

  it('fails every job of a stage whose task set failed, with the cause', () => {
    const driver = new Driver()
    const node = shuffled([rdd(1)], 1)
    const { stageId, stageAttempt } = only(driver.submit(0, node))
    driver.submit(1, node)
    const failure = {
      code: 'FS_JOB_FAILED',
      details: { stageId },
      cause: { name: 'TypeError', message: 'x is not' },
    } as const
    const effects = driver.tell({ type: 'taskSetFailed', stageId, stageAttempt, failure })
    expect(driver.ends()).toEqual(['0 FS_JOB_FAILED', '1 FS_JOB_FAILED'])
    const failed = effects.find((effect) => effect.type === 'jobFailed')
    expect(failed?.error.cause).toMatchObject({ name: 'TypeError', message: 'x is not' })
    driver.dag.assertEmpty()
  })

  it('does not look behind an RDD that is all in the cache, and places tasks where the cache is', () => {
    const locations = () => ['executor_host_7#1']
    const driver = new Driver({ cache: { locations } })
    const cached = mapped(shuffled([rdd(2)], 2), { isPersisted: true })
    const set = only(driver.submit(0, mapped(cached)))
    expect(set).toMatchObject({ kind: 'result', locations: [['executor_host_7#1'], ['executor_host_7#1']] })
  })

  it('walks lineages of any depth', () => {
    let node = rdd(1)
    for (let i = 0; i < 20_000; i++) node = mapped(node)
    const driver = new Driver()
    expect(only(driver.submit(0, node)).kind).toBe('result')
    let wide = rdd(1)
    for (let i = 0; i < 2_000; i++) wide = shuffled([wide], 1)
    expect(only(driver.submit(1, wide)).kind).toBe('map')
  })
})

describe('DagScheduler with indeterminate stages', () => {
  const noisy = { isDeterministic: false }

  it('rolls back all that was computed from an indeterminate stage when one of its outputs is lost', () => {
    const driver = new Driver()
    const source = shuffled([rdd(2, noisy)], 2, noisy)
    const node = shuffled([source], 1, noisy)
    const middle = only(sets(driver.finish(only(driver.submit(0, node)))))
    driver.tell(endOf(middle, 0, success))
    driver.fetchFails(middle, 1, source, 0)
    expect(driver.dag.mapOutputs.numAvailable(shuffleOf(node))).toBe(0)
    // Late work from the old records is not taken.
    expect(driver.tell(endOf(middle, 1, success))).toEqual([])
    const again = only(driver.resubmit())
    expect(again).toMatchObject({ stageAttempt: 1, partitions: [0, 1] })
    expect(only(sets(driver.finish(again)))).toMatchObject({ stageId: middle.stageId, partitions: [0, 1] })
  })

  it('fails a job that has delivered results of records that cannot be had again', () => {
    const driver = new Driver()
    const node = shuffled([rdd(2, noisy)], 2, noisy)
    const result = only(sets(driver.finish(only(driver.submit(0, node)))))
    driver.tell(endOf(result, 0, success))
    driver.fetchFails(result, 1, node, 0)
    expect(driver.ends()).toEqual(['0 FS_JOB_INDETERMINATE'])
    driver.dag.assertEmpty()
  })

  it('does not join what an earlier job computed from the old records with new ones', () => {
    const driver = new Driver()
    const source = shuffled([rdd(1, noisy)], 1, noisy)
    const derived = shuffled([source], 1, noisy)
    const first = only(driver.submit(0, derived))
    const second = only(sets(driver.finish(first, '1')))
    driver.finish(only(sets(driver.finish(second, '2'))))
    driver.tell({ type: 'executorLost', executorId: executorId('1'), cause: loss, outputsLost: true })
    // Another job makes the source again; what was derived from it is of no use any more.
    driver.finish(only(sets(driver.finish(only(driver.submit(1, source))))))
    expect(driver.dag.mapOutputs.isComplete(shuffleOf(derived))).toBe(false)
  })
})
