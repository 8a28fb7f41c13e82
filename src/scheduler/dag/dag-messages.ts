import type { FiresteelError } from '../../common/errors/index.js'
import type { ExecutorId, JobId, ShuffleId, StageId } from '../../common/index.js'
import type { JobSpec } from '../lineage.js'
import type {
  CancelTaskSets,
  ExecutorLost,
  OutputCompleted,
  SetTimer,
  TaskSetDone,
  TaskSetFailed,
} from '../task-set/task-scheduler-messages.js'
import type { TaskAttempt, TaskEnded, TaskSet } from '../task-set/task-set.js'

/** What goes into the DAG scheduler; the time comes beside it. */
export type DagEvent =
  | { readonly type: 'jobSubmitted'; readonly job: JobSpec }
  | { readonly type: 'cancelJob'; readonly jobId: JobId; readonly reason?: string }
  | { readonly type: 'cancelJobGroup'; readonly group: string; readonly reason?: string }
  | { readonly type: 'cancelJobsWithTag'; readonly tag: string; readonly reason?: string }
  | { readonly type: 'cancelStage'; readonly stageId: StageId; readonly reason?: string }
  | { readonly type: 'cancelAllJobs'; readonly reason?: string }
  /** Fails a job with an error of the caller's own, such as results above `spark.driver.maxResultSize`. */
  | { readonly type: 'abortJob'; readonly jobId: JobId; readonly error: FiresteelError }
  | ExecutorLost
  | { readonly type: 'shuffleRemoved'; readonly shuffleId: ShuffleId }
  | TaskEnded
  | TaskSetDone
  | TaskSetFailed
  | { readonly type: 'timerDue'; readonly key: string }

/** What comes out of the DAG scheduler. */
export type DagEffect =
  | SubmitTaskSet
  | CancelTaskSets
  | OutputCompleted
  | JobStarted
  | JobSucceeded
  | JobFailed
  | PartitionResult
  | TaskAccepted
  | StageSubmitted
  | StageCompleted
  | MapOutputsChanged
  | SetTimer

/** For the task scheduler. */
export interface SubmitTaskSet {
  readonly type: 'submitTaskSet'
  readonly taskSet: TaskSet
}

export interface JobStarted {
  readonly type: 'jobStarted'
  readonly job: JobSpec
  /** All stages of the job, parents first; those that turn out to be finished already are never submitted (skipped). */
  readonly stages: readonly StageInfo[]
}

/** Comes after the last `partitionResult` of the job. Exactly one of `jobSucceeded` and `jobFailed` ends each job. */
export interface JobSucceeded {
  readonly type: 'jobSucceeded'
  readonly jobId: JobId
}

export interface JobFailed {
  readonly type: 'jobFailed'
  readonly jobId: JobId
  readonly error: FiresteelError
}

/** A partition's result; at most once per output of a job, and never after the job's end. */
export interface PartitionResult {
  readonly type: 'partitionResult'
  readonly jobId: JobId
  readonly outputIndex: number
  readonly value: unknown
  readonly attempt: TaskAttempt
}

/**
 * The success of this attempt counts: its result or map output was taken. Duplicates and late ones get none. This is the
 * moment to merge its accumulator updates.
 */
export interface TaskAccepted {
  readonly type: 'taskAccepted'
  readonly attempt: TaskAttempt
  readonly value: unknown
  /** False when an output of this partition had been taken before and was lost. */
  readonly isFirst: boolean
}

/** The facts of a stage for listeners and pages. */
export interface StageInfo {
  readonly stageId: StageId
  readonly attempt: number
  readonly kind: 'map' | 'result'
  readonly name: string
  readonly numTasks: number
  readonly parentIds: readonly StageId[]
  readonly jobIds: readonly JobId[]
  readonly rddId: number
  readonly rddName: string
  readonly shuffleId?: ShuffleId
}

export interface StageSubmitted {
  readonly type: 'stageSubmitted'
  readonly stage: StageInfo
  readonly properties: Readonly<Record<string, string>>
}

export interface StageCompleted {
  readonly type: 'stageCompleted'
  readonly stage: StageInfo
  /** Absent when it succeeded. */
  readonly failure?: string
  readonly willRetry: boolean
}

/** The statuses of a shuffle are no longer what they were; `epoch` is the tracker's. Executors that keep copies ask again. */
export interface MapOutputsChanged {
  readonly type: 'mapOutputsChanged'
  readonly epoch: number
  readonly executorId?: ExecutorId
  readonly shuffleId?: ShuffleId
}
