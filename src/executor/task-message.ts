import type { WireError } from '../common/errors/index.js'
import type { PartitionTree, StagePlan, TaskMetrics } from '../pipeline/index.js'
import type { PartOffsets } from '../shuffle/index.js'

/** The code of a stage as it travels: sent once to each executor, and once to each of its slots. */
export interface StageBinary {
  /** Unique within the application. */
  readonly key: string
  readonly plan: StagePlan
  /** Captured closures by hash. */
  readonly closures: readonly ClosureBinary[]
}

export interface ClosureBinary {
  readonly hash: string
  readonly bytes: Uint8Array
}

/** One task attempt as it travels; attachments go beside it. */
export interface TaskDescription {
  readonly taskId: number
  readonly stageKey: string
  readonly stageId: number
  readonly stageAttempt: number
  readonly jobId: number
  readonly partition: number
  readonly attemptNumber: number
  readonly slot: number
  readonly tree: PartitionTree
  readonly properties: Readonly<Record<string, string>>
  /** Epoch of the map outputs that the task counts on; older copies must be fetched again. */
  readonly mapEpoch: number
  readonly cpus: number
  /** Version of the added files that the task counts on; absent before any was added. */
  readonly files?: number
}

/** What the executor's main thread tells a slot. */
export type ToSlot =
  | { readonly type: 'stage'; readonly stage: StageBinary }
  | { readonly type: 'forgetStage'; readonly key: string }
  | { readonly type: 'tasks'; readonly tasks: readonly SlotTask[] }
  | { readonly type: 'forgetBroadcast'; readonly id: number }

/** One task as a slot gets it. Slots run tasks in the order in which they come. */
export interface SlotTask {
  readonly task: TaskDescription
  readonly attachments: readonly Uint8Array[]
  readonly shuffles: readonly ShuffleLocations[]
  /** Place of its claim: see `slot-claims.ts`. */
  readonly claim: number
}

/** The end of one task on its slot. */
export interface SlotTaskEnd {
  readonly taskId: number
  readonly outcome: SlotOutcome
  readonly metrics: TaskMetrics
  readonly updates: readonly AccumulatorUpdate[]
}

/** The map outputs of one shuffle for one reduce partition: columns, as many entries as there are maps with data. */
export interface ShuffleLocations {
  readonly shuffleId: number
  readonly reducePartition: number
  readonly mapIds: Uint32Array
  readonly mapTaskIds: Float64Array
  readonly executorIds: readonly string[]
  /** Index in `executorIds`. */
  readonly executorOf: Uint32Array
  /** Empty where the file cannot be opened here. */
  readonly paths: readonly string[]
  /** `unknownOffset` where only the file's own index knows. */
  readonly offsets: Float64Array
  /** Exact where the offset is known, else within some per cent. */
  readonly lengths: Float64Array
}

/** In place of an offset. */
export const unknownOffset = -1

/** What a slot tells the executor's main thread. */
export type FromSlot =
  | {
      readonly type: 'ready'
      /** The system's number of the thread; none where it does not tell. */
      readonly osThread?: number
    }
  | { readonly type: 'ended'; readonly tasks: readonly SlotTaskEnd[] }

/** How a task ended on its slot. */
export type SlotOutcome =
  | { readonly kind: 'batches'; readonly batches: readonly Uint8Array[]; readonly records: number }
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly kind: 'count'; readonly count: number }
  | {
      readonly kind: 'shuffle'
      readonly path: string
      readonly parts: PartOffsets
      /** What the driver is told: see `MapStatus`. */
      readonly status: Uint8Array
    }
  | { readonly kind: 'killed'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: WireError }

/** The partial value that a task added to an accumulator, encoded. */
export interface AccumulatorUpdate {
  readonly id: number
  readonly value: Uint8Array
}
