import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { defineProperty } from '../define-property.js'
import { objectLiteral } from '../object-literal.js'
import { isPlainObject } from '../plain.js'
import { columnTag } from './column-tag.js'
import type { ColumnValues, Place, ReadColumn, WriteColumn } from './place.js'

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
  const columns = names.map(() => new Array<unknown>(count))
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !isPlainObject(value)) return i
    if (!gather(value as Record<string, unknown>, names, columns, i)) return i
  }
  if (place.depth > 0) writer.sharing.note(values, count, place.owners)
  writer.u8(columnTag.struct)
  writer.varint(names.length)
  for (const name of names) writer.text(name)
  for (const column of columns) writeColumn(writer, column, count, { depth: place.depth + 1, owners: place.owners })
  return -1
}

/** Reads plain objects. */
export function readStructs(reader: ByteReader, count: number, readColumn: ReadColumn): object[] {
  const nameCount = reader.varint()
  if (nameCount < 1 || nameCount > MAX_PROPERTIES) throw reader.corrupt(`an object cannot have ${nameCount} properties`)
  const names: string[] = []
  for (let i = 0; i < nameCount; i++) names.push(reader.text())
  const columns: ColumnValues[] = []
  for (let i = 0; i < nameCount; i++) columns.push(readColumn(count))
  const out = new Array<object>(count)
  const make = count < 8 ? undefined : objectLiteral<unknown[]>(names, 'values', (index) => `values[${index}]`)
  const values = new Array<unknown>(nameCount)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < nameCount; j++) values[j] = columns[j]?.[i]
    out[i] = make === undefined ? assemble(names, values) : make(values)
  }
  return out
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

function assemble(names: readonly string[], values: readonly unknown[]): object {
  const object: Record<string, unknown> = {}
  for (let i = 0; i < names.length; i++) defineProperty(object, names[i] as string, values[i])
  return object
}
