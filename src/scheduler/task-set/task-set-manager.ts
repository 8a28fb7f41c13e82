import type { ErrorCode, WireError } from '../../common/errors/index.js'
import type { ExecutorId, TaskId } from '../../common/index.js'
import type { Schedulable } from '../pool/schedulable.js'
import type { ExecutorState, ExecutorTable } from './executor-table.js'
import type { LocalityWaits } from './locality.js'
import { LocalityDelay } from './locality-delay.js'
import { PendingTasks } from './pending-tasks.js'
import type { TaskOutcome } from './task-outcome.js'
import type { StageFailure } from './task-scheduler-messages.js'
import type { TaskAttempt, TaskSet } from './task-set.js'

export interface TaskSetManagerOptions {
  readonly maxTaskFailures: number
  readonly localityWaits: LocalityWaits
}

/** What the end of an attempt means for its set. */
export interface AttemptVerdict {
  /** The task waits for a slot again. */
  readonly isPendingAgain: boolean
  /** The set has failed for good. */
  readonly failure?: StageFailure
  /** Other attempts of the same task that are no longer needed. */
  readonly superfluous: readonly TaskId[]
}

/** Tasks shorter than this on average are worth queueing ahead. */
const quickTaskMs = 2

const nothing: AttemptVerdict = { isPendingAgain: false, superfluous: [] }

/**
 * One task set on its way: which of its tasks are pending, running (in one or several attempts) and done, how often each
 * has failed, and how far from its data it may run by now. It gives out tasks to executors that the task scheduler names,
 * and judges how attempts end. Once it is a zombie (failed, cancelled, or out of date by a fetch failure) it gives out
 * nothing more, and lives on until the last attempt that runs has ended.
 */
export class TaskSetManager implements Schedulable {
  readonly taskSet: TaskSet
  readonly name: string
  readonly weight = 1
  readonly minShare = 0
  readonly priority: number
  readonly stageId: number
  readonly pending: PendingTasks
  readonly delay: LocalityDelay
  /** Attempts that run, killed ones too until they have ended. */
  readonly attempts = new Map<TaskId, TaskAttempt>()
  readonly #maxTaskFailures: number
  readonly #copies: Uint8Array
  readonly #isDone: Uint8Array
  readonly #numAttempts: Uint16Array
  /** By task: ordinal of the executor that holds its map output, -1 for nobody. */
  readonly #holder: Int32Array | undefined
  readonly #failures = new Map<number, number>()
  readonly #kills = new Map<number, ExecutorId[]>()
  readonly #speculative = new Set<number>()
  #numDone = 0
  #isZombie = false
  #numTimed = 0
  #meanRunTimeMs = 0

  constructor(taskSet: TaskSet, executors: ExecutorTable, options: TaskSetManagerOptions) {
    const size = taskSet.partitions.length
    this.taskSet = taskSet
    this.name = `stage ${taskSet.stageId}.${taskSet.stageAttempt}`
    this.priority = taskSet.jobId
    this.stageId = taskSet.stageId
    this.pending = new PendingTasks(size, taskSet.locations, executors)
    this.delay = new LocalityDelay(options.localityWaits)
    this.#maxTaskFailures = options.maxTaskFailures
    this.#copies = new Uint8Array(size)
    this.#isDone = new Uint8Array(size)
    this.#numAttempts = new Uint16Array(size)
    this.#holder = taskSet.kind === 'map' ? new Int32Array(size).fill(-1) : undefined
  }

  get numPending(): number {
    return this.pending.count + this.#speculative.size
  }

  get numRunning(): number {
    return this.attempts.size
  }

  /** Whether its tasks have turned out to take next to no time. */
  get isQuick(): boolean {
    return this.#numTimed >= 8 && this.#meanRunTimeMs < quickTaskMs
  }

