import type { BroadcastId, RddId, TaskId } from '../common/index.js'

/** Names a block, by Spark's scheme: `rdd_3_14`, `broadcast_5`, `broadcast_5_piece0`, `taskresult_17`. */
export type BlockId = string

export const rddBlockId = (rdd: number, partition: number): BlockId => `rdd_${rdd}_${partition}`
export const broadcastBlockId = (broadcast: number): BlockId => `broadcast_${broadcast}`
export const broadcastPieceId = (broadcast: number, piece: number): BlockId => `broadcast_${broadcast}_piece${piece}`
export const taskResultBlockId = (task: number): BlockId => `taskresult_${task}`

/** What a block's name says. */
export type ParsedBlockId =
  | { readonly kind: 'rdd'; readonly rdd: RddId; readonly partition: number }
  | { readonly kind: 'broadcast'; readonly broadcast: BroadcastId; readonly piece?: number }
  | { readonly kind: 'taskResult'; readonly task: TaskId }

/** Reads a block's name; undefined when it follows no scheme. */
export function parseBlockId(block: BlockId): ParsedBlockId | undefined {
  const rdd = /^rdd_(\d+)_(\d+)$/.exec(block)
  if (rdd !== null) return { kind: 'rdd', rdd: Number(rdd[1]) as RddId, partition: Number(rdd[2]) }
  const broadcast = /^broadcast_(\d+)(?:_piece(\d+))?$/.exec(block)
  if (broadcast !== null) {
    const id = Number(broadcast[1]) as BroadcastId
    return broadcast[2] === undefined
      ? { kind: 'broadcast', broadcast: id }
      : { kind: 'broadcast', broadcast: id, piece: Number(broadcast[2]) }
  }
  const result = /^taskresult_(\d+)$/.exec(block)
  return result === null ? undefined : { kind: 'taskResult', task: Number(result[1]) as TaskId }
}

/** What blocks have in common that are used and removed together: their RDD, their broadcast. */
export function groupOf(block: BlockId): string {
  return /^[a-z]+_\d+/.exec(block)?.[0] ?? block
}
