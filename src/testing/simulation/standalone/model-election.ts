import type { Prng } from '../prng.js'
import type { VirtualTime } from '../virtual-time.js'
import { epochStart, type ModelMaster } from './model-master.js'

const sessionMs = { min: 500, max: 3_000 }

/** An election that is never wrong: a leader is told that it leads no longer before the next is told that it leads. */
export class ModelElection {
  readonly #prng: Prng
  readonly #time: VirtualTime
  readonly #masters: () => readonly ModelMaster[]
  #leader: ModelMaster | undefined
  #epoch = epochStart
  #isPending = false

  constructor(parts: {
    readonly prng: Prng
    readonly time: VirtualTime
    readonly masters: () => readonly ModelMaster[]
  }) {
    this.#prng = parts.prng
    this.#time = parts.time
    this.#masters = parts.masters
  }

  get leader(): ModelMaster | undefined {
    return this.#leader
  }

  /** Somebody stands for election, or has died. */
  look(): void {
    if (this.#leader !== undefined || this.#isPending) return
    this.#isPending = true
    this.#time.after(this.#prng.between(sessionMs.min, sessionMs.max), () => {
      this.#isPending = false
      this.#elect()
    })
  }

  /** Its session is over, whether or not it is soon started again. */
  died(master: ModelMaster): void {
    if (this.#leader === master) this.#leader = undefined
    this.look()
  }

  depose(): void {
    if (this.#leader?.isUp !== true) return
    this.#leader.deposed()
    this.#leader = undefined
    // At once, or after a time without any leader.
    if (this.#prng.chance(0.5)) this.#elect()
    else this.look()
  }

  #elect(): void {
    if (this.#leader !== undefined) return
    const candidates = this.#masters().filter((master) => master.isUp)
    if (candidates.length === 0) return
    this.#leader = this.#prng.pick(candidates)
    this.#epoch = Math.max(this.#epoch + 1, epochStart + this.#time.now())
    this.#leader.elected(this.#epoch)
  }
}
