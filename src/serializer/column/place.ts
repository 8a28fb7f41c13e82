import type { BatchWriter } from '../batch-writer.js'
import type { ObjectColumn, Owners } from '../sharing.js'
import type { RecordColumn } from './assemble.js'

/** Where a column stands in its batch. */
export interface Place {
  /** How many columns it is inside of. */
  readonly depth: number
  readonly owners: Owners
  /** The nearest column of objects that it is inside of, but for the records themselves. */
  readonly inside: ObjectColumn | undefined
}

/** The values of a column to write; numbers may be in a typed array. */
export type SourceValues = readonly unknown[] | Float64Array

/** Writes a column of whatever kind fits; how columns write those inside them. */
export type WriteColumn = (writer: BatchWriter, values: SourceValues, count: number, place: Place) => void

/** Values of a column as read: to be read by index, and not to be kept. */
export type ColumnValues = readonly unknown[] | Int32Array | Float64Array

/** Reads a column of whatever kind comes. */
export type ReadColumn = (count: number) => ColumnValues | RecordColumn

/** The values, also of records that are still in columns. */
export function valuesOf(column: ColumnValues | RecordColumn): ColumnValues {
  return Array.isArray(column) || ArrayBuffer.isView(column) ? column : (column as RecordColumn).all()
}

/** The values as an array of their own, without holes. */
export function toArray(column: ColumnValues | RecordColumn): unknown[] {
  const values = valuesOf(column)
  if (Array.isArray(values)) return values as unknown[]
  const out: unknown[] = []
  for (let i = 0; i < values.length; i++) out.push(values[i])
  return out
}
