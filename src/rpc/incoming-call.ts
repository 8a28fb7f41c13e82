import type { RpcContext } from './message.js'
import type { RpcPeer } from './peer.js'

/** One call that a peer made and that is not answered yet. */
export class IncomingCall implements RpcContext {
  readonly peer: RpcPeer
  #controller: AbortController | undefined
  #ended: { reason: unknown } | undefined
  #credit: number
  #wakeUp: (() => void) | undefined

  constructor(peer: RpcPeer, window = 0) {
    this.peer = peer
    this.#credit = window
  }

  /** Made when first looked at: most handlers never do, and an AbortSignal costs more than a small call. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#ended !== undefined) this.#controller.abort(this.#ended.reason)
    return this.#controller.signal
  }

  get ended(): boolean {
    return this.#ended !== undefined
  }

  /** The asker is no longer interested, or gone. */
  end(reason: unknown): void {
    if (this.#ended !== undefined) return
    this.#ended = { reason }
    this.#controller?.abort(reason)
    this.#wakeUp?.()
  }

  /** The asker of a stream takes `count` more messages. */
  grant(count: number): void {
    this.#credit += count
    this.#wakeUp?.()
  }

  /** Waits until one more message may be sent; false when the asker wants no more. */
  async mayProduce(): Promise<boolean> {
    while (this.#credit === 0 && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve
      })
      this.#wakeUp = undefined
    }
    if (this.ended) return false
    this.#credit--
    return true
  }
}
