import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { isPlainArray } from '../plain.js'
import type { Owners } from '../sharing.js'
import { columnTag } from './column-tag.js'
import { readInts, writeInts } from './int-column.js'
import type { ColumnValues, Place, ReadColumn, WriteColumn } from './place.js'

/** Longer arrays of one length are lists. */
const MAX_TUPLE = 32
/** Longer arrays of one length that start with two numbers are taken for vectors, which are lists. */
const MAX_NUMBER_TUPLE = 4

/**
 * Writes arrays, as tuples or lists. Says where the first value is that neither can hold (no plain array, or one with holes
 * or the properties of a match), or -1.
 */
export function writeArrays(
  writer: BatchWriter,
  values: readonly unknown[],
  count: number,
  { place, writeColumn }: { place: Place; writeColumn: WriteColumn },
): number {
  const arrays = values as readonly (readonly unknown[])[]
  const { failed, min, max, total } = measure(arrays, count)
  if (failed >= 0) return failed
  if (min === max && isTupleLength(min, arrays[0] as readonly unknown[])) {
    const columns = gatherTuple(arrays, count, min)
    if (typeof columns === 'number') return columns
    if (place.depth > 0) writer.sharing.note(values, count, place.owners)
    writeTuple(writer, columns, count, { place, writeColumn })
    return -1
  }
  const items = gatherItems(arrays, count, total)
  if (typeof items === 'number') return items
  if (place.depth > 0) writer.sharing.note(values, count, place.owners)
  writer.u8(columnTag.list)
  const lengths = Int32Array.from({ length: count }, (_, i) => (arrays[i] as readonly unknown[]).length)
  writeInts(writer, lengths, count, min, max)
  writeColumn(writer, items, total, { depth: place.depth + 1, owners: ownersOf(lengths, total, place.owners) })
  return -1
}

/** Writes arrays of one length that are given by their columns. */
export function writeTuple(
  writer: BatchWriter,
  columns: readonly (readonly unknown[])[],
  count: number,
  { place, writeColumn }: { place: Place; writeColumn: WriteColumn },
): void {
  writer.u8(columnTag.tuple)
  writer.varint(columns.length)
  for (const column of columns) writeColumn(writer, column, count, { depth: place.depth + 1, owners: place.owners })
}

/** Reads the columns of a tuple. */
export function readTupleColumns(reader: ByteReader, count: number, readColumn: ReadColumn): ColumnValues[] {
  const arity = reader.varint()
  if (arity < 1 || arity > MAX_TUPLE) throw reader.corrupt(`a tuple cannot have ${arity} items`)
  const columns: ColumnValues[] = []
  for (let i = 0; i < arity; i++) columns.push(readColumn(count))
  return columns
}

/** Reads arrays of one length. */
export function readTuples(reader: ByteReader, count: number, readColumn: ReadColumn): unknown[][] {
  const columns = readTupleColumns(reader, count, readColumn)
  const out = new Array<unknown[]>(count)
  const [first, second] = columns
  if (columns.length === 2) {
    for (let i = 0; i < count; i++) out[i] = [first?.[i], second?.[i]]
    return out
  }
  for (let i = 0; i < count; i++) out[i] = columns.map((column) => column[i])
  return out
}

/** Reads arrays of any length. */
export function readLists(reader: ByteReader, count: number, readColumn: ReadColumn): unknown[][] {
  const lengths = readInts(reader, count)
  let total = 0
  for (const length of lengths) {
    if (length < 0) throw reader.corrupt('an array has a negative length')
    total += length
  }
  if (total >= 2 ** 32) throw reader.corrupt(`${total} items are too many`)
  const items = Array.from(readColumn(total))
  const out = new Array<unknown[]>(count)
  let start = 0
  for (let i = 0; i < count; i++) {
    const end = start + (lengths[i] as number)
    out[i] = items.slice(start, end)
    start = end
  }
  return out
}

function measure(arrays: readonly (readonly unknown[])[], count: number) {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    const array = arrays[i]
    if (!isPlainArray(array) || 'index' in array || 'raw' in array) return { failed: i, min, max, total }
    const { length } = array
    total += length
    if (length < min) min = length
    if (length > max) max = length
  }
  return { failed: total < 2 ** 31 ? -1 : 0, min, max, total }
}

function isTupleLength(length: number, first: readonly unknown[]): boolean {
  if (length === 0 || length > MAX_TUPLE) return false
  return length <= MAX_NUMBER_TUPLE || typeof first[0] !== 'number' || typeof first[1] !== 'number'
}

function gatherTuple(arrays: readonly (readonly unknown[])[], count: number, arity: number): unknown[][] | number {
  const columns: unknown[][] = []
  for (let place = 0; place < arity; place++) {
    const column = new Array<unknown>(count)
    for (let i = 0; i < count; i++) {
      const array = arrays[i] as readonly unknown[]
      const item = array[place]
      if (item === undefined && !Object.hasOwn(array, place)) return i
      column[i] = item
    }
    columns.push(column)
  }
  return columns
}

function gatherItems(arrays: readonly (readonly unknown[])[], count: number, total: number): unknown[] | number {
  const items = new Array<unknown>(total)
  let next = 0
  for (let i = 0; i < count; i++) {
    const array = arrays[i] as readonly unknown[]
    for (let place = 0; place < array.length; place++) {
      const item = array[place]
      if (item === undefined && !Object.hasOwn(array, place)) return i
      items[next++] = item
    }
  }
  return items
}

function ownersOf(lengths: Int32Array, total: number, outer: Owners): Int32Array {
  const owners = new Int32Array(total)
  let next = 0
  for (let i = 0; i < lengths.length; i++) {
    const owner = outer === undefined ? i : (outer[i] as number)
    const end = next + (lengths[i] as number)
    owners.fill(owner, next, end)
    next = end
  }
  return owners
}
