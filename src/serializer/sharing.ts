/** The record each value of a column belongs to; undefined when value `i` belongs to record `i`. */
export type Owners = Int32Array | undefined

/** The objects of one column. */
export interface ObjectColumn {
  readonly values: readonly unknown[]
  readonly count: number
  readonly owners: Owners
}

/** More columns than this are compared through a Map, not each with each. */
const MAX_PAIRWISE = 6

/**
 * Columns store each object where it stands, so that one object that stands in two places of a record would come back as two.
 * While columns are written, every column of objects is noted here; afterwards `found` tells whether a record has such an
 * object, in which case the batch is written as rows, which keep references. Cheap in the common cases: nothing is looked at
 * when records hold one object each, and few columns are compared directly.
 *
 * An object inside itself needs no check between typed columns: their nesting is finite. Rows can refer back to
 * anything, so that the records themselves are compared too once rows hold nested objects.
 */
export class SharingCheck {
  private columns: ObjectColumn[] = []
  private hasNestedRows = false

  /** The number of columns noted so far. */
  get mark(): number {
    return this.columns.length
  }

  /** Notes a column whose values are objects, or some of them. */
  note(values: readonly unknown[], count: number, owners: Owners): void {
    this.columns.push({ values, count, owners })
  }

  /** Replaces the column of `packed` values, if it was noted at `mark`, by the one with gaps they were taken from. */
  replace(mark: number, packed: readonly unknown[], column: ObjectColumn): void {
    if (this.columns[mark]?.values === packed) this.columns[mark] = column
  }

  /** Notes all objects reached from a column of rows that has objects inside objects. */
  noteNestedRows(objects: readonly unknown[], owners: Int32Array): void {
    this.columns.push({ values: objects, count: objects.length, owners })
    this.hasNestedRows = true
  }

  /** Whether some record holds one object twice. */
  found(records: readonly unknown[] | undefined, count: number): boolean {
    const { columns } = this
    if (this.hasNestedRows && records !== undefined) this.note(records, count, undefined)
    if (columns.length === 0 || (columns.length === 1 && columns[0]?.owners === undefined)) return false
    const allAligned = columns.every((column) => column.owners === undefined)
    return allAligned && columns.length <= MAX_PAIRWISE ? foundPairwise(columns) : foundByMap(columns, count)
  }

  reset(): void {
    if (this.columns.length > 0) this.columns = []
    this.hasNestedRows = false
  }
}

function foundPairwise(columns: readonly ObjectColumn[]): boolean {
  for (const [index, { values, count }] of columns.entries()) {
    for (const other of columns.slice(index + 1)) if (meet(values, other.values, count)) return true
  }
  return false
}

function meet(values: readonly unknown[], others: readonly unknown[], count: number): boolean {
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (value === others[i] && typeof value === 'object' && value !== null) return true
  }
  return false
}

/** Record by record, as one object may stand in many records. Owners never decrease along a column. */
function foundByMap(columns: readonly ObjectColumn[], recordCount: number): boolean {
  const lastOwner = new Map<unknown, number>()
  const cursors = columns.map(() => 0)
  for (let record = 0; record < recordCount; record++) {
    for (let c = 0; c < columns.length; c++) {
      const { values, count, owners } = columns[c] as ObjectColumn
      let at = cursors[c] as number
      for (; at < count && (owners === undefined ? at : owners[at]) === record; at++) {
        const value = values[at]
        if (typeof value !== 'object' || value === null) continue
        if (lastOwner.get(value) === record) return true
        lastOwner.set(value, record)
      }
      cursors[c] = at
    }
  }
  return false
}
