import type { ErrorCode, ErrorDetails, WireError } from '../../common/errors/index.js'
import type { ExecutorId, StageId, TaskId } from '../../common/index.js'
import type { ExecutorLossCause, ReportedOutcome } from './task-outcome.js'
import type { TaskAttempt, TaskEnded, TaskSet } from './task-set.js'

/** What goes into the task scheduler; the time comes beside it. */
export type TaskSchedulerEvent =
  | ExecutorAdded
  | ExecutorLost
  | { readonly type: 'executorDraining'; readonly executorId: ExecutorId; readonly isDraining: boolean }
  | ExecutorReport
  | TaskStatus
  | { readonly type: 'submitTaskSet'; readonly taskSet: TaskSet }
  | CancelTaskSets
  | OutputCompleted
  | { readonly type: 'killTask'; readonly taskId: TaskId; readonly reason: string; readonly interrupt: boolean }
  | { readonly type: 'speculate'; readonly stageId: StageId; readonly stageAttempt: number; readonly index: number }
  | { readonly type: 'noMoreExecutors'; readonly message: string }
  /** What is known of executors that have not registered, in words for those who wait; undefined for nothing. */
  | { readonly type: 'executorsAwaited'; readonly note: string | undefined }
  | { readonly type: 'timerDue'; readonly key: string }

/** An executor registered and may be given tasks. Its id is never used again after it is lost. */
export interface ExecutorAdded {
  readonly type: 'executorAdded'
  readonly executorId: ExecutorId
  readonly host: string
  readonly slots: number
  readonly rack?: string
}

/** An executor is gone for good; what it ran has ended. */
export interface ExecutorLost {
  readonly type: 'executorLost'
  readonly executorId: ExecutorId
  readonly cause: ExecutorLossCause
  /** Whether the map outputs it served are gone too: false when something else serves them. */
  readonly outputsLost: boolean
  /** The machine, where the whole of it is gone, and with it every output served from there. */
  readonly lostHost?: string
}

/**
 * What an executor says it runs, from a heartbeat. Optional, heals lost messages: a task launched there more than
 * `lostTaskGraceMs` ago that two reports in a row do not name is taken for lost and queued again; a task it names that
 * the scheduler does not know is killed.
 */
export interface ExecutorReport {
  readonly type: 'executorReport'
  readonly executorId: ExecutorId
  readonly running: readonly TaskId[]
}

/** The end of a task attempt, as its executor reports it. Late and repeated reports are ignored. */
export interface TaskStatus {
  readonly type: 'taskStatus'
  readonly taskId: TaskId
  readonly outcome: ReportedOutcome
  /** How long it ran, where known: tells whether its set's tasks are short. */
  readonly runTimeMs?: number
}

/** Ends all attempts of a stage: nothing more is launched, what runs is killed. */
export interface CancelTaskSets {
  readonly type: 'cancelTaskSets'
  readonly stageId: StageId
  readonly reason: string
  readonly interrupt: boolean
}

/** An output was delivered by an earlier attempt of the stage: its task need not run (on). */
export interface OutputCompleted {
  readonly type: 'outputCompleted'
  readonly stageId: StageId
  readonly output: number
  /** Who made it. */
  readonly executorId: ExecutorId
}

/** What comes out of the task scheduler. */
export type TaskSchedulerEffect = Launch | KillTask | TaskEnded | TaskSetDone | TaskSetFailed | SetTimer

/** Send this task to its executor. */
export interface Launch {
  readonly type: 'launch'
  readonly attempt: TaskAttempt
  readonly taskSet: TaskSet
}

/** Tell the executor to end a task; it answers with a `taskStatus` (killed, or whatever it ended with). */
export interface KillTask {
  readonly type: 'killTask'
  readonly taskId: TaskId
  readonly executorId: ExecutorId
  /** -1 when the scheduler does not know the task. */
  readonly slot: number
  readonly reason: string
  /** Whether the slot may be stopped the hard way at once. */
  readonly interrupt: boolean
}

/** Every task of the set has succeeded; sent after the last `taskEnded`. */
export interface TaskSetDone {
  readonly type: 'taskSetDone'
  readonly stageId: StageId
  readonly stageAttempt: number
}

/** The set has failed for good; what still runs is killed. */
export interface TaskSetFailed {
  readonly type: 'taskSetFailed'
  readonly stageId: StageId
  readonly stageAttempt: number
  readonly failure: StageFailure
}

/** Why a stage failed: the error of each of its jobs, but for the job's id. */
export interface StageFailure {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly cause?: WireError
}

/** Send `timerDue` with this key back after the delay. A later timer of the same key replaces the earlier one. */
export interface SetTimer {
  readonly type: 'setTimer'
  readonly key: string
  readonly delayMs: number
}
