import type { RpcPeer } from './peer.js'

/** What travels: a JSON value and, beside it, any number of byte arrays that are sent as they are. */
export interface RpcMessage {
  /** Plain JSON. In-process it is passed by reference and must not be changed after it was handed over. */
  readonly body: unknown
  /** Bytes; not copied on sending, so they must not be changed until the peer has them. */
  readonly attachments?: readonly Uint8Array[]
}

/** What a handler knows of a call besides its message. */
export interface RpcContext {
  readonly peer: RpcPeer
  /** Aborted when the asker gave up (deadline, abort, end of a stream) or the peer is gone. */
  readonly signal: AbortSignal
}

/** What a handler gives back: nothing, one message (now or later), or a stream for `askStream`. */
export type RpcReply = RpcAnswer | Promise<RpcAnswer>

// biome-ignore lint/suspicious/noConfusingVoidType: a handler without a return statement is the common case
type RpcAnswer = RpcMessage | AsyncIterable<RpcMessage> | undefined | void

/** Answers one method of an endpoint. Thrown errors travel to the asker in their wire form. */
export type RpcHandler = (message: RpcMessage, context: RpcContext) => RpcReply

/**
 * Handlers of one endpoint by method name. A returned value or promise answers an ask, an async iterable answers
 * `askStream`; one-way sends ignore what is returned. Handlers are started in the order in which the peer sent.
 */
export type RpcHandlers = Readonly<Record<string, RpcHandler>>

/** Bytes of bulk data in one message of a stream: with its header it fits into the least `spark.rpc.message.maxSize`. */
export const bulkPieceBytes = 512 * 1024
