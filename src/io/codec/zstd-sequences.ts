import { BackwardBits } from './backward-bits.js'
import { buildFseTable, DamagedData, type FseTable, readFseTable, singleSymbolTable } from './fse-table.js'
import type { ZstdLiterals } from './zstd-literals.js'

const maxBlockBytes = 131_072

/** One of the three things that a sequence consists of, with its codes. */
interface Part {
  readonly maxLog: number
  readonly bases: Int32Array
  readonly extraBits: Uint8Array
  readonly standard: FseTable
}

const literalLengths = part(
  9,
  [
    ...upTo(16, 0, 0),
    ...[
      [16, 1],
      [18, 1],
      [20, 1],
      [22, 1],
      [24, 2],
      [28, 2],
      [32, 3],
      [40, 3],
      [48, 4],
      [64, 6],
    ],
    ...Array.from({ length: 10 }, (_, i) => [128 << i, 7 + i]),
  ],
  [6, 4, 3, ...repeat(2, 11), 1, 1, 1, ...repeat(2, 9), 3, 2, ...repeat(1, 5), ...repeat(-1, 4)],
)
const matchLengths = part(
  9,
  [
    ...upTo(32, 3, 0),
    ...[
      [35, 1],
      [37, 1],
      [39, 1],
      [41, 1],
      [43, 2],
      [47, 2],
      [51, 3],
      [59, 3],
      [67, 4],
      [83, 4],
      [99, 5],
    ],
    ...Array.from({ length: 10 }, (_, i) => [(128 << i) + 3, 7 + i]),
  ],
  [6, 1, 4, 3, ...repeat(2, 6), ...repeat(1, 37), ...repeat(-1, 7)],
)
const offsets = part(
  8,
  Array.from({ length: 28 }, (_, i) => [2 ** i, i]),
  [5, ...repeat(1, 6), 2, 2, 2, ...repeat(1, 15), ...repeat(-1, 5)],
)

/** Where decoded bytes go; what was decoded before lies in front of them. */
export interface DecodedWindow {
  readonly bytes: Uint8Array
  end: number
}

/** Sequences of literals and matches. Keeps tables and offsets, which the next block may use again. */
export class ZstdSequences {
  #literalLengths: FseTable | undefined
  #matchLengths: FseTable | undefined
  #offsets: FseTable | undefined
  readonly #recent = Int32Array.of(1, 4, 8)

  reset(): void {
    this.#literalLengths = undefined
    this.#matchLengths = undefined
    this.#offsets = undefined
    this.#recent.set([1, 4, 8])
  }

  /** Decodes the section in `bytes[start..end)` (RFC 8878, 3.1.1.3.2) and appends what it makes to `window`. */
  decode(
    bytes: Uint8Array,
    range: { start: number; end: number },
    literals: ZstdLiterals,
    window: DecodedWindow,
  ): void {
    const { count, at: modesAt } = readCount(bytes, range.start, range.end)
    if (count === 0) {
      if (modesAt !== range.end) throw new DamagedData('a block has bytes left over')
      appendLiterals(literals, 0, window)
      return
    }
    const modes = bytes[modesAt] as number
    if (modesAt >= range.end || (modes & 3) !== 0) throw new DamagedData('a block of sequences is broken')
    const reader = { bytes, at: modesAt + 1, end: range.end }
    this.#literalLengths = readTable(reader, literalLengths, modes >>> 6, this.#literalLengths)
    this.#offsets = readTable(reader, offsets, (modes >>> 4) & 3, this.#offsets)
    this.#matchLengths = readTable(reader, matchLengths, (modes >>> 2) & 3, this.#matchLengths)
    const bits = new BackwardBits(bytes, reader.at, range.end)
    const used = this.#run(count, bits, literals, window)
    appendLiterals(literals, used, window)
  }

