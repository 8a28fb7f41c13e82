import type { Clock, Timer } from '../common/index.js'
import type { PendingReason } from '../scheduler/index.js'

export interface PendingWatchOptions {
  readonly clock: Clock
  /** How long nothing may run, while jobs wait, before the log says why; ms. */
  readonly afterMs: number
  /** Whether jobs are active and none of their tasks runs. */
  readonly isWaiting: () => boolean
  readonly reasons: () => readonly PendingReason[]
  readonly warn: (line: string) => void
}

const lookEveryMs = 1000
const againAfterMs = 60_000
const reasonsShown = 3

/** Tells the log why jobs wait, once that has lasted, and again each minute. */
export class PendingWatch {
  readonly #options: PendingWatchOptions
  #timer: Timer | undefined
  #since: number | undefined
  #toldAt: number | undefined

  constructor(options: PendingWatchOptions) {
    this.#options = options
  }

  start(): void {
    const { clock, afterMs } = this.#options
    this.#timer = clock.after(Math.max(1, Math.min(lookEveryMs, afterMs)), () => {
      this.#look()
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #look(): void {
    const { clock, afterMs, isWaiting, reasons, warn } = this.#options
    if (!isWaiting()) {
      this.#since = undefined
      this.#toldAt = undefined
      return
    }
    const now = clock.now()
    this.#since ??= now
    const isDue = this.#toldAt === undefined ? now - this.#since >= afterMs : now - this.#toldAt >= againAfterMs
    if (!isDue) return
    this.#toldAt = now
    const seconds = Math.round((now - this.#since) / 1000)
    for (const { text } of reasons().slice(0, reasonsShown)) warn(`nothing has been running for ${seconds} s: ${text}`)
  }
}
