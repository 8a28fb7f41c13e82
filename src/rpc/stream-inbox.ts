import type { RpcMessage } from './message.js'

/** The consumer's end of a stream: what has arrived and was not taken yet. */
export class StreamInbox {
  readonly #window: number
  readonly #grant: (count: number) => void
  readonly #arrived: RpcMessage[] = []
  #taken = 0
  #end: { readonly error?: unknown } | undefined
  #wakeUp: (() => void) | undefined

  constructor(window: number, grant: (count: number) => void) {
    this.#window = window
    this.#grant = grant
  }

  push(message: RpcMessage): void {
    if (this.#end !== undefined) return
    this.#arrived.push(message)
    this.#wakeUp?.()
  }

  /** No more will come; what has arrived can still be taken, then the error is thrown if there is one. */
  end(how: { readonly error?: unknown } = {}): void {
    if (this.#end !== undefined) return
    this.#end = how
    this.#wakeUp?.()
  }

  /** The next message, undefined at the end; one caller at a time. */
  async take(): Promise<RpcMessage | undefined> {
    while (this.#arrived.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wakeUp = resolve
      })
      this.#wakeUp = undefined
    }
    const message = this.#arrived.shift()
    if (message !== undefined) this.#count()
    else if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error
    return message
  }

  /** Credit goes back by halves of the window, so that a fast stream costs one small packet for several messages. */
  #count(): void {
    this.#taken++
    if (this.#end !== undefined || this.#taken < this.#window / 2) return
    this.#grant(this.#taken)
    this.#taken = 0
  }
}
