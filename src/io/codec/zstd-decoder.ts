import type { CompressedInput } from './compressed-input.js'
import { DamagedData } from './fse-table.js'
import type { PieceDecoder } from './piece-decoder.js'
import { XxHash64 } from './xxhash64.js'
import { ZstdLiterals } from './zstd-literals.js'
import { type DecodedWindow, ZstdSequences } from './zstd-sequences.js'

const frameMagic = 0xfd2fb528
const skippableMagic = 0x184d2a5
const maxBlockBytes = 131_072
const minSlackBytes = 524_288
const maxSlackBytes = 16_777_216

/** As much as the zstd command itself accepts when it is not told otherwise. */
const maxWindowBytes = 2 ** 27

/** A `CompressedInput` for zstd must hold a whole block. */
export const zstdInputBytes = 2 * maxBlockBytes

/**
 * Zstandard (RFC 8878) of any number of frames, checksums verified; without dictionaries. Node has it from 22.15 on, but
 * either for all bytes at once or through the event loop.
 */
export class ZstdDecoder implements PieceDecoder {
  readonly #input: CompressedInput
  readonly #literals = new ZstdLiterals()
  readonly #sequences = new ZstdSequences()
  readonly #hash = new XxHash64()
  #window: DecodedWindow = { bytes: new Uint8Array(0), end: 0 }
  #windowBytes = 0
  #hasChecksum = false
  #expectedBytes: number | undefined
  #frameBytes = 0
  #isInFrame = false
  #isFirst = true

  constructor(input: CompressedInput) {
    this.#input = input
  }

  next(): Uint8Array | undefined {
    try {
      for (;;) {
        if (!this.#isInFrame && !this.#startFrame()) return undefined
        if (!this.#isInFrame) continue
        const piece = this.#nextBlock()
        if (piece !== undefined) return piece
      }
    } catch (error) {
      if (error instanceof DamagedData) throw this.#input.corrupt(error.message)
      throw error
    }
  }

  /** Reads a frame's header, or skips a frame that holds no data; false at the end of the file. */
  #startFrame(): boolean {
    const input = this.#input
    if (!this.#isFirst && input.isAtEnd()) return false
    const magic = input.uint(4)
    if (magic >>> 4 === skippableMagic) {
      for (let left = input.uint(4); left > 0; ) left -= input.take(left).length
      this.#isFirst = false
      return true
    }
    if (magic !== frameMagic) {
      throw input.corrupt(this.#isFirst ? 'it is no zstd file' : 'what follows the last zstd frame is none')
    }
    this.#isFirst = false
    this.#readFrameHeader()
    this.#isInFrame = true
    return true
  }

  #readFrameHeader(): void {
    const input = this.#input
    const descriptor = input.byte()
    const isSingleSegment = (descriptor & 32) !== 0
    if (descriptor & 8) throw input.corrupt('its header has an unknown flag')
    this.#hasChecksum = (descriptor & 4) !== 0
    const windowBytes = isSingleSegment ? undefined : windowSize(input.byte())
    const dictionary = input.uint([0, 1, 2, 4][descriptor & 3] as number)
    if (dictionary !== 0) throw input.corrupt(`it needs the dictionary ${dictionary}, which is not in the file`)
    const sizeFlag = descriptor >>> 6
    const sizeBytes = sizeFlag === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeFlag
    const size = sizeBytes === 0 ? undefined : input.uint(sizeBytes) + (sizeBytes === 2 ? 256 : 0)
    this.#expectedBytes = size
    this.#frameBytes = 0
    this.#startWindow(windowBytes ?? (size as number))
    this.#literals.forgetTable()
    this.#sequences.reset()
    this.#hash.reset()
  }

  #startWindow(windowBytes: number): void {
    if (windowBytes > maxWindowBytes) {
      throw this.#input.corrupt(`it needs a window of ${windowBytes} bytes, more than ${maxWindowBytes}`)
    }
    this.#windowBytes = windowBytes
    const slack = Math.min(maxSlackBytes, Math.max(minSlackBytes, windowBytes))
    if (this.#window.bytes.length < windowBytes + slack) {
      this.#window = { bytes: new Uint8Array(windowBytes + slack), end: 0 }
    }
    this.#window.end = 0
  }

  /** Decodes a block; `undefined` when it is empty. */
  #nextBlock(): Uint8Array | undefined {
    const input = this.#input
    const window = this.#window
    if (window.end + maxBlockBytes > window.bytes.length) this.#slide()
    const start = window.end
    const header = input.uint(3)
    const size = header >>> 3
    const kind = (header >>> 1) & 3
    if (kind === 3 || size > maxBlockBytes) throw input.corrupt('a zstd block is of an unknown kind or size')
    if (kind === 1) {
      window.bytes.fill(input.byte(), start, start + size)
      window.end += size
    } else {
      if (input.ensure(size) < size) throw input.truncated()
      const end = input.position + size
      if (kind === 0) {
        window.bytes.set(input.bytes.subarray(input.position, end), start)
        window.end += size
      } else this.#decodeBlock(input.position, end)
      input.position = end
    }
    const piece = window.bytes.subarray(start, window.end)
    this.#frameBytes += piece.length
    if (this.#hasChecksum) this.#hash.update(piece)
    if (header & 1) this.#endFrame()
    return piece.length > 0 ? piece : undefined
  }

  #decodeBlock(start: number, end: number): void {
    const { bytes } = this.#input
    if (start === end) throw new DamagedData('a compressed block is empty')
    const sequencesStart = this.#literals.read(bytes, start, end)
    this.#sequences.decode(bytes, { start: sequencesStart, end }, this.#literals, this.#window)
  }

  #endFrame(): void {
    const input = this.#input
    if (this.#expectedBytes !== undefined && this.#expectedBytes !== this.#frameBytes) {
      throw input.corrupt('the data does not have the length that is noted')
    }
    if (this.#hasChecksum && input.uint(4) !== this.#hash.low32()) {
      throw input.corrupt('the data does not match its checksum')
    }
    this.#isInFrame = false
  }

  #slide(): void {
    const { bytes, end } = this.#window
    const keep = Math.min(this.#windowBytes, end)
    bytes.copyWithin(0, end - keep, end)
    this.#window.end = keep
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3))
  return base + (base / 8) * (descriptor & 7)
}
