import type { WireError } from '../common/errors/index.js'
import type { RpcMessage } from './message.js'

/**
 * What two connections say to each other. `id` is chosen by the asker and belongs to the asker's side of the connection:
 * call, open, cancel and credit go from the asker to the answerer; reply, fail, item and end come back.
 */
export type Packet =
  | { readonly kind: 'send'; readonly endpoint: string; readonly method: string; readonly message: RpcMessage }
  | {
      readonly kind: 'ask'
      readonly id: number
      readonly endpoint: string
      readonly method: string
      readonly message: RpcMessage
    }
  | {
      readonly kind: 'open'
      readonly id: number
      readonly endpoint: string
      readonly method: string
      readonly message: RpcMessage
      /** Items that may be sent before the first credit. */
      readonly window: number
    }
  | { readonly kind: 'reply'; readonly id: number; readonly message: RpcMessage }
  | { readonly kind: 'fail'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'item'; readonly id: number; readonly message: RpcMessage }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'credit'; readonly id: number; readonly count: number }

/** Carries packets between two connections, in order. */
export interface Transport {
  /** `host:port`, or `in-process`. */
  readonly address: string
  readonly backlog: number
  /** Begins delivery; nothing is delivered before, and never from within this call or within `send`. */
  start(sink: PacketSink): void
  /** Ignored when closed. @throws FS_RPC_MESSAGE_TOO_LARGE, FS_RPC_BODY_INVALID; the connection lives on. */
  send(packet: Packet): void
  drained(): Promise<void>
  /** Delivers what was sent before, then ends both sides. */
  close(): Promise<void>
}

export interface PacketSink {
  packet(packet: Packet): void
  /** Called once, the last of all calls; without a cause when either side closed on purpose. */
  ended(cause: Error | undefined): void
}
