import type { WireError } from '../common/errors/index.js'
import type { StagePlan, TaskMetrics } from '../pipeline/index.js'
import type { SlotOutcome, TaskDescription } from './task-message.js'

/** Endpoint of an executor, and its methods: what the driver tells it. */
export const executorEndpoint = 'executor'
/** Endpoint of the driver for its executors. */
export const driverEndpoint = 'driver'
/** Endpoint that serves shuffle data to other executors. */
export const shuffleEndpoint = 'shuffle'

/** `register`, asked of the driver. */
export interface RegisterExecutor {
  readonly executorId: string
  readonly host: string
  readonly slots: number
  readonly pid: number
  /** Where other executors fetch blocks from; absent in the driver's own process. */
  readonly data?: { readonly host: string; readonly port: number }
  /** Where its map outputs are, for executors on the same machine. */
  readonly localDirs: readonly string[]
  readonly memoryBytes: number
  /** Bytes that cached blocks may take at most. */
  readonly storageBytes: number
}

/** The answer to `register`. */
export interface Registered {
  readonly appId: string
}

/** `stage`: the closures come as attachments, in this order. */
export interface StageMessage {
  readonly key: string
  readonly plan: StagePlan
  readonly closures: readonly string[]
}

/** `launch`: attachments of all tasks come one after another; `attachments` says how many each has. */
export interface LaunchMessage {
  readonly tasks: readonly { readonly task: TaskDescription; readonly attachments: number }[]
}

/** `kill`. */
export interface KillMessage {
  readonly taskId: number
  readonly reason: string
  readonly interrupt: boolean
}

/** `taskStatus`: the ends of some tasks. */
export interface TaskStatusesMessage {
  readonly statuses: readonly TaskStatusMessage[]
}

/** The end of a task: bytes of the result or map status, and of accumulator updates, are the next attachments, in this order. */
export interface TaskStatusMessage {
  readonly taskId: number
  readonly outcome: WireOutcome
  readonly metrics: TaskMetrics
  /** Ids of the accumulators; their updates are the last of its attachments. */
  readonly updates: readonly number[]
  readonly attachments: number
}

/** An outcome without its bytes. */
export type WireOutcome =
  | { readonly kind: 'batches'; readonly records: number; readonly count: number }
  | { readonly kind: 'value' }
  /** The result was too large for this channel: it waits to be fetched. */
  | { readonly kind: 'stored'; readonly bytes: number; readonly of: 'batches' | 'value'; readonly records: number }
  /** Its status, see `MapStatus`, is its first attachment. */
  | { readonly kind: 'shuffle' }
  | Extract<SlotOutcome, { kind: 'count' | 'killed' | 'failed' }>
  | FetchFailedOutcome

export interface FetchFailedOutcome {
  readonly kind: 'fetchFailed'
  readonly shuffleId: number
  readonly mapPartition?: number
  readonly mapTaskId?: number
  readonly executorId?: string
  readonly reducePartition: number
  readonly scope: 'output' | 'executor'
  readonly error: WireError
}

/** `heartbeat`. */
export interface HeartbeatMessage {
  readonly executorId: string
  readonly running: readonly number[]
  readonly heapBytes: number
  readonly rssBytes: number
  readonly storageBytes: number
}

/** `read` of the shuffle endpoint: one part of one map output. */
export interface ShuffleReadRequest {
  readonly shuffleId: number
  readonly mapId: number
  readonly reducePartition: number
}
