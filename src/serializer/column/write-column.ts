import type { BatchWriter } from '../batch-writer.js'
import { binaryKindOf } from '../binary.js'
import { isPlainObject } from '../plain.js'
import { writeArrays } from './array-column.js'
import { columnTag } from './column-tag.js'
import { writeWithGaps } from './gap-column.js'
import { writeDoubles, writeNumbers } from './number-column.js'
import type { Place, SourceValues } from './place.js'
import { writeRows } from './row-column.js'
import { writeBigInts, writeBooleans, writeDates } from './simple-column.js'
import { writeStrings } from './string-column.js'
import { writeStructs } from './struct-column.js'
import { writeBinaries } from './typed-array-column.js'

/** Columns inside more columns than this are written as rows. */
const MAX_COLUMN_DEPTH = 8

/** Writes values in the narrowest kind of column that holds them all, judged by the first one. */
export function writeColumn(writer: BatchWriter, values: SourceValues, count: number, place: Place): void {
  if (count === 0) writer.u8(columnTag.null)
  else if (values instanceof Float64Array) writeDoubles(writer, values)
  else writeValues(writer, values, count, place)
}

function writeValues(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): void {
  const first = values[0]
  if (first === null || first === undefined) writeMissingFirst(writer, values, count, place)
  else writePresentFirst(writer, values, count, place)
}

function writePresentFirst(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): void {
  const failed = writeTyped(writer, values, count, place)
  if (failed < 0) return
  const other = values[failed]
  if (other === null || other === undefined)
    writeWithGaps(writer, values, count, { missing: other, place, writeColumn })
  else writeRows(writer, values, count, place)
}

function writeMissingFirst(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): void {
  const missing = values[0] as null | undefined
  let same = 1
  while (same < count && values[same] === missing) same++
  if (same < count) writeWithGaps(writer, values, count, { missing, place, writeColumn })
  else if (writer.takeZeroWidth(count)) writer.u8(missing === null ? columnTag.null : columnTag.undefined)
  else writeRows(writer, values, count, place)
}

/** Tries the kind of the first value. Says where the first value is that does not fit, or -1 when all were written. */
function writeTyped(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): number {
  const first = values[0]
  switch (typeof first) {
    case 'number':
      return writeNumbers(writer, values, count)
    case 'string':
      return writeStrings(writer, values, count)
    case 'boolean':
      return writeBooleans(writer, values, count)
    case 'bigint':
      return writeBigInts(writer, values, count)
    case 'object':
      return writeObjects(writer, values, count, place)
    default:
      return 0
  }
}

function writeObjects(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): number {
  if (place.depth >= MAX_COLUMN_DEPTH) return 0
  const first = values[0] as object
  if (Array.isArray(first)) return writeArrays(writer, values, count, { place, writeColumn })
  if (isPlainObject(first)) return writeStructs(writer, values, count, { place, writeColumn })
  if (Object.getPrototypeOf(first) === Date.prototype) return writeDates(writer, values, count, place)
  const kind = binaryKindOf(first)
  return kind === undefined ? 0 : writeBinaries(writer, values, count, { place, kind })
}
