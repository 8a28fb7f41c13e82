import { equalKeys, hashKey, hashNumber, hashString } from '../common/key/index.js'
import { detachString } from '../serializer/index.js'
import { TableSize } from './table-size.js'

const FIRST_SLOTS = 1 << 10
/** V8 makes substrings of this length or more as views that keep their parent alive. */
const SLICED_FROM = 13

/**
 * Hash table from keys, compared by value, to dense entry indexes 0..size-1 in the order of insertion.
 *
 * Open addressing with linear probing: an Int32Array of slots holds entry + 1, another the hash of each entry; keys and
 * values are plain arrays that the generated loops read and write by index. A hash's upper bits choose the slot, as the
 * keys of one partition agree in its lower ones. Nothing can be removed. A new entry's value is for the caller to set:
 * `const q = T.size, i = T.id(k); if (i === q) T.values[i] = first`.
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
  #slots = new Int32Array(FIRST_SLOTS)
  #shift = 32 - Math.log2(FIRST_SLOTS)
  /** One per entry; half as long as the slots, so that these are never more than half full. */
  #hashes = new Int32Array(FIRST_SLOTS >> 1)
  readonly #tableSize = new TableSize()

  /** The entry of `key`, which is inserted when it is new: then the result is what `size` was before the call. */
  id(key: unknown): number {
    this.updates++
    if (typeof key !== 'string') return typeof key === 'number' ? this.#idOfNumber(key) : this.#idOfOther(key)
    const hash = hashString(key)
    const slots = this.#slots
    const hashes = this.#hashes
    const mask = slots.length - 1
    let at = hash >>> this.#shift
    for (;;) {
      const entry = (slots[at] as number) - 1
      if (entry < 0) return this.#insert(at, hash, key.length < SLICED_FROM ? key : detachString(key))
      if (hashes[entry] === hash && this.keys[entry] === key) return entry
      at = (at + 1) & mask
    }
  }

  /** The entry of `key`, or -1. */
  find(key: unknown): number {
    const hash = hashKey(key)
    const slots = this.#slots
    const mask = slots.length - 1
    let at = hash >>> this.#shift
    for (;;) {
      const entry = (slots[at] as number) - 1
      if (entry < 0) return -1
      if (this.#hashes[entry] === hash && equalKeys(this.keys[entry], key)) return entry
      at = (at + 1) & mask
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

  /** Forgets all entries and gives their memory back. The arrays are replaced, so that those taken before stay intact. */
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

  #idOfNumber(key: number): number {
    const hash = hashNumber(key)
    const slots = this.#slots
    const hashes = this.#hashes
    const mask = slots.length - 1
    let at = hash >>> this.#shift
    for (;;) {
      const entry = (slots[at] as number) - 1
      if (entry < 0) return this.#insert(at, hash, key)
      if (hashes[entry] === hash && (this.keys[entry] === key || equalKeys(this.keys[entry], key))) return entry
      at = (at + 1) & mask
    }
  }

  #idOfOther(key: unknown): number {
    const hash = hashKey(key)
    const slots = this.#slots
    const hashes = this.#hashes
    const mask = slots.length - 1
    let at = hash >>> this.#shift
    for (;;) {
      const entry = (slots[at] as number) - 1
      if (entry < 0) return this.#insert(at, hash, key)
      if (hashes[entry] === hash && equalKeys(this.keys[entry], key)) return entry
      at = (at + 1) & mask
    }
  }

  #insert(at: number, hash: number, key: unknown): number {
    const entry = this.size++
    this.#slots[at] = entry + 1
    this.#hashes[entry] = hash
    this.keys.push(key)
    if (this.size === this.#hashes.length) this.#grow()
    return entry
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    this.#setSlots(this.#slots.length * 2)
    const slots = this.#slots
    const mask = slots.length - 1
    for (let entry = 0; entry < this.size; entry++) {
      let at = (hashes[entry] as number) >>> this.#shift
      while (slots[at] !== 0) at = (at + 1) & mask
      slots[at] = entry + 1
    }
  }

  #setSlots(count: number): void {
    this.#slots = new Int32Array(count)
    this.#shift = 32 - Math.log2(count)
  }
}
