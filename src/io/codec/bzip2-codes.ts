import type { BitReader } from './bit-reader.js'
import type { CompressedInput } from './compressed-input.js'

const longestCode = 20
const symbolsPerSelector = 50
const maxSymbols = 258
const runA = 0
const runB = 1

/** Codes of up to this many bits, nearly all of them, are looked up at once. */
const lookupBits = 10

/** A Huffman code: `lookup[next bits] = symbol << 5 | bits`, 0 for longer codes, which go by the canonical limits. */
interface Code {
  readonly lookup: Uint16Array
  /** For each number of bits, the first number that is no code of that many bits or fewer, written with 20 bits. */
  readonly limits: Int32Array
  readonly offsets: Int32Array
  readonly ordered: Uint16Array
  longest: number
}

/** The inner layers of a bzip2 block: Huffman codes, run lengths of zeros, move to front. */
export class Bzip2Codes {
  /** How often each byte occurs in the block read last. */
  readonly byteCounts = new Int32Array(256)
  readonly #input: CompressedInput
  readonly #bits: BitReader
  readonly #bytes = new Uint8Array(256)
  readonly #lengths = new Uint8Array(maxSymbols)
  readonly #codes: Code[] = Array.from({ length: 6 }, () => ({
    lookup: new Uint16Array(1 << lookupBits),
    limits: new Int32Array(longestCode + 2),
    offsets: new Int32Array(longestCode + 2),
    ordered: new Uint16Array(maxSymbols),
    longest: 0,
  }))
  #selectors = new Uint8Array(0)

  constructor(input: CompressedInput, bits: BitReader) {
    this.#input = input
    this.#bits = bits
  }

  /** Reads a block's sorted characters into `block`; returns how many there are. */
  readBlock(block: Uint32Array): number {
    const byteCount = this.#readBytesInUse()
    const symbolCount = byteCount + 2
    const codeCount = this.#bits.take(3)
    if (codeCount < 2 || codeCount > 6) throw this.#corrupt()
    this.#readSelectors(codeCount)
    for (let i = 0; i < codeCount; i++) this.#readCode(this.#codes[i] as Code, symbolCount)
    return this.#readSymbols(block, symbolCount - 1)
  }

  #readBytesInUse(): number {
    const groups = this.#bits.take(16)
    let count = 0
    for (let group = 0; group < 16; group++) {
      if (((groups >>> (15 - group)) & 1) === 0) continue
      const members = this.#bits.take(16)
      for (let i = 0; i < 16; i++) if ((members >>> (15 - i)) & 1) this.#bytes[count++] = group * 16 + i
    }
    if (count === 0) throw this.#corrupt()
    return count
  }

  #readSelectors(codeCount: number): void {
    const count = this.#bits.take(15)
    if (count === 0) throw this.#corrupt()
    if (this.#selectors.length < count) this.#selectors = new Uint8Array(count)
    this.#selectors.fill(255)
    const recent = [0, 1, 2, 3, 4, 5]
    for (let i = 0; i < count; i++) {
      let rank = 0
      while (this.#bits.take(1) === 1) if (++rank >= codeCount) throw this.#corrupt()
      const [selected] = recent.splice(rank, 1) as [number]
      recent.unshift(selected)
      this.#selectors[i] = selected
    }
  }

  #readCode(code: Code, symbolCount: number): void {
    const lengths = this.#lengths
    let length = this.#bits.take(5)
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      for (;;) {
        if (length < 1 || length > longestCode) throw this.#corrupt()
        if (this.#bits.take(1) === 0) break
        length += this.#bits.take(1) === 0 ? 1 : -1
      }
      lengths[symbol] = length
    }
    buildCode(code, lengths, symbolCount)
  }

  #readSymbols(block: Uint32Array, endSymbol: number): number {
    const bytes = this.#bytes
    const counts = this.byteCounts.fill(0)
    let length = 0
    let runLength = 0
    let runUnit = 1
    for (let selector = 0; ; selector++) {
      const code = this.#codes[this.#selectors[selector] ?? 255]
      if (code === undefined) throw this.#corrupt()
      for (let i = 0; i < symbolsPerSelector; i++) {
        const symbol = this.#readSymbol(code)
        if (symbol === runA || symbol === runB) {
          runLength += runUnit << symbol
          runUnit <<= 1
          if (runLength > block.length) throw this.#corrupt()
          continue
        }
        if (runLength > 0) {
          const byte = bytes[0] as number
          if (length + runLength > block.length) throw this.#corrupt()
          block.fill(byte, length, length + runLength)
          length += runLength
          counts[byte] = (counts[byte] as number) + runLength
          runLength = 0
          runUnit = 1
        }
        if (symbol === endSymbol) return length
        if (length >= block.length) throw this.#corrupt()
        const rank = symbol - 1
        const byte = bytes[rank] as number
        if (rank < 16) for (let at = rank; at > 0; at--) bytes[at] = bytes[at - 1] as number
        else bytes.copyWithin(1, 0, rank)
        bytes[0] = byte
        counts[byte] = (counts[byte] as number) + 1
        block[length++] = byte
      }
    }
  }

  #readSymbol(code: Code): number {
    const bits = this.#bits
    const next = bits.peek(longestCode)
    const entry = code.lookup[next >>> (longestCode - lookupBits)] as number
    if (entry !== 0) {
      bits.drop(entry & 31)
      return entry >>> 5
    }
    let length = lookupBits + 1
    while (length <= code.longest && next >= (code.limits[length] as number)) length++
    if (length > code.longest) throw this.#corrupt()
    bits.drop(length)
    return code.ordered[(next >>> (longestCode - length)) - (code.offsets[length] as number)] as number
  }

  #corrupt(): Error {
    return this.#input.corrupt('a bzip2 block is damaged')
  }
}

function buildCode(code: Code, lengths: Uint8Array, symbolCount: number): void {
  code.lookup.fill(0)
  code.longest = 0
  let next = 0
  let placed = 0
  for (let length = 1; length <= longestCode; length++) {
    code.offsets[length] = next - placed
    for (let symbol = 0; symbol < symbolCount; symbol++) {
      if (lengths[symbol] !== length) continue
      if (length <= lookupBits && next < 1 << length) {
        const shift = lookupBits - length
        code.lookup.fill((symbol << 5) | length, next << shift, (next + 1) << shift)
      }
      code.ordered[placed++] = symbol
      next++
      code.longest = length
    }
    code.limits[length] = next << (longestCode - length)
    next <<= 1
  }
}
