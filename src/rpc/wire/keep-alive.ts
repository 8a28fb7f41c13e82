import type { Clock, Timer } from '../../common/index.js'
import type { KeepAliveOptions } from '../environment.js'

/** A connection whose silence is watched. */
export interface Watched {
  /** Whether bytes have arrived since the last call of this. */
  heardSince(): boolean
  ping(): void
  /** Nothing was heard for too long. */
  silent(silentMs: number): void
}

/**
 * Pings silent connections and gives up those that stay silent. Time is counted in our own looks and not by the clock: when
 * this process was frozen or busy itself, one late look counts once, and the bytes that have meanwhile arrived are read
 * before the next.
 */
export class KeepAlive {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #timeoutMs: number
  readonly #silentMs = new Map<Watched, number>()
  #timer: Timer | undefined

  constructor(clock: Clock, options: KeepAliveOptions = {}) {
    this.#clock = clock
    this.#timeoutMs = options.timeoutMs ?? 60_000
    this.#intervalMs = Math.min(options.intervalMs ?? 10_000, this.#timeoutMs)
  }

  watch(watched: Watched): void {
    this.#silentMs.set(watched, 0)
    if (this.#timer === undefined) this.#lookLater()
  }

  forget(watched: Watched): void {
    this.#silentMs.delete(watched)
    if (this.#silentMs.size > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #lookLater(): void {
    this.#timer = this.#clock.after(this.#intervalMs, () => this.#look())
  }

  #look(): void {
    this.#timer = undefined
    for (const [watched, before] of [...this.#silentMs]) {
      const silentMs = watched.heardSince() ? 0 : before + this.#intervalMs
      this.#silentMs.set(watched, silentMs)
      if (silentMs >= this.#timeoutMs) {
        this.#silentMs.delete(watched)
        watched.silent(silentMs)
      } else if (silentMs > 0) {
        watched.ping()
      }
    }
    if (this.#silentMs.size > 0) this.#lookLater()
  }
}
