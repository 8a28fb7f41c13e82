/** Low bits of a word: the key's place. */
const PLACE_BITS = 24
/** Keys that can be sorted at once. */
export const MAX_SORT = 2 ** PLACE_BITS
const PLACE_MASK = MAX_SORT - 1
/** What can be packed of a key is below this. */
export const PACKED_LIMIT = 2 ** 40

/** Sorts numbers of 40 bits with their places, as 64-bit words; equal ones stay in the order of their places. */
export class PackedSort {
  readonly #words: BigUint64Array
  /** The words' halves, the lower first (all platforms of Node.js are little-endian, but for s390x). */
  readonly #halves: Uint32Array

  constructor(count: number) {
    this.#words = new BigUint64Array(count)
    this.#halves = new Uint32Array(this.#words.buffer)
  }

  /** Sets what stands at a place: a whole number from 0 to 2^40 - 1. */
  set(place: number, value: number): void {
    this.#halves[2 * place + 1] = value / 256
    this.#halves[2 * place] = ((value % 256) << PLACE_BITS) | place
  }

  /** Sorts, and moves the items of `order` likewise. */
  apply(order: Uint32Array): void {
    this.#words.sort()
    const halves = this.#halves
    const before = order.slice()
    for (let i = 0; i < before.length; i++) order[i] = before[(halves[2 * i] as number) & PLACE_MASK] as number
  }

  /** After `apply`: calls `each` for every run of two or more equal numbers. */
  eachGroup(each: (from: number, to: number) => void): void {
    const halves = this.#halves
    const count = halves.length >> 1
    for (let from = 0; from < count; ) {
      const high = halves[2 * from + 1]
      const low = (halves[2 * from] as number) >>> PLACE_BITS
      let to = from + 1
      while (to < count && halves[2 * to + 1] === high && (halves[2 * to] as number) >>> PLACE_BITS === low) to++
      if (to - from > 1) each(from, to)
      from = to
    }
  }
}
