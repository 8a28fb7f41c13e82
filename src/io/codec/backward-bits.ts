import { DamagedData } from './fse-table.js'

/** The number of bits before the mark, the highest bit set in the last byte of a stream that is read from its end. */
export function backwardBitCount(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? (bytes[end - 1] as number) : 0
  if (last === 0) throw new DamagedData('a bit stream has no end mark')
  return (end - start) * 8 - 1 - Math.clz32(last << 24)
}

/** Bits of zstd's streams, which are read from the last one to the first. */
export class BackwardBits {
  readonly #bytes: Uint8Array
  readonly #start: number
  /** Bits not yet read; below zero after reading more than there were. */
  left: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.#start = start
    this.left = backwardBitCount(bytes, start, end)
  }

  /** At most 24 bits, as an unsigned number. Bits before the first one are of no meaning: check `left` at the end. */
  read(count: number): number {
    this.left -= count
    const bytes = this.#bytes
    const at = this.#start + (this.left >> 3)
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    return (word >>> (this.left & 7)) & ((1 << count) - 1)
  }
}
