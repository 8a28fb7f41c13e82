import type { ApplicationEntry } from './application-entry.js'
import type { Ground } from './ground.js'
import { WaitingReasons } from './waiting-reasons.js'

/** Figures of others change with every event: those who wait are told of that at most so often. */
const refreshMs = 1_000

/** Tells applications why they wait, when that changes. */
export class Reasons {
  readonly #ground: Ground
  /** Those that have been told a reason, or are to be. */
  readonly #waiting = new Set<ApplicationEntry>()
  #isRefreshSet = false

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** After scheduling. `asked` are those for whom something has changed in this event. */
  settled(asked: readonly ApplicationEntry[]): void {
    if (asked.length > 0) {
      const reasons = new WaitingReasons(this.#ground)
      for (const application of asked) this.#tell(application, reasons)
    }
    if (this.#waiting.size === 0 || this.#isRefreshSet) return
    this.#isRefreshSet = true
    this.#ground.deadlines.set('reasons', this.#ground.now + refreshMs)
  }

  refresh(): void {
    this.#isRefreshSet = false
    const reasons = new WaitingReasons(this.#ground)
    for (const application of [...this.#waiting]) this.#tell(application, reasons)
  }

  #tell(application: ApplicationEntry, reasons: WaitingReasons): void {
    const reason =
      application.hasEnded || application.peer === undefined ? undefined : reasons.ofApplication(application)
    if (reason === undefined) this.#waiting.delete(application)
    else this.#waiting.add(application)
    if (reason === application.toldReason) return
    application.toldReason = reason
    if (!application.hasEnded) this.#ground.out.toApplication(application.peer, { method: 'waiting', reason })
    this.#ground.out.changed()
  }
}
