import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { openBitmap, readBitmap, setBit } from './bitmap.js'
import { columnTag } from './column-tag.js'
import { type ColumnValues, type Place, type ReadColumn, valuesOf, type WriteColumn } from './place.js'

/** Writes a column in which `missing` (null or undefined) stands between other values: a bitmap, then the others. */
export function writeWithGaps(
  writer: BatchWriter,
  values: readonly unknown[],
  count: number,
  { missing, place, writeColumn }: { missing: null | undefined; place: Place; writeColumn: WriteColumn },
): void {
  writer.u8(missing === null ? columnTag.nullable : columnTag.optional)
  const bitmap = openBitmap(writer, count)
  const { bytes } = writer
  const present: unknown[] = []
  const owners: number[] = []
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (value === missing) continue
    setBit(bytes, bitmap, i)
    present.push(value)
    owners.push(place.owners === undefined ? i : (place.owners[i] as number))
  }
  const mark = writer.sharing.mark
  writeColumn(writer, present, present.length, { ...place, owners: Int32Array.from(owners) })
  writer.sharing.replace(mark, present, { values, count, owners: place.owners })
}

/** Reads a column with gaps. */
export function readWithGaps(
  reader: ByteReader,
  count: number,
  { missing, readColumn }: { missing: null | undefined; readColumn: ReadColumn },
): ColumnValues {
  const { bits, ones } = readBitmap(reader, count)
  const present = valuesOf(readColumn(ones))
  const out = new Array<unknown>(count)
  let next = 0
  for (let i = 0; i < count; i++) out[i] = bits[i] === 1 ? present[next++] : missing
  return out
}
