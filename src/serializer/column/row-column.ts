import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { RowReader } from '../row/row-reader.js'
import { RowWriter } from '../row/row-writer.js'
import { ANY } from '../sharing.js'
import { columnTag } from './column-tag.js'
import type { Place } from './place.js'

/** Writes values of any kind. */
export function writeRows(writer: BatchWriter, values: readonly unknown[], count: number, place: Place): void {
  const header = openRows(writer)
  const rows = new RowWriter(writer)
  if (place.depth === 0) for (let i = 0; i < count; i++) rows.row(values[i])
  else writeNestedRows(writer, rows, values, count, place)
  closeRows(writer, rows, header)
}

/** Writes arrays of two that are given by their columns; byte for byte what `writeRows` makes of the arrays. */
export function writePairRows(
  writer: BatchWriter,
  keys: readonly unknown[],
  values: readonly unknown[],
  count: number,
): void {
  const header = openRows(writer)
  const rows = new RowWriter(writer)
  for (let i = 0; i < count; i++) rows.pairRow(keys[i], values[i])
  closeRows(writer, rows, header)
}

/** Reads values of any kind. */
export function readRows(reader: ByteReader, count: number): unknown[] {
  const hasReferences = reader.u8() === 1
  const size = reader.u32()
  const start = reader.take(size)
  const poolLength = reader.varint()
  const pool = reader.chars('latin1', poolLength)
  const end = reader.position
  if (count > size) throw reader.corrupt(`${count} values cannot be in ${size} bytes`)
  reader.position = start
  const rows = new RowReader(reader, pool, hasReferences)
  const out = new Array<unknown>(count)
  for (let i = 0; i < count; i++) out[i] = rows.row()
  if (reader.position !== start + size) throw reader.corrupt('rows end at another place than they should')
  reader.position = end
  return out
}

/** Rows inside typed columns: whatever objects they hold may also stand elsewhere in the record. */
function writeNestedRows(
  writer: BatchWriter,
  rows: RowWriter,
  values: readonly unknown[],
  count: number,
  place: Place,
): void {
  const objects: unknown[] = []
  const owners: number[] = []
  for (let i = 0; i < count; i++) {
    rows.row(values[i])
    for (let j = 0; j < rows.seen.size; j++) {
      objects.push(rows.seen.all[j])
      owners.push(place.owners === undefined ? i : (place.owners[i] as number))
    }
  }
  if (objects.length === 0) return
  if (rows.hasNested) writer.sharing.noteNestedRows(objects, Int32Array.from(owners))
  else writer.sharing.note({ kind: ANY, values, count, hints: undefined, ...place })
}

function openRows(writer: BatchWriter): number {
  writer.u8(columnTag.rows)
  const header = writer.position
  writer.u8(0)
  writer.u32(0)
  return header
}

function closeRows(writer: BatchWriter, rows: RowWriter, header: number): void {
  writer.bytes[header] = rows.hasReferences ? 1 : 0
  writer.bytes.writeUInt32LE(writer.position - header - 5, header + 1)
  rows.finish()
}
