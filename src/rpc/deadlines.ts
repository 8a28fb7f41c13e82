import type { Clock, Timer } from '../common/index.js'

/** Something that waits until a point in time. */
export interface Waiting {
  /** In the clock's milliseconds; Infinity for no deadline. */
  readonly deadline: number
  expire(): void
}

/**
 * Many deadlines on one timer. Most waits end long before their deadline, so adding and removing must be nearly free: the
 * timer is armed for the earliest deadline known, and only when it fires are the others looked at.
 */
export class Deadlines {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  #timer: Timer | undefined
  #armedFor = Number.POSITIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#waiting.size
  }

  add(waiting: Waiting): void {
    if (waiting.deadline === Number.POSITIVE_INFINITY) return
    this.#waiting.add(waiting)
    if (waiting.deadline < this.#armedFor) this.#arm(waiting.deadline)
  }

  delete(waiting: Waiting): void {
    this.#waiting.delete(waiting)
  }

  /** Forgets all, without expiring them. */
  clear(): void {
    this.#waiting.clear()
    this.#timer?.cancel()
    this.#timer = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  #arm(at: number): void {
    this.#timer?.cancel()
    this.#armedFor = at
    this.#timer = this.#clock.after(Math.min(at - this.#clock.now(), longestDelay), () => this.#sweep())
  }

  #sweep(): void {
    this.#timer = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
    const now = this.#clock.now()
    const due: Waiting[] = []
    let next = Number.POSITIVE_INFINITY
    for (const waiting of this.#waiting) {
      if (waiting.deadline <= now) due.push(waiting)
      else if (waiting.deadline < next) next = waiting.deadline
    }
    for (const waiting of due) this.#waiting.delete(waiting)
    if (next < this.#armedFor) this.#arm(next)
    for (const waiting of due) waiting.expire()
  }
}

/** Timers of the machine take 31 bits of milliseconds. */
const longestDelay = 0x7fff_ffff
