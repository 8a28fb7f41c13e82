import type { CompressedInput } from './compressed-input.js'

/** Bits of a compressed file, the most significant of a byte first. */
export class BitReader {
  readonly #input: CompressedInput
  #hold = 0
  #bits = 0

  constructor(input: CompressedInput) {
    this.#input = input
  }

  /** The next `count` bits, at most 24, as an unsigned number. */
  take(count: number): number {
    const value = this.peek(count)
    this.#bits -= count
    return value
  }

  /** As `take`, but leaves the bits; the file's end counts as zeros until they are dropped. */
  peek(count: number): number {
    while (this.#bits < count) {
      this.#hold = (this.#hold << 8) | this.#nextByte()
      this.#bits += 8
    }
    return (this.#hold >>> (this.#bits - count)) & ((1 << count) - 1)
  }

  drop(count: number): void {
    this.#bits -= count
  }

  /** Skips to the next byte; whole bytes that were read ahead go back. */
  alignToByte(): void {
    this.#input.position -= this.#bits >>> 3
    this.#bits = 0
    this.#input.checkEnd()
  }

  #nextByte(): number {
    const input = this.#input
    // A few bytes beyond the end may be looked at; to go further means that the file lacks something.
    if (input.position >= input.end && input.ensure(1) < -2) throw input.truncated()
    return input.bytes[input.position++] as number
  }
}
