import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { columnTag } from './column-tag.js'
import { fitsWideInts, writeInts, writeWideInts } from './int-column.js'

/** Writes numbers. Says where the first value that is no number is, or -1 when all were written. */
export function writeNumbers(writer: BatchWriter, values: readonly unknown[], count: number): number {
  let min = 0x7fffffff
  let max = -0x80000000
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'number') return i
    const integer = value | 0
    if (integer !== value || (integer === 0 && Object.is(value, -0))) return writeOthers(writer, values, count)
    if (integer < min) min = integer
    if (integer > max) max = integer
  }
  writer.u8(columnTag.int32)
  writeInts(writer, values as number[], count, min, max)
  return -1
}

/** Reads a column of doubles. */
export function readDoubles(reader: ByteReader, count: number): Float64Array {
  return new Float64Array(reader.copy(count * 8))
}

function writeOthers(writer: BatchWriter, values: readonly unknown[], count: number): number {
  const doubles = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'number') return i
    doubles[i] = value
  }
  writeDoubles(writer, doubles)
  return -1
}

/** Writes doubles; as distances where they are whole numbers of a narrow range. */
export function writeDoubles(writer: BatchWriter, doubles: Float64Array): void {
  if (writeAsInts(writer, doubles)) return
  writer.u8(columnTag.float64)
  writer.raw(new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength))
}

function writeAsInts(writer: BatchWriter, doubles: Float64Array): boolean {
  const { length } = doubles
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = 0; i < length; i++) {
    const value = doubles[i] as number
    if (Math.floor(value) !== value || Object.is(value, -0)) return false
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min >= -0x80000000 && max <= 0x7fffffff) {
    writer.u8(columnTag.int32)
    writeInts(writer, doubles, length, min, max)
    return true
  }
  if (!(min >= Number.MIN_SAFE_INTEGER && max <= Number.MAX_SAFE_INTEGER && fitsWideInts(min, max))) return false
  writer.u8(columnTag.int53)
  writeWideInts(writer, doubles, length, min, max)
  return true
}
