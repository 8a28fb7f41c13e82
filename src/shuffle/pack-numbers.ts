import { PACKED_LIMIT, type PackedSort } from './packed-sort.js'

/** Where packed keys go. */
export interface Packing {
  readonly sort: PackedSort
  readonly ascending: boolean
}

/** Packs numbers so that they order as such, -0 as 0 and NaN last. Returns whether nothing was lost of any. */
export function packNumbers(keys: readonly number[], order: Uint32Array, packing: Packing): boolean {
  if (packIntegers(keys, order, packing)) return true
  packDoubles(keys, order, packing)
  return false
}

/** Packs whole numbers by their distance from the least (or the most), when all are within 2^40; false otherwise. */
function packIntegers(keys: readonly number[], order: Uint32Array, { sort, ascending }: Packing): boolean {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < order.length; i++) {
    const key = keys[order[i] as number] as number
    if (!Number.isSafeInteger(key)) return false
    if (key < least) least = key
    if (key > most) most = key
  }
  if (most - least >= PACKED_LIMIT) return false
  for (let i = 0; i < order.length; i++) {
    const key = keys[order[i] as number] as number
    sort.set(i, ascending ? key - least : most - key)
  }
  return true
}

const double = new Float64Array(1)
const halves = new Uint32Array(double.buffer)

/** Packs the upper 40 bits of doubles, with the bits turned so that they order as the numbers do. */
function packDoubles(keys: readonly number[], order: Uint32Array, { sort, ascending }: Packing): void {
  for (let i = 0; i < order.length; i++) {
    const key = keys[order[i] as number] as number
    const isNumber = !Number.isNaN(key)
    double[0] = isNumber ? key + 0 : Number.NaN
    const high = halves[1] as number
    const sign = isNumber ? -(high >>> 31) : 0
    const turnedHigh = (high ^ (sign | 0x80000000)) >>> 0
    const turnedLow = (((halves[0] as number) >>> 24) ^ sign) & 0xff
    const value = turnedHigh * 256 + turnedLow
    sort.set(i, ascending ? value : PACKED_LIMIT - 1 - value)
  }
}
