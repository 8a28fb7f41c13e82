import { foundInSegments } from './segment-sharing.js'

/** The record each value of a column belongs to, ascending; undefined when value `i` belongs to record `i`. */
export type Owners = Int32Array | undefined

/** The objects of one column. */
export interface ObjectColumn {
  /** Only columns of one kind can hold one object: `array`, `date`, `binary`, or the names of the properties. */
  readonly kind: string
  readonly values: readonly unknown[]
  readonly count: number
  readonly owners: Owners
  /** The nearest column of objects that this one is inside of. */
  readonly inside: ObjectColumn | undefined
  /** Something that equal objects have equal, such as their first items. */
  readonly hints: ArrayLike<unknown> | undefined
}

/** More columns than this are compared through a Map, not each with each. */
const MAX_PAIRWISE = 6

/**
 * Columns store each object where it stands, so that one object that stands in two places of a record would come back as two.
 * While columns are written, every column of objects is noted here; afterwards `found` tells whether a record has such an
 * object, in which case the batch is written as rows, which keep references. Cheap in the common cases: nothing is looked at
 * when records hold one object of a kind, few columns are compared directly, and lists by their items' hints.
 *
 * An object inside itself needs no check between typed columns: their nesting is finite. Rows can refer back to
 * anything, so that everything is compared, the records too, once rows hold nested objects.
 */
export class SharingCheck {
  private columns: ObjectColumn[] = []
  private hasNestedRows = false

  /** Notes a column whose values are objects, or some of them. */
  note(column: ObjectColumn): ObjectColumn {
    this.columns.push(column)
    return column
  }

  /** Where the next column will be noted. */
  get mark(): number {
    return this.columns.length
  }

  /** Replaces the column of `packed` values, if it was noted at `mark`, by the one with gaps they were taken from. */
  replace(mark: number, packed: readonly unknown[], gaps: Pick<ObjectColumn, 'values' | 'count' | 'owners'>): void {
    const column = this.columns[mark]
    if (column?.values === packed) this.columns[mark] = { ...column, ...gaps, hints: undefined }
  }

  /** Notes all objects reached from a column of rows that has objects inside objects. */
  noteNestedRows(objects: readonly unknown[], owners: Int32Array): void {
    this.note({ kind: ANY, values: objects, count: objects.length, owners, inside: undefined, hints: undefined })
    this.hasNestedRows = true
  }

  /** Whether some record holds one object twice. */
  found(records: readonly unknown[] | undefined, count: number): boolean {
    const { columns } = this
    if (columns.length === 0) return false
    if (this.hasNestedRows) {
      if (records !== undefined)
        this.note({ ...(columns[0] as ObjectColumn), values: records, count, owners: undefined })
      return foundByMap(columns, count)
    }
    if (columns.some((column) => column.kind === ANY)) return foundInGroup(columns, count)
    for (const group of groupsOf(columns)) if (foundInGroup(group, count)) return true
    return false
  }

  reset(): void {
    if (this.columns.length > 0) this.columns = []
    this.hasNestedRows = false
  }
}

/** The kind of a column whose objects can be of any kind. */
export const ANY = '*'

function groupsOf(columns: readonly ObjectColumn[]): Iterable<ObjectColumn[]> {
  if (columns.length === 1) return [columns as ObjectColumn[]]
  const groups = new Map<string, ObjectColumn[]>()
  for (const column of columns) {
    const group = groups.get(column.kind)
    if (group === undefined) groups.set(column.kind, [column])
    else group.push(column)
  }
  return groups.values()
}

function foundInGroup(columns: readonly ObjectColumn[], count: number): boolean {
  const aligned = columns.filter((column) => column.owners === undefined)
  const [listed, second] = columns.filter((column) => column.owners !== undefined)
  if (aligned.length > MAX_PAIRWISE || second !== undefined) return foundByMap(columns, count)
  if (foundPairwise(aligned)) return true
  if (listed === undefined) return false
  // One object for each record cannot be among those inside it.
  if (aligned.every((column) => isInside(listed, column))) return foundInSegments(listed)
  return foundByMap(columns, count)
}

function isInside(column: ObjectColumn, outer: ObjectColumn): boolean {
  for (let at = column.inside; at !== undefined; at = at.inside) if (at.values === outer.values) return true
  return false
}

function foundPairwise(columns: readonly ObjectColumn[]): boolean {
  for (let i = 0; i < columns.length; i++) {
    const { values, count } = columns[i] as ObjectColumn
    for (let j = i + 1; j < columns.length; j++)
      if (meet(values, (columns[j] as ObjectColumn).values, count)) return true
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
