import type { Clock, Timer } from '../common/index.js'
import type { Refusal, RefusalReason } from './environment.js'

const windowMs = 60_000

/**
 * Turns refused connections into log lines that cannot fill a disk: the first of each reason is told at once, further ones within the
 * minute are counted and told together at its end. Reasons are apart, so that a flood of garbage does not hide a wrong secret.
 */
export class RefusalLog {
  readonly #clock: Clock
  readonly #write: (line: string) => void
  readonly #windows = new Map<RefusalReason, { count: number; last?: Refusal; timer: Timer }>()

  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock
    this.#write = write
  }

  readonly note = (refusal: Refusal): void => {
    const { reason } = refusal
    const window = this.#windows.get(reason)
    if (window === undefined) {
      this.#write(refusal.message)
      this.#windows.set(reason, { count: 0, timer: this.#open(reason) })
      return
    }
    window.count++
    window.last = refusal
  }

  /** Tells what has been counted; nothing is waited for any longer. */
  close(): void {
    for (const [reason, { timer }] of this.#windows) {
      timer.cancel()
      this.#tell(reason)
    }
    this.#windows.clear()
  }

  #open(reason: RefusalReason): Timer {
    return this.#clock.after(windowMs, () => {
      const window = this.#windows.get(reason)
      if (window === undefined) return
      if (!this.#tell(reason)) {
        this.#windows.delete(reason)
        return
      }
      this.#windows.set(reason, { count: 0, timer: this.#open(reason) })
    })
  }

  /** Whether there was anything to tell. */
  #tell(reason: RefusalReason): boolean {
    const { count = 0, last } = this.#windows.get(reason) ?? {}
    if (count === 0 || last === undefined) return false
    this.#write(`and ${count} more within a minute, the last: ${last.message}`)
    return true
  }
}
