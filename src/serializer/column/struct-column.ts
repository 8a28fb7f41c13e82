import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { isPlainObject } from '../plain.js'
import type { ObjectColumn } from '../sharing.js'
import { RecordColumn } from './assemble.js'
import { columnTag } from './column-tag.js'
import { gatherStructs } from './gather.js'
import { type ColumnValues, type Place, type ReadColumn, valuesOf, type WriteColumn } from './place.js'

/** Objects with more properties are written as rows. */
const MAX_PROPERTIES = 256

/**
 * Writes plain objects with the same properties in the same order. Says where the first value is that is none of these, or -1.
 */
export function writeStructs(
  writer: BatchWriter,
  values: readonly unknown[],
  count: number,
  { place, writeColumn }: { place: Place; writeColumn: WriteColumn },
): number {
  const names = Object.keys(values[0] as object)
  if (names.length === 0 || names.length > MAX_PROPERTIES) return 0
  const columns = gatherStructs(values, count, names) ?? gatherSlowly(values, count, names)
  if (typeof columns === 'number') return columns
  const inside = noteStructs(writer, values, count, { place, names, hints: columns[0] })
  writer.u8(columnTag.struct)
  writer.varint(names.length)
  for (const name of names) writer.text(name)
  const inner = { depth: place.depth + 1, owners: place.owners, inside }
  for (const column of columns) writeColumn(writer, column, count, inner)
  return -1
}

/** Reads plain objects. */
export function readStructs(reader: ByteReader, count: number, readColumn: ReadColumn): RecordColumn {
  const nameCount = reader.varint()
  if (nameCount < 1 || nameCount > MAX_PROPERTIES) throw reader.corrupt(`an object cannot have ${nameCount} properties`)
  const names: string[] = []
  for (let i = 0; i < nameCount; i++) names.push(reader.text())
  const columns: ColumnValues[] = []
  for (let i = 0; i < nameCount; i++) columns.push(valuesOf(readColumn(count)))
  return new RecordColumn(columns, count, names)
}

function noteStructs(
  writer: BatchWriter,
  values: readonly unknown[],
  count: number,
  { place, names, hints }: { place: Place; names: readonly string[]; hints: ArrayLike<unknown> | undefined },
): ObjectColumn | undefined {
  if (place.depth === 0) return undefined
  const kind = `{${names.join()}}`
  return writer.sharing.note({ kind, values, count, owners: place.owners, inside: place.inside, hints })
}

function gatherSlowly(values: readonly unknown[], count: number, names: readonly string[]): unknown[][] | number {
  const columns = names.map(() => new Array<unknown>(count))
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'object' || value === null || !isPlainObject(value)) return i
    if (!gather(value as Record<string, unknown>, names, columns, i)) return i
  }
  return columns
}

function gather(value: Record<string, unknown>, names: readonly string[], columns: unknown[][], at: number): boolean {
  let index = 0
  for (const name in value) {
    if (name !== names[index]) return false
    ;(columns[index] as unknown[])[at] = value[name]
    index++
  }
  return index === names.length
}
