import { equalKeys, hashKey, hashString } from '../common/key/index.js'
import { detachString } from '../serializer/index.js'
import { TableSize } from './table-size.js'

const FIRST_SLOTS = 1 << 10
/** Odd, near 2^32 divided by the golden ratio: spreads hashes that agree in their low bits, as those of one partition do. */
const SPREAD = 0x9e3779b1
/** V8 makes substrings of this length or more as views that keep their parent alive. */
const SLICED_FROM = 13

/**
 * Hash table from keys, compared by value, to dense entry indexes 0..size-1 in the order of insertion.
 *
 * Open addressing with linear probing over one Int32Array of (entry + 1, hash) pairs, so that a miss costs one cache
 * line; keys and values are plain arrays that the generated loops read and write by index. Nothing can be removed.
 * A new entry's value is for the caller to set: `const q = T.size, i = T.id(k); if (i === q) T.values[i] = first`.
 */
export class KeyTable {
  /** Entries. */
  size = 0
  /** Calls of `id` since the table was empty. */
  updates = 0
  /** Keys by entry. */
  keys: unknown[] = []
  /** Values by entry; the caller's. */
  values: unknown[] = []
  #slots = new Int32Array(FIRST_SLOTS * 2)
  #shift = 32 - Math.log2(FIRST_SLOTS)
  #mask = FIRST_SLOTS - 1
  #hashes = new Int32Array(FIRST_SLOTS >> 1)
  readonly #tableSize = new TableSize()

  /** The entry of `key`, which is inserted when it is new: then the result is what `size` was before the call. */
  id(key: unknown): number {
    this.updates++
    if (typeof key === 'string') return this.#idOfString(key)
    if (typeof key === 'number') return this.#idOfNumber(key)
    return this.#idOfOther(key)
  }

  /** The entry of `key`, or -1. */
  find(key: unknown): number {
    const hash = hashKey(key)
    const slots = this.#slots
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    for (;;) {
      const entry = (slots[2 * at] as number) - 1
      if (entry < 0) return -1
      if (slots[2 * at + 1] === hash && equalKeys(this.keys[entry], key)) return entry
      at = (at + 1) & this.#mask
    }
  }

  /** The 32-bit hash (signed) of an entry's key. */
  hashAt(entry: number): number {
    return this.#hashes[entry] as number
  }

  /** Bytes this table holds, keys and values included; sampled, cheap enough to ask once a batch. */
  estimateBytes(): number {
    return this.#slots.byteLength + this.#hashes.byteLength + this.#tableSize.estimate(this)
  }

  /** Forgets all entries and gives their memory back. The arrays are replaced, so that slices taken before stay intact. */
  clear(): void {
    this.size = 0
    this.updates = 0
    this.keys = []
    this.values = []
    this.#setSlots(FIRST_SLOTS)
    this.#hashes = new Int32Array(FIRST_SLOTS >> 1)
    this.#tableSize.clear()
  }

  [Symbol.dispose](): void {
    this.clear()
  }

  #idOfString(key: string): number {
    const hash = hashString(key)
    const slots = this.#slots
    const mask = this.#mask
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    for (;;) {
      const entry = (slots[2 * at] as number) - 1
      if (entry < 0) return this.#insert(at, hash, key.length < SLICED_FROM ? key : detachString(key))
      if (slots[2 * at + 1] === hash && this.keys[entry] === key) return entry
      at = (at + 1) & mask
    }
  }

  #idOfNumber(key: number): number {
    const hash = hashKey(key)
    const slots = this.#slots
    const mask = this.#mask
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    for (;;) {
      const entry = (slots[2 * at] as number) - 1
      if (entry < 0) return this.#insert(at, hash, key)
      if (slots[2 * at + 1] === hash && (this.keys[entry] === key || equalKeys(this.keys[entry], key))) return entry
      at = (at + 1) & mask
    }
  }

  #idOfOther(key: unknown): number {
    const hash = hashKey(key)
    const slots = this.#slots
    const mask = this.#mask
    let at = Math.imul(hash, SPREAD) >>> this.#shift
    for (;;) {
      const entry = (slots[2 * at] as number) - 1
      if (entry < 0) return this.#insert(at, hash, key)
      if (slots[2 * at + 1] === hash && equalKeys(this.keys[entry], key)) return entry
      at = (at + 1) & mask
    }
  }

  #insert(at: number, hash: number, key: unknown): number {
    const entry = this.size++
    this.#slots[2 * at] = entry + 1
    this.#slots[2 * at + 1] = hash
    this.#hashes[entry] = hash
    this.keys.push(key)
    if (this.size === this.#hashes.length) this.#grow()
    return entry
  }

  /** Doubles: at most half of the slots are ever taken. */
  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const old = this.#slots
    this.#setSlots(old.length)
    const slots = this.#slots
    const mask = this.#mask
    const shift = this.#shift
    for (let i = 0; i < old.length; i += 2) {
      const entry = old[i] as number
      if (entry === 0) continue
      const hash = old[i + 1] as number
      let at = Math.imul(hash, SPREAD) >>> shift
      while (slots[2 * at] !== 0) at = (at + 1) & mask
      slots[2 * at] = entry
      slots[2 * at + 1] = hash
    }
  }

  #setSlots(count: number): void {
    this.#slots = new Int32Array(count * 2)
    this.#mask = count - 1
    this.#shift = 32 - Math.log2(count)
  }
}
