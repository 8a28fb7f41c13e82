import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { hasMatchProperties, isPlainArray } from '../plain.js'
import type { ObjectColumn, Owners } from '../sharing.js'
import { assembleLists, RecordColumn } from './assemble.js'
import { columnTag } from './column-tag.js'
import { gatherTuples } from './gather.js'
import { readInts, writeInts } from './int-column.js'
import {
  type ColumnValues,
  type Place,
  type ReadColumn,
  type SourceValues,
  valuesOf,
  type WriteColumn,
} from './place.js'

/** Longer arrays of one length are lists. */
const MAX_TUPLE = 32
/** Longer arrays of one length that start with two numbers or two objects are taken for lists. */
const MAX_LIKELY_TUPLE = 4

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
  const first = arrays[0] as readonly unknown[]
  const quick = isTupleLength(first.length, first) ? gatherTuples(values, count) : undefined
  const columns = quick ?? gatherSlowly(arrays, count)
  if (typeof columns === 'number') return columns
  if (columns instanceof ListItems) {
    writeLists(writer, arrays, count, { items: columns, place, writeColumn })
  } else {
    const inside = noteArrays(writer, values, count, { place, hints: columns[0] })
    writeTuple(writer, columns, count, { place: { ...place, inside }, writeColumn })
  }
  return -1
}

/** Writes arrays of one length that are given by their columns. */
export function writeTuple(
  writer: BatchWriter,
  columns: readonly SourceValues[],
  count: number,
  { place, writeColumn }: { place: Place; writeColumn: WriteColumn },
): void {
  const inner = { ...place, depth: place.depth + 1 }
  writer.u8(columnTag.tuple)
  writer.varint(columns.length)
  for (const column of columns) writeColumn(writer, column, count, inner)
}

/** Reads the columns of a tuple. */
export function readTupleColumns(reader: ByteReader, count: number, readColumn: ReadColumn): ColumnValues[] {
  const arity = reader.varint()
  if (arity < 1 || arity > MAX_TUPLE) throw reader.corrupt(`a tuple cannot have ${arity} items`)
  const columns: ColumnValues[] = []
  for (let i = 0; i < arity; i++) columns.push(valuesOf(readColumn(count)))
  return columns
}

/** Reads arrays of one length. */
export function readTuples(reader: ByteReader, count: number, readColumn: ReadColumn): RecordColumn {
  return new RecordColumn(readTupleColumns(reader, count, readColumn), count)
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
  return assembleLists(readColumn(total), lengths)
}

/** The items of all lists, and what their lengths are. */
class ListItems {
  readonly values: SourceValues
  readonly min: number
  readonly max: number

  constructor(values: SourceValues, min: number, max: number) {
    this.values = values
    this.min = min
    this.max = max
  }
}

function writeLists(
  writer: BatchWriter,
  arrays: readonly (readonly unknown[])[],
  count: number,
  { items, place, writeColumn }: { items: ListItems; place: Place; writeColumn: WriteColumn },
): void {
  const lengths = new Int32Array(count)
  for (let i = 0; i < count; i++) lengths[i] = (arrays[i] as readonly unknown[]).length
  const inside = noteArrays(writer, arrays, count, { place, hints: undefined })
  writer.u8(columnTag.list)
  writeInts(writer, lengths, count, items.min, items.max)
  const total = items.values.length
  const owners = items.values instanceof Float64Array ? undefined : ownersOf(lengths, total, place.owners)
  writeColumn(writer, items.values, total, { depth: place.depth + 1, owners, inside })
}

/** Only arrays inside other columns can be shared. */
function noteArrays(
  writer: BatchWriter,
  values: readonly unknown[],
  count: number,
  { place, hints }: { place: Place; hints: ArrayLike<unknown> | undefined },
): ObjectColumn | undefined {
  if (place.depth === 0) return undefined
  return writer.sharing.note({ kind: 'array', values, count, owners: place.owners, inside: place.inside, hints })
}

function isTupleLength(length: number, [first, second]: readonly unknown[]): boolean {
  if (length === 0 || length > MAX_TUPLE) return false
  if (length <= MAX_LIKELY_TUPLE || typeof first !== typeof second) return true
  return typeof first !== 'number' && typeof first !== 'object'
}

/** Few arrays, or such as differ in length or in the kinds of their items. */
function gatherSlowly(arrays: readonly (readonly unknown[])[], count: number): SourceValues[] | ListItems | number {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  let total = 0
  for (let i = 0; i < count; i++) {
    const array = arrays[i]
    if (!isPlainArray(array) || hasMatchProperties(array)) return i
    total += array.length
    min = Math.min(min, array.length)
    max = Math.max(max, array.length)
  }
  if (total >= 2 ** 31) return 0
  if (min === max && isTupleLength(min, arrays[0] as readonly unknown[])) return gatherColumns(arrays, count, min)
  const items = gatherNumbers(arrays, count, total) ?? gatherItems(arrays, count, total)
  return typeof items === 'number' ? items : new ListItems(items, min, max)
}

function gatherColumns(arrays: readonly (readonly unknown[])[], count: number, arity: number): unknown[][] | number {
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

/** Undefined as soon as an item is no number. */
function gatherNumbers(
  arrays: readonly (readonly unknown[])[],
  count: number,
  total: number,
): Float64Array | undefined {
  const numbers = new Float64Array(total)
  let next = 0
  for (let i = 0; i < count; i++) {
    const array = arrays[i] as readonly unknown[]
    const { length } = array
    for (let place = 0; place < length; place++) {
      const item = array[place]
      if (typeof item !== 'number') return undefined
      numbers[next++] = item
    }
  }
  return numbers
}

function gatherItems(arrays: readonly (readonly unknown[])[], count: number, total: number): unknown[] | number {
  const items = new Array<unknown>(total)
  let next = 0
  for (let i = 0; i < count; i++) {
    const array = arrays[i] as readonly unknown[]
    const { length } = array
    for (let place = 0; place < length; place++) {
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
