import type { RpcMessage } from './message.js'

/** How long to wait for an answer, and what ends the wait sooner. */
export interface AskOptions {
  /** Milliseconds until the ask fails with `FS_RPC_ASK_TIMEOUT`; 0 and Infinity mean no deadline. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** As `AskOptions`; `timeoutMs` is the longest wait for the *next* message while the consumer is waiting for it. */
export interface AskStreamOptions extends AskOptions {
  /** Messages the other side may have on their way before the consumer has taken them. Default 4. */
  readonly window?: number
}

/**
 * The other end of one connection. Both sides are equal: whoever connected, either may ask the other. Messages of one side
 * are delivered, and their handlers started, in the order of the calls; answers come in any order.
 */
export interface RpcPeer {
  /** Unique in this process. */
  readonly id: string
  /** The name of the other side's environment, as it gave it (and proved, when there is a secret). */
  readonly name: string
  /** `host:port`, or `in-process`. */
  readonly address: string
  readonly closed: boolean
  /**
   * Calls a method and waits for its answer.
   * @throws FS_RPC_ASK_TIMEOUT, FS_RPC_PEER_CLOSED, FS_RPC_PEER_LOST, FS_RPC_NO_ENDPOINT, FS_RPC_NO_METHOD, FS_RPC_MESSAGE_TOO_LARGE, the
   * signal's reason, or what the handler threw.
   */
  ask(endpoint: string, method: string, message: RpcMessage, options: AskOptions): Promise<RpcMessage>
  /**
   * Calls a method that answers with a stream of messages, under flow control: the other side produces no more than `window`
   * messages ahead of the consumer. Leaving the loop early ends the producer. The call is made at the first `next()`.
   */
  askStream(endpoint: string, method: string, message: RpcMessage, options: AskStreamOptions): AsyncIterable<RpcMessage>
  /** Calls a method and expects no answer. Does nothing when the peer is closed. @throws FS_RPC_MESSAGE_TOO_LARGE */
  send(endpoint: string, method: string, message: RpcMessage): void
  /**
   * Called once when the connection has ended, at once (in a microtask) if it has already: without a cause when either side
   * closed it on purpose, else with what happened to it.
   */
  onClose(listener: (cause: Error | undefined) => void): void
  /** Bytes waiting to be written; 0 in-process. */
  readonly backlog: number
  /** Resolves when the backlog is small enough to go on writing, or the peer is closed. */
  drained(): Promise<void>
  /** Writes what is waiting, tells the other side, and ends the connection; open asks fail with FS_RPC_PEER_CLOSED. */
  close(): Promise<void>
}
