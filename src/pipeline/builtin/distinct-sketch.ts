import { hashKey } from '../../common/key/index.js'
import { registerBuiltins } from '../builtins.js'
import type { RecordConsumer } from '../record-consumer.js'

/**
 * A HyperLogLog sketch of a set (P. Flajolet and others 2007), with hashes of 64 bits and a sparse form for small sets as in HyperLogLog++
 * (S. Heule and others 2013), and the estimator of O. Ertl (2017), which needs no tables to be free of bias. Plain data: the registers, or
 * while there are few the used ones as numbers, `index * 64 + value`.
 */
export type Sketch = Uint8Array | number[]

/** Values of a register take six bits. */
const valueRange = 64
const sparseShare = 8

/** The precision for a relative standard deviation, as Spark has it; undefined when there is none. */
export function sketchPrecision(relativeSD: number): number | undefined {
  if (!(relativeSD > 0.000017) || relativeSD >= 1) return undefined
  return Math.max(4, Math.ceil(2 * Math.log2(1.054 / relativeSD)))
}

/** Adds a key; gives the sketch back, which may be another one. */
export function addToSketch(sketch: Sketch, key: unknown, precision: number): Sketch {
  const first = hashKey(key)
  const index = first >>> (32 - precision)
  const rest = first << precision
  const value = rest === 0 ? 33 - precision + Math.clz32(secondHash(key, first)) : Math.clz32(rest) + 1
  return withRegister(sketch, index, { value, precision })
}

/** The sketch of both sets; the first one is used up. */
export function mergeSketches(into: Sketch, other: Sketch, precision: number): Sketch {
  let merged = into
  if (Array.isArray(other)) {
    for (const packed of other) {
      const value = packed % valueRange
      merged = withRegister(merged, (packed - value) / valueRange, { value, precision })
    }
    return merged
  }
  const registers = dense(merged, precision)
  for (let i = 0; i < registers.length; i++) {
    if ((other[i] as number) > (registers[i] as number)) registers[i] = other[i] as number
  }
  return registers
}

/** How many distinct keys were added, about. */
export function estimateDistinct(sketch: Sketch, precision: number): number {
  const size = 2 ** precision
  const most = 64 - precision
  const counts = new Array<number>(most + 2).fill(0)
  for (const value of dense(sketch, precision)) (counts[Math.min(value, most + 1)] as number)++
  let z = size * tau(1 - (counts[most + 1] as number) / size)
  for (let k = most; k >= 1; k--) z = 0.5 * (z + (counts[k] as number))
  z += size * sigma((counts[0] as number) / size)
  return size ** 2 / (2 * Math.LN2 * z)
}

registerBuiltins({
  /** Sketches a partition's records. */
  sketch:
    ({ precision }: { readonly precision: number }) =>
    (): RecordConsumer => {
      let sketch: Sketch = []
      return {
        add(records) {
          for (const record of records) sketch = addToSketch(sketch, record, precision)
        },
        finish: () => (Array.isArray(sketch) ? compacted(sketch) : sketch),
      }
    },
  sketchOf:
    ({ precision }: { readonly precision: number }) =>
    (key: unknown) =>
      addToSketch([], key, precision),
  addToSketch:
    ({ precision }: { readonly precision: number }) =>
    (sketch: Sketch, key: unknown) =>
      addToSketch(sketch, key, precision),
  mergeSketches:
    ({ precision }: { readonly precision: number }) =>
    (into: Sketch, other: Sketch) =>
      mergeSketches(into, other, precision),
  estimateDistinct:
    ({ precision }: { readonly precision: number }) =>
    (sketch: Sketch) =>
      Math.round(estimateDistinct(sketch, precision)),
})

function withRegister(
  sketch: Sketch,
  index: number,
  to: { readonly value: number; readonly precision: number },
): Sketch {
  const { value, precision } = to
  if (!Array.isArray(sketch)) {
    if (value > (sketch[index] as number)) sketch[index] = value
    return sketch
  }
  sketch.push(index * valueRange + value)
  const room = Math.max(8, 2 ** precision / sparseShare)
  if (sketch.length <= room) return sketch
  const few = compacted(sketch)
  return few.length > room / 2 ? dense(few, precision) : few
}

/** The greatest value of each used register, once. */
function compacted(sketch: readonly number[]): number[] {
  const values = new Map<number, number>()
  for (const packed of sketch) {
    const value = packed % valueRange
    const index = (packed - value) / valueRange
    values.set(index, Math.max(value, values.get(index) ?? 0))
  }
  return Array.from(values, ([index, value]) => index * valueRange + value)
}

function dense(sketch: Sketch, precision: number): Uint8Array {
  if (!Array.isArray(sketch)) return sketch
  const registers = new Uint8Array(2 ** precision)
  for (const packed of compacted(sketch)) registers[Math.floor(packed / valueRange)] = packed % valueRange
  return registers
}

function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY
  let x = share
  let y = 1
  let z = x
  for (let before = Number.NaN; before !== z; ) {
    x *= x
    before = z
    z += x * y
    y *= 2
  }
  return z
}

function tau(share: number): number {
  if (share === 0 || share === 1) return 0
  let x = share
  let y = 1
  let z = 1 - x
  for (let before = Number.NaN; before !== z; ) {
    x = Math.sqrt(x)
    before = z
    y *= 0.5
    z -= (1 - x) ** 2 * y
  }
  return z / 3
}

const float = new Float64Array(1)
const words = new Int32Array(float.buffer)

/** A second hash, independent of the first for strings, numbers and arrays of them; for other keys the first one scrambled. */
function secondHash(key: unknown, first: number): number {
  if (typeof key === 'number') {
    float[0] = key === 0 ? 0 : key
    return scramble(Math.imul(words[0] as number, 0x9e3779b1) ^ scramble((words[1] as number) ^ 0x7feb352d))
  }
  if (typeof key === 'string') {
    let hash = 0x2545f491
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x5bd1e995) ^ (hash >>> 15)
    return scramble(hash ^ key.length)
  }
  if (Array.isArray(key)) {
    let hash = 0x68e31da4
    for (const item of key) hash = scramble(Math.imul(hash, 31) + secondHash(item, hashKey(item)))
    return hash
  }
  return scramble(first ^ 0x3c6ef372)
}

function scramble(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad)
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97)
  return h ^ (h >>> 15)
}
