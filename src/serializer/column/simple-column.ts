import { types } from 'node:util'
import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { openBitmap, readBitmap, setBit } from './bitmap.js'
import { columnTag } from './column-tag.js'
import { writeDoubles } from './number-column.js'
import type { ColumnValues, Place } from './place.js'

/** Writes booleans, a bit each. Says where the first other value is, or -1; so do the others here. */
export function writeBooleans(writer: BatchWriter, values: readonly unknown[], count: number): number {
  for (let i = 0; i < count; i++) if (typeof values[i] !== 'boolean') return i
  writer.u8(columnTag.boolean)
  const bitmap = openBitmap(writer, count)
  for (let i = 0; i < count; i++) if (values[i] === true) setBit(writer.bytes, bitmap, i)
  return -1
}

/** Reads booleans. */
export function readBooleans(reader: ByteReader, count: number): boolean[] {
  const { bits } = readBitmap(reader, count)
  const out = new Array<boolean>(count)
  for (let i = 0; i < count; i++) out[i] = bits[i] === 1
  return out
}

/** Writes bigints of at most 64 bits. */
export function writeBigInts(writer: BatchWriter, values: readonly unknown[], count: number): number {
  const words = new BigInt64Array(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'bigint') return i
    words[i] = value
    if (words[i] !== value) return 0
  }
  writer.u8(columnTag.bigint64)
  writer.raw(new Uint8Array(words.buffer))
  return -1
}

/** Reads bigints. */
export function readBigInts(reader: ByteReader, count: number): bigint[] {
  const words = new BigInt64Array(reader.copy(count * 8))
  const out = new Array<bigint>(count)
  for (let i = 0; i < count; i++) out[i] = words[i] as bigint
  return out
}

/** Writes dates as a column of their times. */
export function writeDates(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): number {
  const times = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (!types.isDate(value) || Object.getPrototypeOf(value) !== Date.prototype) return i
    times[i] = value.getTime()
  }
  if (place.depth > 0) writer.sharing.note({ kind: 'date', values, count, hints: times, ...place })
  writer.u8(columnTag.date)
  writeDoubles(writer, times)
  return -1
}

/** Makes dates of times. */
export function datesOf(reader: ByteReader, times: ColumnValues): Date[] {
  if (Array.isArray(times)) throw reader.corrupt('dates are no numbers')
  const out = new Array<Date>(times.length)
  for (let i = 0; i < times.length; i++) out[i] = new Date(times[i] as number)
  return out
}
