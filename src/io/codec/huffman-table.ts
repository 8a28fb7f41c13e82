/** What a code stands for; see `HuffmanTable`. */
export const isLiteral = 0
export const isBase = 1
export const isEnd = 2
export const isLink = 3
export const isInvalid = 4

const longestCode = 15

/** An entry without the bits of its code: `kind` and, for a base value, how many extra bits follow. */
export function symbolEntry(kind: number, value: number, extraBits = 0): number {
  return (value << 12) | (extraBits << 8) | (kind << 4)
}

/**
 * A table to decode Huffman codes of up to 15 bits: looked up with the next `rootBits` bits (least significant first), and
 * for longer codes once more with the next ones, at the place that the link entry names.
 *
 * An entry is `value << 12 | extra bits << 8 | kind << 4 | bits of the code`.
 */
export class HuffmanTable {
  readonly rootBits: number
  entries: Int32Array
  readonly #counts = new Int32Array(longestCode + 1)
  readonly #nextCodes = new Int32Array(longestCode + 2)

  constructor(rootBits: number) {
    this.rootBits = rootBits
    this.entries = new Int32Array(4 << rootBits)
  }

  /**
   * Fills the table.
   * @param lengths bits of each symbol's code, 0 for a symbol that does not occur
   * @param symbols what the symbols stand for
   * @returns false when the lengths make no code
   */
  build(lengths: Uint8Array, count: number, symbols: Int32Array): boolean {
    const { rootBits } = this
    const counts = this.#counts.fill(0)
    for (let i = 0; i < count; i++) counts[lengths[i] as number]!++
    counts[0] = 0
    let code = 0
    let used = 0
    for (let bits = 1; bits <= longestCode; bits++) {
      code = (code + (counts[bits - 1] as number)) << 1
      this.#nextCodes[bits] = code
      used += (counts[bits] as number) << (longestCode - bits)
    }
    if (used > 1 << longestCode) return false
    // An incomplete code is allowed only as none or a single one of one bit.
    if (used < 1 << longestCode && used > 1 << (longestCode - 1)) return false
    if (used < 1 << longestCode && used !== 0 && counts[1] !== 1) return false
    this.entries.fill(symbolEntry(isInvalid, 0) | 1, 0, 1 << rootBits)
    let free = 1 << rootBits
    for (let symbol = 0; symbol < count; symbol++) {
      const bits = lengths[symbol] as number
      if (bits === 0) continue
      const reversed = reverse(this.#nextCodes[bits]!++, bits)
      const entry = (symbols[symbol] as number) | bits
      if (bits <= rootBits) {
        for (let at = reversed; at < 1 << rootBits; at += 1 << bits) this.entries[at] = entry
      } else {
        free = this.#addLong(reversed, bits, entry, free)
      }
    }
    return true
  }

  /** Every long code's second table has room for the longest codes there are; returns where the next one may begin. */
  #addLong(reversed: number, bits: number, entry: number, free: number): number {
    const { rootBits } = this
    const subBits = longestCode - rootBits
    const root = reversed & ((1 << rootBits) - 1)
    let end = free
    if (((this.entries[root] as number) & 0xf0) !== isLink << 4) {
      end = free + (1 << subBits)
      if (end > this.entries.length) {
        const larger = new Int32Array(this.entries.length * 2)
        larger.set(this.entries)
        this.entries = larger
      }
      this.entries.fill(symbolEntry(isInvalid, 0) | bits, free, end)
      this.entries[root] = symbolEntry(isLink, free) | rootBits
    }
    const base = (this.entries[root] as number) >>> 12
    for (let at = reversed >>> rootBits; at < 1 << subBits; at += 1 << (bits - rootBits))
      this.entries[base + at] = entry
    return end
  }
}

function reverse(code: number, bits: number): number {
  let result = 0
  for (let i = 0; i < bits; i++) result |= ((code >>> i) & 1) << (bits - 1 - i)
  return result
}
