import type { WireError } from '../../common/errors/index.js'
import type { ExecutorId, ShuffleId, TaskId } from '../../common/index.js'

export interface TaskSucceeded {
  readonly type: 'success'
  /** A result task's result, or what a map task reported; opaque to the cores, which keep none of it. */
  readonly value: unknown
  /** What the map output tracker keeps of a map task's output; opaque as well. */
  readonly output?: unknown
}

/** User code or its environment failed; counts towards `spark.task.maxFailures`. */
export interface TaskFailed {
  readonly type: 'failed'
  readonly error: WireError
  /** True when running it again cannot help (its result cannot be serialized, say): the job fails at once. */
  readonly isFinal?: boolean
}

/** Ended by a kill that the scheduler asked for (late duplicate, cancelled, killed by the user); does not count. */
export interface TaskKilled {
  readonly type: 'killed'
  readonly reason: string
}

/** Another attempt of the same partition holds the right to commit its output; does not count. */
export interface TaskCommitDenied {
  readonly type: 'commitDenied'
  readonly message: string
}

/** A map output could not be read; does not count, the stage that made it runs again in part. */
export interface TaskFetchFailed {
  readonly type: 'fetchFailed'
  readonly shuffleId: ShuffleId
  /** The map partition whose output was asked for; absent when the tracker had no such output. */
  readonly mapPartition?: number
  /** The map task attempt that made the output, as in the tracker: tells an output made since from the one that failed. */
  readonly mapTaskId?: TaskId
  /** Who should have served it; absent when the tracker had no such output. */
  readonly executorId?: ExecutorId
  readonly reducePartition: number
  /**
   * What is taken for lost: `output` (missing file, wrong checksum) that output alone; `executor` (connection refused or
   * timed out, after retries) everything the executor served. Default `executor`.
   */
  readonly scope?: 'output' | 'executor'
  readonly message: string
}

/** What an executor (or the shell for it) reports at the end of a task. */
export type ReportedOutcome = TaskSucceeded | TaskFailed | TaskKilled | TaskCommitDenied | TaskFetchFailed

/** The executor went away under the task. Made by the task scheduler. */
export interface TaskExecutorLost {
  readonly type: 'executorLost'
  readonly cause: ExecutorLossCause
  /** Whether it counts towards `spark.task.maxFailures`. */
  readonly counts: boolean
}

export type TaskOutcome = ReportedOutcome | TaskExecutorLost

/** Why an executor ended, in the words of the shell that found it out. */
export interface ExecutorLossCause {
  /** One of the closed list of causes, such as `processOutOfMemory`, `signal`, `heartbeatSilence`, `decommissioned`. */
  readonly code: string
  readonly message: string
  /**
   * Whether what ran on the executor may be to blame. False for preemption, decommissioning and ends on our own wish: the
   * tasks that ran there are then not charged with a failure.
   */
  readonly causedByApp: boolean
  /** The task to blame, where known (a heap watch named it): then only that one is charged. */
  readonly culprit?: TaskId
}
