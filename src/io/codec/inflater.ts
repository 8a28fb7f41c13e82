import type { CompressedInput } from './compressed-input.js'
import { HuffmanTable, isBase, isEnd, isInvalid, isLink, isLiteral, symbolEntry } from './huffman-table.js'

const windowBytes = 32_768
const pieceBytes = 131_072
const longestMatch = 258

/** A match takes at most 48 bits, and 32 are read ahead. */
const inputPerSymbol = 12

const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]
const lengthExtras = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

const literalSymbols = makeLiteralSymbols()
const distanceSymbols = makeDistanceSymbols()
const codeLengthSymbols = Int32Array.from({ length: 19 }, (_, symbol) => symbolEntry(isLiteral, symbol))

type State = 'block' | 'stored' | 'codes' | 'end'

/**
 * Decodes one raw deflate stream (RFC 1951), piece by piece and synchronously: Node's own decoder gives either the whole
 * result at once or pieces through the event loop, and a slot thread reads files larger than its memory without waiting.
 */
export class Inflater {
  readonly #input: CompressedInput
  /** What was decoded: at most `windowBytes` handed out before, then the new piece. */
  readonly #out = new Uint8Array(windowBytes + pieceBytes + longestMatch + 2)
  #outEnd = 0
  #hold = 0
  #bits = 0
  #state: State = 'block'
  #isFinal = false
  #storedLeft = 0
  readonly #literals = new HuffmanTable(10)
  readonly #distances = new HuffmanTable(8)
  readonly #codeLengths = new HuffmanTable(7)
  readonly #lengths = new Uint8Array(320)

  constructor(input: CompressedInput) {
    this.#input = input
  }

  /** Begins another stream at the input's position. */
  reset(): void {
    this.#outEnd = 0
    this.#hold = 0
    this.#bits = 0
    this.#state = 'block'
    this.#isFinal = false
  }

