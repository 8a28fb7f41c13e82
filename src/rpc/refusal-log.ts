import type { Clock, Timer } from '../common/index.js'
import type { RefusalReason } from './environment.js'

const windowMs = 60_000

/** What was refused, and for which reason; reasons are few. */
interface Refused<Reason> {
  readonly reason: Reason
  readonly message: string
  readonly address?: string
}

/**
 * Turns refused connections and messages into log lines that cannot fill a disk: the first of each reason is told at once, further ones within the
 * minute are counted and told together at its end. Reasons are apart, so that a flood of garbage does not hide a wrong secret.
 */
export class RefusalLog<Reason extends string = RefusalReason> {
  readonly #clock: Clock
  readonly #write: (line: string) => void
  readonly #windows = new Map<Reason, { count: number; last?: Refused<Reason>; timer: Timer }>()

  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock
    this.#write = write
  }

  readonly note = (refusal: Refused<Reason>): void => {
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

  #open(reason: Reason): Timer {
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
  #tell(reason: Reason): boolean {
    const { count = 0, last } = this.#windows.get(reason) ?? {}
    if (count === 0 || last === undefined) return false
    this.#write(`and ${count} more within a minute, the last: ${last.message}`)
    return true
  }
}
