import { BackwardBits, backwardBitCount } from './backward-bits.js'
import { DamagedData, entryBase, entryBits, entrySymbol, readFseTable } from './fse-table.js'

const maxLiterals = 131_072
const maxCodeBits = 11

/** Literals of a block: the bytes that its matches do not give. Keeps the last Huffman table, which a block may use again. */
export class ZstdLiterals {
  /** The literals of the block read last, with some room after them. */
  bytes = new Uint8Array(maxLiterals + 16)
  length = 0
  /** `symbol << 4 | bits`, by the next `#tableBits` bits. */
  readonly #table = new Uint16Array(1 << maxCodeBits)
  #tableBits = 0

  forgetTable(): void {
    this.#tableBits = 0
  }

  /** Reads the section at `start` (RFC 8878, 3.1.1.3.1); returns where it ends. */
  read(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start] as number
    const kind = first & 3
    return kind < 2 ? this.#readPlain(bytes, start, end) : this.#readCompressed(bytes, start, end)
  }

  #readPlain(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start] as number
    const format = (first >>> 2) & 3
    const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1
    const header = littleEndian(bytes, start, headerBytes)
    this.length = Math.floor(header / (headerBytes === 1 ? 8 : 16))
    const content = start + headerBytes
    const isRepeated = (first & 3) === 1
    const contentEnd = content + (isRepeated ? 1 : this.length)
    if (this.length > maxLiterals || contentEnd > end) throw new DamagedData('literals are longer than their block')
    if (isRepeated) this.bytes.fill(bytes[content] as number, 0, this.length)
    else this.bytes.set(bytes.subarray(content, contentEnd))
    return contentEnd
  }

  #readCompressed(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start] as number
    const format = (first >>> 2) & 3
    const headerBytes = format < 2 ? 3 : format + 2
    const sizeUnit = 2 ** (format < 2 ? 10 : format === 2 ? 14 : 18)
    const sizes = Math.floor(littleEndian(bytes, start, headerBytes) / 16)
    this.length = sizes % sizeUnit
    let at = start + headerBytes
    const sectionEnd = at + Math.floor(sizes / sizeUnit)
    if (this.length > maxLiterals || sectionEnd > end) throw new DamagedData('literals are longer than their block')
    if ((first & 3) === 2) at = this.#readTable(bytes, at, sectionEnd)
    else if (this.#tableBits === 0) throw new DamagedData('literals refer to a table that was never given')
    if (format === 0) this.#decode(bytes, { start: at, end: sectionEnd }, 0, this.length)
    else this.#decodeFour(bytes, at, sectionEnd)
    return sectionEnd
  }

  #decodeFour(bytes: Uint8Array, start: number, end: number): void {
    const share = (this.length + 3) >>> 2
    let at = start + 6
    if (at > end || this.length < share * 3) throw new DamagedData('literals are cut off')
    for (let stream = 0; stream < 4; stream++) {
      const streamEnd = stream === 3 ? end : at + littleEndian(bytes, start + stream * 2, 2)
      if (streamEnd > end) throw new DamagedData('literals are cut off')
      this.#decode(
        bytes,
        { start: at, end: streamEnd },
        share * stream,
        stream === 3 ? this.length : share * (stream + 1),
      )
      at = streamEnd
    }
  }

  #decode(bytes: Uint8Array, stream: { start: number; end: number }, from: number, to: number): void {
    const out = this.bytes
    const table = this.#table
    const tableBits = this.#tableBits
    const mask = (1 << tableBits) - 1
    const { start } = stream
    let left = backwardBitCount(bytes, start, stream.end)
    for (let at = from; at < to; at++) {
      const bit = left - tableBits
      const byte = start + (bit >> 3)
      const word = (bytes[byte] as number) | ((bytes[byte + 1] as number) << 8) | ((bytes[byte + 2] as number) << 16)
      const entry = table[(word >>> (bit & 7)) & mask] as number
      out[at] = entry >>> 4
      left -= entry & 15
    }
    if (left !== 0) throw new DamagedData('literals do not fill their bit stream')
  }

  /** Reads a Huffman table (RFC 8878, 4.2.1); returns where it ends. */
  #readTable(bytes: Uint8Array, start: number, end: number): number {
    const header = bytes[start] as number
    const isDirect = header >= 128
    const tableEnd = start + 1 + (isDirect ? (header - 126) >>> 1 : header)
    if (tableEnd > end) throw new DamagedData('a table of literals is cut off')
    const weights = isDirect ? directWeights(bytes, start + 1, header - 127) : codedWeights(bytes, start + 1, tableEnd)
    this.#buildTable(weights)
    return tableEnd
  }

  #buildTable(weights: number[]): void {
    const sum = weights.reduce((total, weight) => total + (weight === 0 ? 0 : 1 << (weight - 1)), 0)
    if (sum === 0) throw new DamagedData('a table of literals is empty')
    const bits = 32 - Math.clz32(sum)
    const missing = (1 << bits) - sum
    if (bits > maxCodeBits || (missing & (missing - 1)) !== 0 || weights.length > 255) {
      throw new DamagedData('a table of literals is broken')
    }
    weights.push(32 - Math.clz32(missing))
    let at = 0
    for (let weight = 1; weight <= bits; weight++) {
      for (let symbol = 0; symbol < weights.length; symbol++) {
        if (weights[symbol] !== weight) continue
        const next = at + (1 << (weight - 1))
        this.#table.fill((symbol << 4) | (bits + 1 - weight), at, next)
        at = next
      }
    }
    this.#tableBits = bits
  }
}

function directWeights(bytes: Uint8Array, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const pair = bytes[start + (i >> 1)] as number
    return i % 2 === 0 ? pair >>> 4 : pair & 15
  })
}

/** Weights written with two states by turns, until the bits run out. */
function codedWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, end: streamStart } = readFseTable(bytes, start, { end, maxLog: 6, maxSymbol: 12 })
  const bits = new BackwardBits(bytes, streamStart, end)
  const states: [number, number] = [bits.read(table.log), bits.read(table.log)]
  if (bits.left < 0) throw new DamagedData('a table of literals is cut off')
  const weights: number[] = []
  for (let turn: 0 | 1 = 0; weights.length < 255; turn = turn === 0 ? 1 : 0) {
    const entry = table.entries[states[turn]] as number
    weights.push(entrySymbol(entry))
    if (bits.left < entryBits(entry)) {
      weights.push(entrySymbol(table.entries[states[turn === 0 ? 1 : 0]] as number))
      return weights
    }
    states[turn] = entryBase(entry) + bits.read(entryBits(entry))
  }
  throw new DamagedData('a table of literals is broken')
}

function littleEndian(bytes: Uint8Array, start: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[start + i] as number)
  return value
}
