import { crc32 } from 'node:zlib'
import type { CompressedInput } from './compressed-input.js'
import { Inflater } from './inflater.js'
import type { PieceDecoder } from './piece-decoder.js'

const flagHeaderCheck = 2
const flagExtra = 4
const flagName = 8
const flagComment = 16
const flagsReserved = 0xe0

/** Gzip (RFC 1952) of any number of members, each checked; zeros after the last one are ignored. */
export class GzipDecoder implements PieceDecoder {
  readonly #input: CompressedInput
  readonly #inflater: Inflater
  #isInMember = false
  #isFirst = true
  #check = 0
  #size = 0

  constructor(input: CompressedInput) {
    this.#input = input
    this.#inflater = new Inflater(input)
  }

  next(): Uint8Array | undefined {
    for (;;) {
      if (!this.#isInMember && !this.#startMember()) return undefined
      const piece = this.#inflater.next()
      if (piece !== undefined) {
        this.#check = crc32(piece, this.#check)
        this.#size = (this.#size + piece.length) >>> 0
        return piece
      }
      this.#endMember()
    }
  }

  #startMember(): boolean {
    if (!this.#isFirst && this.#isOnlyPadding()) return false
    readHeader(this.#input, this.#isFirst)
    this.#inflater.reset()
    this.#isFirst = false
    this.#isInMember = true
    this.#check = 0
    this.#size = 0
    return true
  }

  #endMember(): void {
    const input = this.#input
    if (input.uint(4) !== this.#check) throw input.corrupt('the data does not match its checksum')
    if (input.uint(4) !== this.#size) throw input.corrupt('the data does not have the length that is noted')
    this.#isInMember = false
  }

  #isOnlyPadding(): boolean {
    const input = this.#input
    while (!input.isAtEnd() && input.bytes[input.position] === 0) input.position++
    return input.isAtEnd()
  }
}

function readHeader(input: CompressedInput, isFirst: boolean): void {
  if (input.byte() !== 0x1f || input.byte() !== 0x8b) {
    throw input.corrupt(isFirst ? 'it is no gzip file' : 'what follows the last gzip member is none')
  }
  if (input.byte() !== 8) throw input.corrupt('its compression method is not deflate')
  const flags = input.byte()
  if (flags & flagsReserved) throw input.corrupt('its header has unknown flags')
  input.uint(6)
  if (flags & flagExtra) for (let left = input.uint(2); left > 0; left--) input.byte()
  if (flags & flagName) skipText(input)
  if (flags & flagComment) skipText(input)
  if (flags & flagHeaderCheck) input.uint(2)
}

function skipText(input: CompressedInput): void {
  while (input.byte() !== 0);
}
