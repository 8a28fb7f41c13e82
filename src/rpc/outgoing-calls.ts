import { FiresteelError } from '../common/errors/index.js'
import type { Clock } from '../common/index.js'
import { Deadlines, type Waiting } from './deadlines.js'
import type { RpcMessage } from './message.js'
import type { Packet } from './packet.js'
import type { AskOptions, AskStreamOptions } from './peer.js'
import { StreamInbox } from './stream-inbox.js'

export interface OutgoingCallsOptions {
  readonly clock: Clock
  readonly send: (packet: Packet) => void
  /** How errors name the other side. */
  readonly peer: () => string
}

interface PendingAsk extends Waiting {
  resolve(message: RpcMessage): void
  reject(error: unknown): void
}

interface Method {
  readonly endpoint: string
  readonly method: string
}

/** The asks and streams that this side waits for. Each ends exactly once: answered, failed, timed out, aborted or closed. */
export class OutgoingCalls {
  readonly #clock: Clock
  readonly #send: (packet: Packet) => void
  readonly #peer: () => string
  readonly #deadlines: Deadlines
  readonly #asks = new Map<number, PendingAsk>()
  readonly #inboxes = new Map<number, StreamInbox>()
  #lastId = 0
  #closed: Error | undefined

  constructor(options: OutgoingCallsOptions) {
    this.#clock = options.clock
    this.#send = options.send
    this.#peer = options.peer
    this.#deadlines = new Deadlines(options.clock)
  }

  ask(method: Method, message: RpcMessage, options: AskOptions): Promise<RpcMessage> {
    return new Promise((resolve, reject) => {
      this.#assertOpen(options.signal)
      const id = ++this.#lastId
      this.#send({ kind: 'ask', id, endpoint: method.endpoint, method: method.method, message })
      const signal = options.signal
      const giveUp = (error: unknown) => {
        if (this.#takeAsk(id) === undefined) return
        this.#send({ kind: 'cancel', id })
        pending.reject(error)
      }
      const aborted = signal === undefined ? undefined : () => giveUp(signal.reason)
      const settled = () => aborted && signal?.removeEventListener('abort', aborted)
      const pending: PendingAsk = {
        deadline: this.#deadline(options),
        expire: () => giveUp(this.#timedOut(method, options)),
        resolve(answer) {
          settled()
          resolve(answer)
        },
        reject(error) {
          settled()
          reject(error)
        },
      }
      if (aborted !== undefined) signal?.addEventListener('abort', aborted, { once: true })
      this.#asks.set(id, pending)
      this.#deadlines.add(pending)
    })
  }

  async *askStream(
    method: Method,
    message: RpcMessage,
    options: AskStreamOptions,
  ): AsyncGenerator<RpcMessage, void, undefined> {
    this.#assertOpen(options.signal)
    const id = ++this.#lastId
    const window = Math.max(1, Math.floor(options.window ?? 4))
    const inbox = new StreamInbox(window, (count) => this.#send({ kind: 'credit', id, count }))
    this.#send({ kind: 'open', id, endpoint: method.endpoint, method: method.method, message, window })
    this.#inboxes.set(id, inbox)
    const signal = options.signal
    const aborted = () => inbox.end({ error: signal?.reason })
    signal?.addEventListener('abort', aborted, { once: true })
    try {
      for (;;) {
        const item = await this.#takeItem(inbox, method, options)
        signal?.throwIfAborted()
        if (item === undefined) return
        yield item
      }
    } finally {
      signal?.removeEventListener('abort', aborted)
      // Still there: the other side has not ended it, so it has to be told.
      if (this.#takeInbox(id) !== undefined) this.#send({ kind: 'cancel', id })
    }
  }

  replied(id: number, message: RpcMessage): void {
    this.#takeAsk(id)?.resolve(message)
  }

  failed(id: number, error: Error): void {
    this.#takeAsk(id)?.reject(error)
    this.#takeInbox(id)?.end({ error })
  }

  item(id: number, message: RpcMessage): void {
    this.#inboxes.get(id)?.push(message)
  }

  ended(id: number): void {
    this.#takeInbox(id)?.end()
  }

  /** Fails whatever is open, and whatever is asked from now on. */
  close(error: Error): void {
    if (this.#closed !== undefined) return
    this.#closed = error
    this.#deadlines.clear()
    const asks = [...this.#asks.values()]
    const inboxes = [...this.#inboxes.values()]
    this.#asks.clear()
    this.#inboxes.clear()
    for (const ask of asks) ask.reject(error)
    for (const inbox of inboxes) inbox.end({ error })
  }

  #assertOpen(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    if (this.#closed !== undefined) throw this.#closed
  }

  async #takeItem(inbox: StreamInbox, method: Method, options: AskStreamOptions): Promise<RpcMessage | undefined> {
    const waiting: Waiting = {
      deadline: this.#deadline(options),
      expire: () => inbox.end({ error: this.#timedOut(method, options) }),
    }
    this.#deadlines.add(waiting)
    try {
      return await inbox.take()
    } finally {
      this.#deadlines.delete(waiting)
    }
  }

  #takeAsk(id: number): PendingAsk | undefined {
    const ask = this.#asks.get(id)
    if (ask === undefined) return undefined
    this.#asks.delete(id)
    this.#deadlines.delete(ask)
    return ask
  }

  #takeInbox(id: number): StreamInbox | undefined {
    const inbox = this.#inboxes.get(id)
    this.#inboxes.delete(id)
    return inbox
  }

  #deadline(options: AskOptions): number {
    return options.timeoutMs > 0 ? this.#clock.now() + options.timeoutMs : Number.POSITIVE_INFINITY
  }

  #timedOut(method: Method, options: AskOptions): FiresteelError {
    return new FiresteelError('FS_RPC_ASK_TIMEOUT', { peer: this.#peer(), ...method, timeoutMs: options.timeoutMs })
  }
}
