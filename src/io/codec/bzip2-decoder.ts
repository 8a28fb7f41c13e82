import { BitReader } from './bit-reader.js'
import { Bzip2Codes } from './bzip2-codes.js'
import type { CompressedInput } from './compressed-input.js'
import type { PieceDecoder } from './piece-decoder.js'

const pieceBytes = 65_536
const blockUnit = 100_000

/** Four equal bytes are followed by a count of how many more there are. */
const runBeforeCount = 4
const longestRun = 255

const crcTable = makeCrcTable()

/**
 * Bzip2 of any number of streams, each block and stream checked. A block of up to 900,000 bytes is decoded as a whole,
 * and then undone piece by piece: first the sorting, then the run lengths, which may stretch it to fifty times its size.
 */
export class Bzip2Decoder implements PieceDecoder {
  readonly #input: CompressedInput
  readonly #bits: BitReader
  readonly #codes: Bzip2Codes
  readonly #out = new Uint8Array(pieceBytes + longestRun)
  #state: 'stream' | 'block' | 'data' | 'end' = 'stream'
  #isFirst = true
  /** The block: in the low byte a character, above it the place of the one that follows. */
  #block = new Uint32Array(0)
  #maxLength = 0
  #left = 0
  #place = 0
  #runByte = -1
  #runLength = 0
  #expectedCheck = 0
  #blockCheck = 0
  #streamCheck = 0

  constructor(input: CompressedInput) {
    this.#input = input
    this.#bits = new BitReader(input)
    this.#codes = new Bzip2Codes(input, this.#bits)
  }

  next(): Uint8Array | undefined {
    for (;;) {
      if (this.#state === 'end') return undefined
      if (this.#state === 'stream') this.#startStream()
      else if (this.#state === 'block') this.#startBlock()
      else {
        const count = this.#undoRuns()
        if (this.#left === 0) this.#endBlock()
        if (count > 0) return this.#out.subarray(0, count)
      }
    }
  }

  #startStream(): void {
    const input = this.#input
    if (!this.#isFirst && this.#isOnlyPadding()) {
      this.#state = 'end'
      return
    }
    const isMagic = input.byte() === 0x42 && input.byte() === 0x5a && input.byte() === 0x68
    const level = isMagic ? input.byte() - 0x30 : 0
    if (level < 1 || level > 9) {
      throw input.corrupt(this.#isFirst ? 'it is no bzip2 file' : 'what follows the last bzip2 stream is none')
    }
    this.#isFirst = false
    this.#maxLength = level * blockUnit
    if (this.#block.length < this.#maxLength) this.#block = new Uint32Array(this.#maxLength)
    this.#streamCheck = 0
    this.#state = 'block'
  }

  #isOnlyPadding(): boolean {
    const input = this.#input
    while (!input.isAtEnd() && input.bytes[input.position] === 0) input.position++
    return input.isAtEnd()
  }

  #startBlock(): void {
    const bits = this.#bits
    const magic = bits.take(24) * 2 ** 24 + bits.take(24)
    const check = (bits.take(16) * 65_536 + bits.take(16)) >>> 0
    if (magic === 0x177245385090) {
      if (check !== this.#streamCheck) throw this.#input.corrupt("the stream's data does not match its checksum")
      bits.alignToByte()
      this.#state = 'stream'
      return
    }
    if (magic !== 0x314159265359) throw this.#input.corrupt('a bzip2 block does not begin where it should')
    if (bits.take(1) === 1) throw this.#input.corrupt('a bzip2 block is of the old, randomised kind')
    this.#expectedCheck = check
    const origin = bits.take(24)
    const length = this.#codes.readBlock(this.#block.subarray(0, this.#maxLength))
    if (origin >= length) throw this.#input.corrupt("a bzip2 block's origin lies outside of it")
    this.#undoSorting(origin, length)
    this.#state = 'data'
  }

  /** Links each character to the one that follows it in the text (the inverse of Burrows and Wheeler's transform). */
  #undoSorting(origin: number, length: number): void {
    const block = this.#block
    const starts = this.#codes.byteCounts
    for (let byte = 0, sum = 0; byte < 256; byte++) {
      const count = starts[byte] as number
      starts[byte] = sum
      sum += count
    }
    for (let i = 0; i < length; i++) {
      const byte = (block[i] as number) & 255
      const place = starts[byte] as number
      starts[byte] = place + 1
      block[place] = (block[place] as number) | (i << 8)
    }
    this.#place = (block[origin] as number) >>> 8
    this.#left = length
    this.#runByte = -1
    this.#runLength = 0
    this.#blockCheck = 0xffffffff | 0
  }

  /** Fills the piece; returns how many bytes it has. */
  #undoRuns(): number {
    const block = this.#block
    const out = this.#out
    let { place, left, runByte, runLength, check } = {
      place: this.#place,
      left: this.#left,
      runByte: this.#runByte,
      runLength: this.#runLength,
      check: this.#blockCheck,
    }
    let count = 0
    while (left > 0 && count < pieceBytes) {
      const entry = block[place] as number
      const byte = entry & 255
      place = entry >>> 8
      left--
      if (runLength === runBeforeCount) {
        for (let i = 0; i < byte; i++) {
          out[count++] = runByte
          check = (check << 8) ^ (crcTable[(check >>> 24) ^ runByte] as number)
        }
        runLength = 0
        runByte = -1
        continue
      }
      runLength = byte === runByte ? runLength + 1 : 1
      runByte = byte
      out[count++] = byte
      check = (check << 8) ^ (crcTable[(check >>> 24) ^ byte] as number)
    }
    this.#place = place
    this.#left = left
    this.#runByte = runByte
    this.#runLength = runLength
    this.#blockCheck = check
    return count
  }

  #endBlock(): void {
    const check = ~this.#blockCheck >>> 0
    if (check !== this.#expectedCheck) throw this.#input.corrupt("a bzip2 block's data does not match its checksum")
    this.#streamCheck = (((this.#streamCheck << 1) | (this.#streamCheck >>> 31)) ^ check) >>> 0
    this.#state = 'block'
  }
}

function makeCrcTable(): Int32Array {
  const table = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte << 24
    for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1
    table[byte] = value
  }
  return table
}
