/** Values visited inside one value at most; the rest is extrapolated. */
const MAX_VISITS = 64
/** Elements looked at in one collection. */
const MAX_ELEMENTS = 8

/**
 * Bytes that `value` takes of V8's heap (64-bit pointers) and of buffers, without the slot that refers to it. Walks
 * into collections and objects, samples long ones; shared values are counted each time. Meant to be right within a
 * factor of two for the values that records are made of.
 */
export function estimateBytes(value: unknown): number {
  return estimate(value, { left: MAX_VISITS })
}

interface Budget {
  left: number
}

function estimate(value: unknown, budget: Budget): number {
  switch (typeof value) {
    case 'string':
      return stringBytes(value)
    case 'number':
      return Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff ? 0 : 16
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? 24 : 16 + (value.toString(16).length >> 1)
    case 'object':
      return value === null ? 0 : objectBytes(value, budget)
    case 'function':
      return 64
    default:
      return 0
  }
}

/** A flat string: header, length and hash, then one byte a character, or two if any is beyond Latin-1 (sampled). */
function stringBytes(text: string): number {
  const length = text.length
  const step = length > 16 ? length >> 3 : 1
  let width = 1
  for (let i = 0; i < length; i += step) {
    if (text.charCodeAt(i) > 0xff) {
      width = 2
      break
    }
  }
  return (16 + length * width + 7) & ~7
}

function objectBytes(value: object, budget: Budget): number {
  if (budget.left-- <= 0) return 48
  if (Array.isArray(value)) return 16 + 16 + value.length * 8 + sampled(value, value.length, budget)
  if (ArrayBuffer.isView(value)) return 200 + value.byteLength
  if (value instanceof Date) return 96
  if (value instanceof Map) return 48 + value.size * 36 + ofPairs(value, budget)
  if (value instanceof Set) return 48 + value.size * 28 + ofIterable(value, value.size, budget)
  if (value instanceof ArrayBuffer) return 120 + value.byteLength
  return plainBytes(value as Record<string, unknown>, budget)
}

function plainBytes(value: Record<string, unknown>, budget: Budget): number {
  let bytes = 24
  let seen = 0
  for (const name in value) {
    bytes += 8
    if (seen++ < MAX_ELEMENTS * 2) bytes += estimate(value[name], budget)
  }
  return seen === 0 ? 56 : bytes
}

function sampled(values: readonly unknown[], length: number, budget: Budget): number {
  if (length === 0) return 0
  const step = Math.max(1, Math.floor(length / MAX_ELEMENTS))
  let bytes = 0
  let looked = 0
  for (let i = 0; i < length && looked < MAX_ELEMENTS; i += step) {
    bytes += estimate(values[i], budget)
    looked++
  }
  return (bytes / looked) * length
}

function ofPairs(map: ReadonlyMap<unknown, unknown>, budget: Budget): number {
  let bytes = 0
  let looked = 0
  for (const [key, value] of map) {
    bytes += estimate(key, budget) + estimate(value, budget)
    if (++looked === MAX_ELEMENTS) break
  }
  return looked === 0 ? 0 : (bytes / looked) * map.size
}

function ofIterable(values: Iterable<unknown>, size: number, budget: Budget): number {
  let bytes = 0
  let looked = 0
  for (const value of values) {
    bytes += estimate(value, budget)
    if (++looked === MAX_ELEMENTS) break
  }
  return looked === 0 ? 0 : (bytes / looked) * size
}
