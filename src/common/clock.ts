/** A timer that was set; `cancel` is safe to call at any time. */
export interface Timer {
  cancel(): void
}

/** Time as the engine sees it. Milliseconds throughout. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `action` once, `delayMs` from now. Does not keep the process alive unless `keepAlive` is set. */
  after(delayMs: number, action: () => void, options?: { keepAlive?: boolean }): Timer
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, action, options = {}) {
    const handle = setTimeout(action, delayMs)
    if (!options.keepAlive) handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
}

/** A clock that moves only when told to; timers fire in order of their time, ties in the order they were set. */
export class ManualClock implements Clock {
  #now: number
  #nextId = 0
  readonly #timers = new Map<number, { at: number; action: () => void }>()

  constructor(startMs = 0) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  after(delayMs: number, action: () => void): Timer {
    const id = this.#nextId++
    this.#timers.set(id, { at: this.#now + Math.max(0, delayMs), action })
    return { cancel: () => void this.#timers.delete(id) }
  }

  /** Moves the clock by `ms`, firing what falls due on the way. */
  advance(ms: number): void {
    const target = this.#now + ms
    for (let next = this.#earliest(); next !== undefined && next.at <= target; next = this.#earliest()) {
      this.#timers.delete(next.id)
      this.#now = Math.max(this.#now, next.at)
      next.action()
    }
    this.#now = target
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size
  }

  #earliest(): { id: number; at: number; action: () => void } | undefined {
    let best: { id: number; at: number; action: () => void } | undefined
    for (const [id, timer] of this.#timers) {
      if (best === undefined || timer.at < best.at || (timer.at === best.at && id < best.id)) best = { id, ...timer }
    }
    return best
  }
}
