import type { BlockExecutor, BlockLocation } from './block-manager-master.js'
import type { BlockStatus } from './block-store.js'
import { StorageLevel } from './storage-level.js'

/** The driver's endpoint: who has which block. */
export const blockMasterEndpoint = 'blockMaster'
/** Every executor's endpoint: its blocks. */
export const blocksEndpoint = 'blocks'

/** `blockMaster.update`, one way: where a block of this executor is now. */
export interface UpdateMessage {
  readonly executorId: string
  readonly status: WireStatus
}

export interface WireStatus extends Omit<BlockStatus, 'level'> {
  readonly level: string
}

/** `blockMaster.locations`: asks who has a block. */
export interface LocationsMessage {
  readonly block: string
}

export interface LocationsAnswer {
  readonly locations: readonly BlockLocation[]
}

/** `blockMaster.candidates`: asks who could hold copies of a block; answered with executors. */
export interface CandidatesAnswer {
  readonly candidates: readonly BlockExecutor[]
}

/** `blocks.get`, a stream: first the lengths of the frames, then their bytes in pieces. */
export interface GetMessage {
  readonly block: string
}

export interface GetHead {
  readonly lengths: readonly number[]
}

/** `blocks.replicate`: the asked one is to fetch a block from the asker, over the same connection, and to keep it. */
export interface ReplicateMessage {
  readonly block: string
  readonly level: string
}

/** `blocks.copyTo`, one way, from the driver: give copies of a block to others. */
export interface CopyToMessage {
  readonly block: string
  readonly level: string
  readonly to: readonly BlockExecutor[]
}

/** `blocks.remove`, from the driver: forget an RDD's or a broadcast's blocks. Answered when they are gone. */
export interface RemoveMessage {
  readonly group: string
}

export function toWireStatus(status: BlockStatus): WireStatus {
  return { ...status, level: status.level.description }
}

export function fromWireStatus(status: WireStatus): BlockStatus {
  return { ...status, level: StorageLevel.parse(status.level) }
}
