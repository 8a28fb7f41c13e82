import type { ByteReader } from '../byte-reader.js'
import { readLists, readTuples } from './array-column.js'
import type { RecordColumn } from './assemble.js'
import { columnTag } from './column-tag.js'
import { readWithGaps } from './gap-column.js'
import { readInts, readWideInts } from './int-column.js'
import { readMixedText } from './mixed-text.js'
import { readDoubles } from './number-column.js'
import { type ColumnValues, valuesOf } from './place.js'
import { readRows } from './row-column.js'
import { datesOf, readBigInts, readBooleans } from './simple-column.js'
import { readStrings } from './string-column.js'
import { readStructs } from './struct-column.js'
import { readDictionary } from './text-dictionary.js'
import { readBinaries } from './typed-array-column.js'

/** Deeper columns were written by nobody. */
const MAX_READ_DEPTH = 32

/** Reads a column of `count` values of whatever kind comes. */
export function readColumn(reader: ByteReader, count: number, depth = 0): ColumnValues | RecordColumn {
  if (depth > MAX_READ_DEPTH) throw reader.corrupt('columns are nested too deeply')
  return readTagged(reader, reader.u8(), count, depth)
}

/** Reads a column whose tag was read. */
export function readTagged(reader: ByteReader, tag: number, count: number, depth: number): ColumnValues | RecordColumn {
  const inner = (innerCount: number) => readColumn(reader, innerCount, depth + 1)
  switch (tag) {
    case columnTag.null:
    case columnTag.undefined:
      reader.zeroWidth(count)
      return new Array<unknown>(count).fill(tag === columnTag.null ? null : undefined)
    case columnTag.boolean:
      return readBooleans(reader, count)
    case columnTag.int32:
      return readInts(reader, count)
    case columnTag.int53:
      return readWideInts(reader, count)
    case columnTag.float64:
      return readDoubles(reader, count)
    case columnTag.latin1:
      return readStrings(reader, count, 'latin1')
    case columnTag.utf8:
      return readStrings(reader, count, 'utf8')
    case columnTag.utf16:
      return readStrings(reader, count, 'utf16le')
    case columnTag.dictionary:
      return readDictionary(reader, count, (size) => valuesOf(inner(size)))
    case columnTag.mixedText:
      return readMixedText(reader, count, (size) => valuesOf(inner(size)))
    case columnTag.bigint64:
      return readBigInts(reader, count)
    case columnTag.date:
      return datesOf(reader, valuesOf(inner(count)))
    case columnTag.nullable:
      return readWithGaps(reader, count, { missing: null, readColumn: inner })
    case columnTag.optional:
      return readWithGaps(reader, count, { missing: undefined, readColumn: inner })
    case columnTag.tuple:
      return readTuples(reader, count, inner)
    case columnTag.list:
      return readLists(reader, count, inner)
    case columnTag.struct:
      return readStructs(reader, count, inner)
    case columnTag.typedArray:
      return readBinaries(reader, count)
    case columnTag.rows:
      return readRows(reader, count)
    default:
      throw reader.corrupt(`no column starts with byte ${tag}`)
  }
}
