/** Since when tasks have been waiting while nothing at all runs. */
export class StarvationWatch {
  readonly #timeoutMs: number
  #since: number | undefined
  #timerAt: number | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** To be told after each event. Returns the delay of a timer to set, or undefined when none is needed (any more). */
  look(isStarving: boolean, now: number): number | undefined {
    if (!isStarving) {
      this.#since = undefined
      return undefined
    }
    this.#since ??= now
    if (this.#timeoutMs === Number.POSITIVE_INFINITY || this.#timerAt !== undefined) return undefined
    this.#timerAt = this.#since + this.#timeoutMs
    return this.#timerAt - now
  }

  /** The timer fired: whether it has lasted too long. If not, the next `look` sets the timer again where needed. */
  isDue(now: number): boolean {
    this.#timerAt = undefined
    return this.#since !== undefined && now - this.#since >= this.#timeoutMs
  }
}
