import type { RpcAddress } from '../rpc/index.js'

/** Endpoint of the driver and of every executor: pieces of broadcasts; the driver's answers all methods, an executor's `piece`. */
export const broadcastEndpoint = 'broadcast'

/** `describe`: asks for the shape of a broadcast. A small one comes along as the attachment. */
export interface DescribeMessage {
  readonly id: number
}

export interface BroadcastShape {
  readonly bytes: number
  readonly pieceBytes: number
  /** CRC-32 of each piece; none when checksums are off. */
  readonly checksums?: readonly number[]
}

/** `piece`: asks for one piece, which is the attachment of the answer. */
export interface PieceMessage {
  readonly id: number
  readonly piece: number
}

/** `sources`: asks the driver which executors have a piece. */
export interface SourcesMessage extends PieceMessage {
  readonly executorId: string
}

export interface PieceSource {
  readonly executorId: string
  readonly address: RpcAddress
}

export interface SourcesAnswer {
  readonly sources: readonly PieceSource[]
}

/** `have`, one way: an executor has a piece now, or no piece any more. */
export interface HaveMessage extends PieceSource {
  readonly id: number
  readonly piece?: number
}
