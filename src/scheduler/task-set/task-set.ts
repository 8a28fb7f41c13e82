import type { ExecutorId, JobId, ShuffleId, StageId, TaskId } from '../../common/index.js'
import type { LineageNode, ShuffleDependency } from '../lineage.js'
import type { Locality } from './locality.js'
import type { TaskOutcome } from './task-outcome.js'

/**
 * The tasks of one stage attempt: arrays side by side, no object per task, so that a million of them fit. A task is named
 * by its index in these arrays.
 */
export interface TaskSet {
  readonly stageId: StageId
  readonly stageAttempt: number
  readonly kind: 'map' | 'result'
  /** The job on whose behalf it runs (the oldest that needs the stage); its id is the priority under FIFO. */
  readonly jobId: JobId
  /** The shuffle a map stage writes. */
  readonly shuffleId?: ShuffleId
  /** The dependency of that shuffle: the very object found in the lineage of the first job that needed it. */
  readonly shuffle?: ShuffleDependency
  readonly rdd: LineageNode
  /** By task index: the partition of `rdd` to compute. */
  readonly partitions: ArrayLike<number>
  /** By task index: the place of its result; a map stage's partition, or a result stage's index in `JobSpec.partitions`. */
  readonly outputs: ArrayLike<number>
  /** By task index: task locations; undefined when no task has a preference. */
  readonly locations?: readonly (readonly string[])[]
  readonly properties: Readonly<Record<string, string>>
}

/** The identity of one attempt of one task. */
export interface TaskAttempt {
  readonly taskId: TaskId
  readonly stageId: StageId
  readonly stageAttempt: number
  readonly jobId: JobId
  /** Index in the task set. */
  readonly index: number
  /** Partition of the stage's RDD. */
  readonly partition: number
  /** Partition of a map stage; index in `JobSpec.partitions` of a result stage. */
  readonly output: number
  /** From 0, within the stage attempt. */
  readonly attemptNumber: number
  readonly executorId: ExecutorId
  readonly host: string
  /** The slot thread of the executor, from 0. */
  readonly slot: number
  readonly locality: Locality
  readonly speculative: boolean
  readonly launchedAt: number
}

/** One attempt has ended: made by the task scheduler, taken by the DAG scheduler and by listeners. */
export interface TaskEnded {
  readonly type: 'taskEnded'
  readonly attempt: TaskAttempt
  readonly outcome: TaskOutcome
}
