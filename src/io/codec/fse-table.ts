/** Thrown by the parts of the zstd decoder, which know no path; the decoder turns it into FS_IO_CORRUPT. */
export class DamagedData extends Error {}

/**
 * A table of finite state entropy codes (RFC 8878, 4.1). A state's entry is `base << 16 | bits << 8 | symbol`: the next state
 * is `base` plus the next `bits` bits.
 */
export interface FseTable {
  readonly log: number
  readonly entries: Int32Array
}

export function entrySymbol(entry: number): number {
  return entry & 255
}

export function entryBits(entry: number): number {
  return (entry >>> 8) & 255
}

export function entryBase(entry: number): number {
  return entry >>> 16
}

/** A table with one state that always means `symbol`. */
export function singleSymbolTable(symbol: number): FseTable {
  return { log: 0, entries: Int32Array.of(symbol) }
}

/** Makes a table from the symbols' counts, whose sum is `1 << log`; a count of -1 is a probability below one. */
export function buildFseTable(counts: readonly number[], log: number): FseTable {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  const next = counts.map((count) => Math.abs(count))
  let high = size - 1
  counts.forEach((count, symbol) => {
    if (count === -1) symbols[high--] = symbol
  })
  const step = (size >> 1) + (size >> 3) + 3
  let at = 0
  counts.forEach((count, symbol) => {
    for (let i = 0; i < count; i++) {
      symbols[at] = symbol
      do at = (at + step) & (size - 1)
      while (at > high)
    }
  })
  const entries = new Int32Array(size)
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state] as number
    const x = next[symbol] as number
    next[symbol] = x + 1
    const bits = log - (31 - Math.clz32(x))
    entries[state] = (((x << bits) - size) << 16) | (bits << 8) | symbol
  }
  return { log, entries }
}

/** Reads a table's description (RFC 8878, 4.1.1) from `bytes[start..end)`; returns the table and where it ends. */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  limits: { end: number; maxLog: number; maxSymbol: number },
): { table: FseTable; end: number } {
  const log = ((bytes[start] as number) & 15) + 5
  if (log > limits.maxLog) throw new DamagedData('an entropy table is too large')
  const counts: number[] = []
  let bit = start * 8 + 4
  let remaining = (1 << log) + 1
  let threshold = 1 << log
  let width = log + 1
  while (remaining > 1) {
    if (bit >>> 3 >= limits.end || counts.length > limits.maxSymbol) throw new DamagedData('an entropy table is broken')
    const spare = 2 * threshold - 1 - remaining
    const next = peekForward(bytes, bit)
    let count = next & (threshold - 1)
    if (count < spare) bit += width - 1
    else {
      count = next & (2 * threshold - 1)
      if (count >= threshold) count -= spare
      bit += width
    }
    count--
    remaining -= Math.abs(count)
    counts.push(count)
    for (let isZero = count === 0; isZero; ) {
      const repeat = peekForward(bytes, bit) & 3
      bit += 2
      for (let i = 0; i < repeat; i++) counts.push(0)
      isZero = repeat === 3 && counts.length <= limits.maxSymbol
    }
    while (remaining < threshold) {
      width--
      threshold >>= 1
    }
  }
  const end = (bit + 7) >>> 3
  if (remaining !== 1 || end > limits.end || counts.length > limits.maxSymbol + 1) {
    throw new DamagedData('an entropy table is broken')
  }
  return { table: buildFseTable(counts, log), end }
}

function peekForward(bytes: Uint8Array, bit: number): number {
  const at = bit >>> 3
  const word = (bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)
  return word >>> (bit & 7)
}
