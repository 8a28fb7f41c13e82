import type { ExecutorId, JobId, ShuffleId, TaskId } from '../../../common/index.js'
import type {
  Launch,
  MapOutputTracker,
  SchedulerEffect,
  SchedulerEvent,
  StageCompleted,
  TaskAttempt,
  TaskFetchFailed,
} from '../../../scheduler/index.js'
import { type Check, hold } from './check.js'

interface Held {
  readonly shuffleId: ShuffleId
  readonly partition: number
  readonly taskId: TaskId
  readonly executorId: ExecutorId
  readonly host: string
  readonly isDeterministic: boolean
}

/** Map outputs are dropped when they are lost, and only then; none is made that is there. */
export class OutputCheck implements Check {
  readonly #mapOutputs: MapOutputTracker
  readonly #held = new Map<string, Held>()
  readonly #shuffleOf = new Map<number, { shuffleId: ShuffleId; isDeterministic: boolean }>()
  readonly #latestAttempt = new Map<number, number>()
  readonly #endedJobs = new Set<JobId>()
  readonly #jobsOf = new Map<number, readonly JobId[]>()
  #lost: { executorId: ExecutorId; host: string | undefined } | undefined
  #fetchFailed: { attempt: TaskAttempt; failure: TaskFetchFailed; isCurrent: boolean } | undefined
  #isChanged = false

  constructor(mapOutputs: MapOutputTracker) {
    this.#mapOutputs = mapOutputs
  }

  told(event: SchedulerEvent): void {
    this.#lost = undefined
    this.#fetchFailed = undefined
    this.#isChanged = false
    if (event.type !== 'executorLost' || !event.outputsLost) return
    this.#lost = { executorId: event.executorId, host: event.lostHost }
  }

  saw(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'launch':
        this.#launched(effect)
        break
      case 'taskEnded':
        if (effect.outcome.type === 'fetchFailed') this.#fetchFailure(effect.attempt, effect.outcome)
        break
      case 'taskAccepted':
        this.#accepted(effect.attempt)
        break
      case 'mapOutputsChanged':
        this.#isChanged = true
        break
      case 'stageSubmitted':
        this.#latestAttempt.set(effect.stage.stageId, effect.stage.attempt)
        this.#jobsOf.set(effect.stage.stageId, effect.stage.jobIds)
        break
      case 'jobSucceeded':
      case 'jobFailed':
        this.#endedJobs.add(effect.jobId)
        break
      case 'stageCompleted':
        this.#stageCompleted(effect)
        break
      default:
    }
  }

  settled(): void {
    if (this.#fetchFailed?.isCurrent === true) this.#checkDropped(this.#fetchFailed.failure, this.#fetchFailed.attempt)
    if (!this.#isChanged) return
    for (const [key, held] of this.#held) {
      const now = this.#mapOutputs.statuses(held.shuffleId)[held.partition]
      if (now?.taskId === held.taskId) {
        hold(!this.#isLost(held), () => `output ${key} of lost executor ${held.executorId} is still registered`)
        continue
      }
      hold(
        this.#isLost(held) || !held.isDeterministic || this.#isDoubted(held),
        () => `output ${key} is dropped for nothing`,
      )
      this.#held.delete(key)
    }
  }

  /** What tasks of a stage that was rolled back, or is of no job any more, still report is not listened to. */
  #stageCompleted({ stage, failure }: StageCompleted): void {
    const isOver = stage.kind === 'result' && failure === undefined
    if (isOver || (failure !== undefined && !failure.startsWith('fetch failed')))
      this.#latestAttempt.delete(stage.stageId)
  }

  #launched({ attempt, taskSet }: Launch): void {
    const { taskId, partition, stageId, speculative } = attempt
    const { shuffleId, rdd } = taskSet
    if (shuffleId === undefined) return
    this.#shuffleOf.set(stageId, { shuffleId, isDeterministic: rdd.isDeterministic !== false })
    const isThere = this.#mapOutputs.statuses(shuffleId)[partition] !== undefined
    hold(
      speculative || !isThere,
      () => `map task ${taskId} makes output ${partition} of stage ${stageId} again, which is there`,
    )
  }

  #fetchFailure(attempt: TaskAttempt, failure: TaskFetchFailed): void {
    this.#isChanged = true
    const isWanted = this.#jobsOf.get(attempt.stageId)?.some((jobId) => !this.#endedJobs.has(jobId)) === true
    const isCurrent = isWanted && this.#latestAttempt.get(attempt.stageId) === attempt.stageAttempt
    this.#fetchFailed = { attempt, failure, isCurrent }
  }

  #accepted({ stageId, partition, taskId, executorId, host }: TaskAttempt): void {
    const shuffle = this.#shuffleOf.get(stageId)
    if (shuffle === undefined) return
    this.#held.set(`${shuffle.shuffleId}:${partition}`, { ...shuffle, partition, taskId, executorId, host })
  }

  /** What could not be fetched is dropped, with all else that its executor served by then if it is that that failed. */
  #checkDropped(
    { shuffleId, mapPartition, mapTaskId, executorId, scope }: TaskFetchFailed,
    { taskId }: TaskAttempt,
  ): void {
    if (mapPartition === undefined) return
    const now = this.#mapOutputs.statuses(shuffleId)[mapPartition]
    hold(
      now === undefined || now.taskId !== mapTaskId,
      () => `task ${taskId} could not fetch an output that stays registered`,
    )
    if (scope === 'output') return
    for (const [key, held] of this.#held) {
      if (held.executorId !== executorId || held.taskId > taskId) continue
      const isThere = this.#mapOutputs.statuses(held.shuffleId)[held.partition]?.taskId === held.taskId
      hold(
        !isThere,
        () => `output ${key} stays registered on executor ${executorId}, from which nothing can be fetched`,
      )
    }
  }

  #isLost({ executorId, host }: Held): boolean {
    return this.#lost !== undefined && (executorId === this.#lost.executorId || host === this.#lost.host)
  }

  /** Whether the fetch failure just reported speaks of this output. */
  #isDoubted(held: Held): boolean {
    const failed = this.#fetchFailed
    if (failed === undefined) return false
    const { mapTaskId, executorId, scope } = failed.failure
    if (mapTaskId === held.taskId) return true
    return scope !== 'output' && executorId === held.executorId && held.taskId <= failed.attempt.taskId
  }
}
