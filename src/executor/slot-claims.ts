/*
 * Tasks may wait in a slot's queue behind the one that runs. The slot claims each task when it begins; until then the executor's
 * main thread can take it back and give it to another slot. Both decide by one atomic exchange on a shared word.
 */

/** Claims that can be open at a time in one slot. */
export const claimWords = 64

const open = 0
const claimed = 1
const recalled = 2

/** The claims of one slot, seen from either side. */
export class SlotClaims {
  readonly #words: Int32Array
  #next = 0

  /** `words` are the last `claimWords` of the slot's control buffer. */
  constructor(words: Int32Array) {
    this.#words = words
  }

  /** Main thread: opens the claim of a task that is about to be sent; returns its place. */
  offer(): number {
    const place = this.#next++ % claimWords
    Atomics.store(this.#words, place, open)
    return place
  }

  /** Slot: whether the task is the slot's to run. */
  claim(place: number): boolean {
    return Atomics.compareExchange(this.#words, place, open, claimed) === open
  }

  /** Main thread: whether the task was taken back before the slot began it. */
  recall(place: number): boolean {
    return Atomics.compareExchange(this.#words, place, open, recalled) === open
  }
}