  /**
   * The next piece of decoded bytes, which holds until the next call; `undefined` at the stream's end, when the input stands
   * at the first byte after it.
   * @throws FS_IO_CORRUPT
   */
  next(): Uint8Array | undefined {
    this.#slide()
    const start = this.#outEnd
    while (this.#outEnd < windowBytes + pieceBytes && this.#state !== 'end') {
      if (this.#state === 'block') this.#readBlockHeader()
      else if (this.#state === 'stored') this.#copyStored()
      else this.#decodeCodes()
    }
    if (this.#outEnd > start) return this.#out.subarray(start, this.#outEnd)
    return undefined
  }

  /** Keeps the last 32 KB that matches may refer to. */
  #slide(): void {
    if (this.#outEnd <= windowBytes) return
    this.#out.copyWithin(0, this.#outEnd - windowBytes, this.#outEnd)
    this.#outEnd = windowBytes
  }

  #readBlockHeader(): void {
    if (this.#isFinal) {
      this.#giveBackBytes()
      this.#state = 'end'
      return
    }
    this.#isFinal = this.#take(1) === 1
    const kind = this.#take(2)
    if (kind === 0) this.#startStored()
    else if (kind === 1) this.#startFixed()
    else if (kind === 2) this.#startDynamic()
    else throw this.#input.corrupt('a deflate block is of an unknown kind')
  }

  #startStored(): void {
    this.#giveBackBytes()
    const length = this.#input.uint(2)
    const complement = this.#input.uint(2)
    if ((length ^ complement) !== 0xffff) throw this.#input.corrupt("a stored block's length does not match its check")
    this.#storedLeft = length
    this.#state = length === 0 ? 'block' : 'stored'
  }

  #copyStored(): void {
    const room = windowBytes + pieceBytes - this.#outEnd
    const bytes = this.#input.take(Math.min(this.#storedLeft, room))
    this.#out.set(bytes, this.#outEnd)
    this.#outEnd += bytes.length
    this.#storedLeft -= bytes.length
    if (this.#storedLeft === 0) this.#state = 'block'
  }

  #startFixed(): void {
    const lengths = this.#lengths
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288)
    this.#literals.build(lengths, 288, literalSymbols)
    this.#distances.build(lengths.fill(5, 0, 32), 32, distanceSymbols)
    this.#state = 'codes'
  }

  #startDynamic(): void {
    const literalCount = this.#take(5) + 257
    const distanceCount = this.#take(5) + 1
    const codeLengthCount = this.#take(4) + 4
    const lengths = this.#lengths.fill(0)
    for (let i = 0; i < codeLengthCount; i++) lengths[codeLengthOrder[i] as number] = this.#take(3)
    const isCode = this.#codeLengths.build(lengths, 19, codeLengthSymbols)
    if (!isCode || literalCount > 286 || distanceCount > 30) throw this.#badCodes()
    this.#readCodeLengths(lengths, literalCount + distanceCount)
    if (lengths[256] === 0) throw this.#badCodes()
    if (!this.#literals.build(lengths, literalCount, literalSymbols)) throw this.#badCodes()
    const ofDistances = lengths.subarray(literalCount, literalCount + distanceCount)
    if (!this.#distances.build(ofDistances, distanceCount, distanceSymbols)) throw this.#badCodes()
    this.#state = 'codes'
  }

  #readCodeLengths(lengths: Uint8Array, count: number): void {
    const codes = this.#codeLengths
    lengths.fill(0)
    for (let at = 0; at < count; ) {
      this.#need(14)
      const entry = codes.entries[this.#hold & 127] as number
      if (((entry >>> 4) & 15) === isInvalid) throw this.#badCodes()
      this.#drop(entry & 15)
      const symbol = entry >>> 12
      if (symbol < 16) {
        lengths[at++] = symbol
        continue
      }
      if (symbol === 16 && at === 0) throw this.#badCodes()
      const value = symbol === 16 ? (lengths[at - 1] as number) : 0
      const repeat = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7)
      if (at + repeat > count) throw this.#badCodes()
      lengths.fill(value, at, at + repeat)
      at += repeat
    }
  }

  /** The loop that matters: runs to the block's end, or until a piece is full. */
  #decodeCodes(): void {
    const input = this.#input
    const bytes = input.bytes
    const out = this.#out
    const literals = this.#literals.entries
    const distances = this.#distances.entries
    let hold = this.#hold
    let bits = this.#bits
    let at = this.#outEnd
    let position = input.position
    let safe = input.end - inputPerSymbol
    while (at < windowBytes + pieceBytes) {
      if (position > safe) {
        input.position = position
        if (position > input.end + 4) throw input.truncated()
        // With less than this left, the zeros that follow the file's end are looked at, and found out below.
        if (input.ensure(inputPerSymbol) < inputPerSymbol) safe = input.end + 4
        else safe = input.end - inputPerSymbol
        position = input.position
      }
      // 15 bits at least for a code; two bytes at a time, so that there are never more than 30.
      if (bits < 15) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << bits
        position += 2
        bits += 16
      }
      let entry = literals[hold & 1023] as number
      if ((entry & 0xf0) === isLiteral << 4) {
        hold >>>= entry & 15
        bits -= entry & 15
        out[at++] = entry >>> 12
        continue
      }
      if ((entry & 0xf0) === isLink << 4) entry = literals[(entry >>> 12) + ((hold >>> 10) & 31)] as number
      hold >>>= entry & 15
      bits -= entry & 15
      if ((entry & 0xf0) === isLiteral << 4) {
        out[at++] = entry >>> 12
        continue
      }
      if ((entry & 0xf0) !== isBase << 4) {
        if ((entry & 0xf0) !== isEnd << 4) {
          input.position = position
          throw this.#badData()
        }
        this.#state = 'block'
        break
      }
      if (bits < 15) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << bits
        position += 2
        bits += 16
      }
      let extra = (entry >>> 8) & 15
      const length = (entry >>> 12) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      bits -= extra
      if (bits < 15) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << bits
        position += 2
        bits += 16
      }
      entry = distances[hold & 255] as number
      if ((entry & 0xf0) === isLink << 4) entry = distances[(entry >>> 12) + ((hold >>> 8) & 127)] as number
      hold >>>= entry & 15
      bits -= entry & 15
      extra = (entry >>> 8) & 15
      if (bits < extra) {
        hold |= ((bytes[position] as number) | ((bytes[position + 1] as number) << 8)) << bits
        position += 2
        bits += 16
      }
      const distance = (entry >>> 12) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      bits -= extra
      if ((entry & 0xf0) !== isBase << 4 || distance > at) {
        input.position = position
        throw this.#badData()
      }
      const end = at + length
      // Three bytes at a time, up to two too many: there is room, and what follows is written over.
      for (let from = at - distance; at < end; from += 3, at += 3) {
        out[at] = out[from] as number
        out[at + 1] = out[from + 1] as number
        out[at + 2] = out[from + 2] as number
      }
      at = end
    }
    this.#hold = hold
    this.#bits = bits
    this.#outEnd = at
    input.position = position
    // The bits held back were read ahead; the rest was used.
    if (position - (bits >>> 3) > input.end) throw input.truncated()
  }

  #take(count: number): number {
    this.#need(count)
    const value = this.#hold & ((1 << count) - 1)
    this.#drop(count)
    return value
  }

  /** At most 16 bits. Beyond the file's end there are zeros for a while, as in the loop above. */
  #need(count: number): void {
    while (this.#bits < count) {
      if (this.#input.ensure(1) <= 0) throw this.#input.truncated()
      this.#hold |= (this.#input.bytes[this.#input.position++] as number) << this.#bits
      this.#bits += 8
    }
  }

  #drop(count: number): void {
    this.#hold >>>= count
    this.#bits -= count
  }

  /** Whole bytes that were read ahead go back; what is left of the last one is dropped. */
  #giveBackBytes(): void {
    this.#input.position -= this.#bits >>> 3
    this.#hold = 0
    this.#bits = 0
    this.#input.checkEnd()
  }

  #badCodes(): Error {
    return this.#input.corrupt("a deflate block's codes are not valid")
  }

  #badData(): Error {
    return this.#input.corrupt('a deflate block has a code or distance that is not valid')
  }
}

function makeLiteralSymbols(): Int32Array {
  const symbols = new Int32Array(288).fill(symbolEntry(isInvalid, 0))
  for (let byte = 0; byte < 256; byte++) symbols[byte] = symbolEntry(isLiteral, byte)
  symbols[256] = symbolEntry(isEnd, 0)
  lengthBases.forEach((base, i) => {
    symbols[257 + i] = symbolEntry(isBase, base, lengthExtras[i])
  })
  return symbols
}

function makeDistanceSymbols(): Int32Array {
  const symbols = new Int32Array(32).fill(symbolEntry(isInvalid, 0))
  for (let i = 0, base = 1; i < 30; i++) {
    const extra = i < 4 ? 0 : (i >> 1) - 1
    symbols[i] = symbolEntry(isBase, base, extra)
    base += 1 << extra
  }
  return symbols
}
