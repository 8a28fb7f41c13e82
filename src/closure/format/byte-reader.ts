import { FiresteelError } from '../../common/errors/index.js'
import { longestKept, mostKept } from './byte-writer.js'

/** Reads what ByteWriter wrote. Throws FS_CLOSURE_CORRUPT instead of reading past the end. */
export class ByteReader {
  readonly #bytes: Buffer
  #at = 0
  readonly #strings: string[] = []

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next byte, which stays. */
  peek(): number | undefined {
    return this.#bytes[this.#at]
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw corrupt('it ends too early')
    return value
  }

  count(): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 8; i++) {
      const next = this.byte()
      value += (next & 0x7f) * factor
      if (next < 0x80) return value
      factor *= 0x80
    }
    throw corrupt('a number is too long')
  }

  integer(): number {
    const value = this.count()
    return (value >>> 1) ^ -(value & 1)
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw corrupt('it ends too early')
    const value = this.#bytes.readDoubleLE(this.#at)
    this.#at += 8
    return value
  }

  /** A view, not a copy. */
  raw(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw corrupt('it ends too early')
    const value = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return value
  }

  /** All that is left; a view. */
  rest(): Buffer {
    return this.raw(this.#bytes.length - this.#at)
  }

  string(): string {
    const head = this.count()
    const rest = Math.floor(head / 4)
    const how = head % 4
    if (how === 0) {
      const seen = this.#strings[rest]
      if (seen === undefined) throw corrupt(`there is no string ${rest}`)
      return seen
    }
    const value = this.raw(rest).toString(how === 1 ? 'latin1' : how === 2 ? 'utf8' : 'utf16le')
    if (value.length <= longestKept && this.#strings.length < mostKept) this.#strings.push(value)
    return value
  }
}

/** The error for bytes that make no sense. */
export function corrupt(reason: string): FiresteelError {
  return new FiresteelError('FS_CLOSURE_CORRUPT', { reason })
}
