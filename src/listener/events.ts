import type { WireError } from '../common/errors/index.js'

/** What listeners are told, as one union: `type` says which. Times are milliseconds since the epoch, sizes bytes. */
export type SparkListenerEvent =
  | ApplicationStart
  | ApplicationEnd
  | JobStart
  | JobEnd
  | StageSubmitted
  | StageCompleted
  | TaskStart
  | TaskEnd
  | ExecutorAdded
  | ExecutorRemoved
  | ExecutorMetricsUpdate
  | BlockUpdated
  | UnpersistRdd

export interface ApplicationStart {
  readonly type: 'applicationStart'
  readonly time: number
  readonly appId: string
  readonly appName: string
  readonly user: string
  readonly master: string
}

export interface ApplicationEnd {
  readonly type: 'applicationEnd'
  readonly time: number
}

/** A stage as events tell of it. */
export interface StageDescription {
  readonly stageId: number
  readonly attempt: number
  readonly kind: 'map' | 'result'
  readonly name: string
  readonly numTasks: number
  readonly parentIds: readonly number[]
  readonly rddId: number
  readonly rddName: string
  readonly shuffleId?: number
}

export interface JobStart {
  readonly type: 'jobStart'
  readonly time: number
  readonly jobId: number
  readonly description: string
  readonly callSite: string
  readonly group?: string
  readonly tags: readonly string[]
  /** Parents first. Stages whose outputs are there already are skipped: they are listed, never submitted. */
  readonly stages: readonly StageDescription[]
  readonly properties: Readonly<Record<string, string>>
}

export interface JobEnd {
  readonly type: 'jobEnd'
  readonly time: number
  readonly jobId: number
  /** Absent when it succeeded. */
  readonly error?: WireError
}

export interface StageSubmitted {
  readonly type: 'stageSubmitted'
  readonly time: number
  readonly stage: StageDescription
  readonly properties: Readonly<Record<string, string>>
}

export interface StageCompleted {
  readonly type: 'stageCompleted'
  readonly time: number
  readonly stage: StageDescription
  /** Absent when it succeeded. */
  readonly failure?: string
  readonly willRetry: boolean
}

/** A task attempt as events tell of it. */
export interface TaskDescriptionEvent {
  readonly taskId: number
  readonly stageId: number
  readonly stageAttempt: number
  readonly jobId: number
  readonly partition: number
  readonly attemptNumber: number
  readonly executorId: string
  readonly host: string
  readonly slot: number
  readonly locality: string
  readonly speculative: boolean
  readonly launchTime: number
}

export interface TaskStart {
  readonly type: 'taskStart'
  readonly time: number
  readonly task: TaskDescriptionEvent
}

export interface TaskEnd {
  readonly type: 'taskEnd'
  readonly time: number
  readonly task: TaskDescriptionEvent
  readonly outcome: 'success' | 'failed' | 'killed' | 'commitDenied' | 'fetchFailed' | 'executorLost' | 'resubmitted'
  /** For all but success: why. */
  readonly reason?: string
  readonly error?: WireError
  /** What the task counted; absent when its executor could not tell. */
  readonly metrics?: Readonly<Record<string, number>>
}

export interface ExecutorAdded {
  readonly type: 'executorAdded'
  readonly time: number
  readonly executorId: string
  readonly host: string
  readonly slots: number
  readonly memoryBytes: number
}

export interface ExecutorRemoved {
  readonly type: 'executorRemoved'
  readonly time: number
  readonly executorId: string
  /** From a closed list: processOutOfMemory, signal, exitCode, heartbeatSilence, network, stopped, ... */
  readonly cause: string
  readonly reason: string
  /** Tasks that were running there. */
  readonly running: readonly number[]
}

export interface ExecutorMetricsUpdate {
  readonly type: 'executorMetricsUpdate'
  readonly time: number
  readonly executorId: string
  readonly heapBytes: number
  readonly rssBytes: number
  readonly storageBytes: number
  readonly running: readonly number[]
}

export interface BlockUpdated {
  readonly type: 'blockUpdated'
  readonly time: number
  readonly executorId: string
  readonly block: string
  readonly memoryBytes: number
  readonly diskBytes: number
  readonly level: string
}

export interface UnpersistRdd {
  readonly type: 'unpersistRdd'
  readonly time: number
  readonly rddId: number
}
