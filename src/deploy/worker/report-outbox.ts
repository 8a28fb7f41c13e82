import type { DriverReport, ExecutorReport } from '../../cluster/standalone/index.js'
import type { Clock, Timer } from '../../common/index.js'

/** Something a master has to know. */
export type Report =
  | { readonly method: 'executorState'; readonly report: ExecutorReport }
  | { readonly method: 'driverState'; readonly report: DriverReport }

export interface ReportOutboxOptions {
  /** Asks the master that leads; rejects when there is none, or it did not take it. */
  readonly ask: (report: Report) => Promise<unknown>
  readonly clock: Clock
}

const [firstPauseMs, longestPauseMs] = [500, 10_000]

interface Entry {
  latest: Report
  isUnderway: boolean
  timer: Timer | undefined
  pauseMs: number
}

/**
 * What became of executors and drivers, told until a master has taken it: of each the last alone, and never two at once, so that none
 * overtakes another.
 */
export class ReportOutbox {
  readonly #options: ReportOutboxOptions
  readonly #entries = new Map<string, Entry>()
  readonly #onEmpty: (() => void)[] = []
  #isClosed = false

  constructor(options: ReportOutboxOptions) {
    this.#options = options
  }

  /** Replaces what was to be told under this key. */
  tell(key: string, report: Report): void {
    if (this.#isClosed) return
    const entry = this.#entries.get(key)
    if (entry !== undefined) {
      entry.latest = report
      return
    }
    const fresh: Entry = { latest: report, isUnderway: false, timer: undefined, pauseMs: firstPauseMs }
    this.#entries.set(key, fresh)
    void this.#deliver(key, fresh)
  }

  /** What no master has taken yet. */
  get untaken(): readonly Report[] {
    return [...this.#entries.values()].map(({ latest }) => latest)
  }

  /** Resolves when everything is taken. */
  get emptied(): Promise<void> {
    if (this.#entries.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#onEmpty.push(resolve))
  }

  /** There is a master again: what waits for its time is told now. */
  retryNow(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.isUnderway) continue
      entry.timer?.cancel()
      entry.pauseMs = firstPauseMs
      void this.#deliver(key, entry)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const { timer } of this.#entries.values()) timer?.cancel()
    this.#entries.clear()
  }

  async #deliver(key: string, entry: Entry): Promise<void> {
    const report = entry.latest
    entry.isUnderway = true
    try {
      await this.#options.ask(report)
    } catch {
      entry.isUnderway = false
      if (this.#isClosed) return
      entry.timer = this.#options.clock.after(entry.pauseMs, () => void this.#deliver(key, entry))
      entry.pauseMs = Math.min(longestPauseMs, entry.pauseMs * 2)
      return
    }
    entry.isUnderway = false
    if (this.#isClosed) return
    if (entry.latest !== report) return void this.#deliver(key, entry)
    this.#entries.delete(key)
    if (this.#entries.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve()
  }
}