  #run(count: number, bits: BackwardBits, literals: ZstdLiterals, window: DecodedWindow): number {
    const llTable = this.#literalLengths as FseTable
    const mlTable = this.#matchLengths as FseTable
    const ofTable = this.#offsets as FseTable
    const out = window.bytes
    const recent = this.#recent
    const source = literals.bytes
    const outLimit = Math.min(out.length, window.end + maxBlockBytes)
    let at = window.end
    let from = 0
    let llState = bits.read(llTable.log)
    let ofState = bits.read(ofTable.log)
    let mlState = bits.read(mlTable.log)
    for (let left = count; left > 0; left--) {
      const ll = llTable.entries[llState] as number
      const ml = mlTable.entries[mlState] as number
      const of = ofTable.entries[ofState] as number
      const offsetBits = of & 255
      const offsetCode = (1 << offsetBits) + (offsetBits > 24 ? readLong(bits, offsetBits) : bits.read(offsetBits))
      const mlCode = ml & 255
      const matchLength = (matchLengths.bases[mlCode] as number) + bits.read(matchLengths.extraBits[mlCode] as number)
      const llCode = ll & 255
      const literalLength =
        (literalLengths.bases[llCode] as number) + bits.read(literalLengths.extraBits[llCode] as number)
      if (left > 1) {
        llState = (ll >>> 16) + bits.read((ll >>> 8) & 255)
        mlState = (ml >>> 16) + bits.read((ml >>> 8) & 255)
        ofState = (of >>> 16) + bits.read((of >>> 8) & 255)
      }
      const offset = takeOffset(recent, offsetCode, literalLength)
      const literalEnd = at + literalLength
      const end = literalEnd + matchLength
      if (from + literalLength > literals.length || end > outLimit || offset > literalEnd || offset <= 0) {
        throw new DamagedData('a sequence reaches outside of its data')
      }
      if (literalLength > 32) {
        out.set(source.subarray(from, from + literalLength), at)
        from += literalLength
        at = literalEnd
      } else while (at < literalEnd) out[at++] = source[from++] as number
      if (matchLength > 32 && offset >= matchLength) {
        out.copyWithin(at, at - offset, at - offset + matchLength)
        at = end
      } else for (let back = at - offset; at < end; ) out[at++] = out[back++] as number
    }
    if (bits.left !== 0) throw new DamagedData('sequences do not fill their bit stream')
    window.end = at
    return from
  }
}

/** Turns an offset's code into the offset: one of the last three, or a new one (RFC 8878, 3.1.1.5). */
function takeOffset(recent: Int32Array, code: number, literalLength: number): number {
  if (code > 3) {
    recent[2] = recent[1] as number
    recent[1] = recent[0] as number
    recent[0] = code - 3
    return code - 3
  }
  const which = literalLength === 0 ? code : code - 1
  if (which === 0) return recent[0] as number
  const offset = which === 3 ? (recent[0] as number) - 1 : (recent[which] as number)
  if (which > 1) recent[2] = recent[1] as number
  recent[1] = recent[0] as number
  recent[0] = offset
  return offset
}

function readLong(bits: BackwardBits, count: number): number {
  const high = bits.read(count - 16)
  return (high << 16) | bits.read(16)
}

function appendLiterals(literals: ZstdLiterals, used: number, window: DecodedWindow): void {
  const rest = literals.length - used
  if (window.end + rest > window.bytes.length) throw new DamagedData('a block is too large')
  window.bytes.set(literals.bytes.subarray(used, literals.length), window.end)
  window.end += rest
}

function readCount(bytes: Uint8Array, start: number, end: number): { count: number; at: number } {
  if (start >= end) throw new DamagedData('a block has no sequences')
  const first = bytes[start] as number
  if (first < 128) return { count: first, at: start + 1 }
  if (first < 255) return { count: ((first - 128) << 8) + (bytes[start + 1] as number), at: start + 2 }
  return { count: (bytes[start + 1] as number) + ((bytes[start + 2] as number) << 8) + 0x7f00, at: start + 3 }
}

function readTable(
  reader: { bytes: Uint8Array; at: number; end: number },
  part: Part,
  mode: number,
  previous: FseTable | undefined,
): FseTable {
  const maxSymbol = part.bases.length - 1
  switch (mode) {
    case 0:
      return part.standard
    case 1: {
      const symbol = reader.bytes[reader.at++] as number
      if (symbol > maxSymbol || reader.at > reader.end) throw new DamagedData('a sequence has an unknown code')
      return singleSymbolTable(symbol)
    }
    case 2: {
      const { table, end } = readFseTable(reader.bytes, reader.at, { end: reader.end, maxLog: part.maxLog, maxSymbol })
      reader.at = end
      return table
    }
    default:
      if (previous === undefined) throw new DamagedData('sequences refer to a table that was never given')
      return previous
  }
}

function part(maxLog: number, codes: number[][], standard: number[]): Part {
  const [log, ...counts] = standard as [number, ...number[]]
  return {
    maxLog,
    bases: Int32Array.from(codes, ([base]) => base as number),
    extraBits: Uint8Array.from(codes, ([, bits]) => bits as number),
    standard: buildFseTable(counts, log),
  }
}

function upTo(count: number, first: number, bits: number): number[][] {
  return Array.from({ length: count }, (_, i) => [first + i, bits])
}

function repeat(value: number, count: number): number[] {
  return new Array<number>(count).fill(value)
}