  /** A task of the set ran this long. */
  noteRunTime(ms: number): void {
    this.#numTimed++
    const weight = Math.max(1 / this.#numTimed, 1 / 16)
    this.#meanRunTimeMs += (ms - this.#meanRunTimeMs) * weight
  }

  get isZombie(): boolean {
    return this.#isZombie
  }

  get isDone(): boolean {
    return this.#numDone === this.#isDone.length
  }

  /** A task for the executor at exactly this locality level, or -1. */
  find(executor: ExecutorState, atLevel: number): number {
    return this.pending.find(executor, atLevel, undefined)
  }

  /** A task to run in a second attempt on this executor, or -1: not where an attempt of it runs already. */
  findSpeculative(executor: ExecutorState): number {
    for (const index of this.#speculative) {
      if (!this.#runsOn(index, executor.id)) return index
    }
    return -1
  }

  /** Asks for a second attempt of a task that runs. */
  speculate(index: number): void {
    if (this.#isZombie || this.#isDone[index] === 1 || this.#copies[index] !== 1) return
    this.#speculative.add(index)
  }

  /** Takes note of a launch; returns the number of the attempt. */
  launched(attempt: TaskAttempt): void {
    const { index } = attempt
    this.attempts.set(attempt.taskId, attempt)
    this.#copies[index] = (this.#copies[index] as number) + 1
    this.#numAttempts[index] = (this.#numAttempts[index] as number) + 1
    this.#speculative.delete(index)
    this.pending.remove(index)
  }

  nextAttemptNumber(index: number): number {
    return this.#numAttempts[index] as number
  }

  /** An attempt has ended. */
  ended(attempt: TaskAttempt, outcome: TaskOutcome, holder: number): AttemptVerdict {
    const { index } = attempt
    this.attempts.delete(attempt.taskId)
    this.#copies[index] = (this.#copies[index] as number) - 1
    if (outcome.type === 'success') return this.#succeeded(index, holder)
    if (outcome.type === 'fetchFailed') {
      // Its input has to be made again first, by a new attempt of the stage.
      this.retire()
      return nothing
    }
    if (this.#isZombie || this.#isDone[index] === 1) return nothing
    const failure = this.#count(attempt, outcome)
    if (failure !== undefined) return { isPendingAgain: false, failure, superfluous: [] }
    if (this.#copies[index] === 0) {
      this.#speculative.delete(index)
      this.pending.add(index)
    }
    return { isPendingAgain: true, superfluous: [] }
  }

  /** An output came from an earlier attempt of the stage; returns the attempts that are no longer needed. */
  completedElsewhere(output: number, holder: number): readonly TaskId[] {
    const index = this.#indexOf(output)
    if (index < 0 || this.#isZombie) return []
    this.pending.remove(index)
    return this.#succeeded(index, holder).superfluous
  }

  /** The outputs that lay on these executors are lost: their tasks run again. Returns how many there are. */
  outputsLost(ordinals: ReadonlySet<number>): number {
    const holder = this.#holder
    if (holder === undefined || this.#isZombie) return 0
    let lost = 0
    for (let index = 0; index < holder.length; index++) {
      if (!ordinals.has(holder[index] as number)) continue
      holder[index] = -1
      this.#isDone[index] = 0
      this.#numDone--
      lost++
      if (this.#copies[index] === 0) this.pending.add(index)
    }
    return lost
  }

  /** Gives out nothing from now on. */
  retire(): void {
    this.#isZombie = true
    this.pending.clear()
    this.#speculative.clear()
  }

  #succeeded(index: number, holder: number): AttemptVerdict {
    if (this.#isDone[index] === 1) return nothing
    this.#isDone[index] = 1
    this.#numDone++
    this.#speculative.delete(index)
    if (this.#holder !== undefined) this.#holder[index] = holder
    if (this.#copies[index] === 0) return nothing
    return { isPendingAgain: false, superfluous: this.#attemptsOf(index) }
  }

  /** Counts a failure if it is one; returns the failure of the set if it was one too many. */
  #count(attempt: TaskAttempt, outcome: TaskOutcome): StageFailure | undefined {
    if (outcome.type === 'failed') {
      const failures =
        outcome.isFinal === true ? this.#failureCount(attempt.index) + 1 : this.#addFailure(attempt.index)
      if (outcome.isFinal !== true && failures < this.#maxTaskFailures) return undefined
      const details = { ...this.#facts(attempt), failures, lastError: errorText(outcome.error) }
      return { code: 'FS_JOB_FAILED', details, cause: outcome.error }
    }
    if (outcome.type !== 'executorLost' || !outcome.counts) return undefined
    const kills = [...(this.#kills.get(attempt.index) ?? []), attempt.executorId]
    this.#kills.set(attempt.index, kills)
    const failures = this.#addFailure(attempt.index)
    if (failures < this.#maxTaskFailures) return undefined
    const code: ErrorCode = kills.length > 1 ? 'FS_JOB_TASK_KILLS_EXECUTORS' : 'FS_JOB_FAILED'
    const lastError = `${outcome.cause.message} (${outcome.cause.code})`
    const details = { ...this.#facts(attempt), failures: code === 'FS_JOB_FAILED' ? failures : kills.length, lastError }
    return { code, details: { ...details, executors: kills.join(', ') } }
  }

  #facts(attempt: TaskAttempt): Record<string, unknown> {
    const { rdd, stageId, stageAttempt } = this.taskSet
    const { partition, executorId, host } = attempt
    return { stageId, stageAttempt, stageName: `${rdd.name} at ${rdd.callSite}`, partition, executorId, host }
  }

  #failureCount(index: number): number {
    return this.#failures.get(index) ?? 0
  }

  #addFailure(index: number): number {
    const failures = this.#failureCount(index) + 1
    this.#failures.set(index, failures)
    return failures
  }

  #attemptsOf(index: number): TaskId[] {
    const ids: TaskId[] = []
    for (const attempt of this.attempts.values()) if (attempt.index === index) ids.push(attempt.taskId)
    return ids
  }

  #runsOn(index: number, executorId: ExecutorId): boolean {
    for (const attempt of this.attempts.values()) {
      if (attempt.index === index && attempt.executorId === executorId) return true
    }
    return false
  }

  /** Outputs ascend in every set. */
  #indexOf(output: number): number {
    const { outputs } = this.taskSet
    let low = 0
    let high = outputs.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const value = outputs[middle] as number
      if (value === output) return middle
      if (value < output) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

/** An error in a line: the names of those that say more than that they are errors stand before the message. */
function errorText({ name, message, code }: WireError): string {
  return code !== undefined || name === 'Error' || name === '' ? message : `${name}: ${message}`
}
