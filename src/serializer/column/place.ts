import type { BatchWriter } from '../batch-writer.js'
import type { Owners } from '../sharing.js'

/** Where a column stands in its batch. */
export interface Place {
  /** How many columns it is inside of. */
  readonly depth: number
  readonly owners: Owners
}

/** Writes a column of whatever kind fits; how columns write those inside them. */
export type WriteColumn = (writer: BatchWriter, values: readonly unknown[], count: number, place: Place) => void

/** Values of a column as read: to be read by index, and not to be kept. */
export type ColumnValues = readonly unknown[] | Int32Array | Float64Array

/** Reads a column of whatever kind comes. */
export type ReadColumn = (count: number) => ColumnValues
