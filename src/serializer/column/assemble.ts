import { defineProperty } from '../define-property.js'
import { propertyName } from '../object-literal.js'
import type { ColumnValues } from './place.js'

/** Makes the records `start`, `start + 1` ... out of columns. */
type Assemble = (columns: readonly ColumnValues[], start: number, out: unknown[]) => void

/** Fewer records are not worth generated code. */
const COMPILED_FROM = 32
/** Lists of records are put together from about so many at a time, as V8 handles small arrays of new objects better. */
const CHUNK = 1024
const MAX_CACHED = 1000
const cache = new Map<string, Assemble>()

/** Records that are still in columns: arrays, or plain objects when there are names. */
export class RecordColumn {
  readonly count: number
  private readonly columns: readonly ColumnValues[]
  private readonly names: readonly string[] | undefined
  private assemble: Assemble | undefined

  constructor(columns: readonly ColumnValues[], count: number, names?: readonly string[]) {
    this.columns = columns
    this.count = count
    this.names = names
  }

  /** All records. */
  all(): unknown[] {
    return this.slice(0, this.count)
  }

  /** Some records, each array packed, all objects of one hidden class. */
  slice(start: number, count: number): unknown[] {
    const out = new Array<unknown>(count)
    if (this.count >= COMPILED_FROM && this.hasLiteral()) {
      this.assemble ??= cached(this.literal(), this.columns)
      this.assemble(this.columns, start, out)
    } else {
      for (let i = 0; i < count; i++) out[i] = this.one(start + i)
    }
    return out
  }

  /** Damaged bytes may name two properties alike, which a literal does not refuse but the order of properties suffers. */
  private hasLiteral(): boolean {
    return this.assemble !== undefined || this.names === undefined || new Set(this.names).size === this.names.length
  }

  private literal(): string {
    const items = this.columns.map((_, i) => `c${i}[start + i]`)
    if (this.names === undefined) return `[${items.join(', ')}]`
    return `{ ${this.names.map((name, i) => `${propertyName(name)}: ${items[i]}`).join(', ')} }`
  }

  private one(at: number): unknown {
    const { columns, names } = this
    if (names === undefined) return columns.map((column) => column[at])
    const object: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) setProperty(object, names[i] as string, columns[i]?.[at])
    return object
  }
}

/** Arrays of these lengths, with one item after the other. */
export function assembleLists(items: ColumnValues | RecordColumn, lengths: Int32Array): unknown[][] {
  const out = new Array<unknown[]>(lengths.length)
  if (!(items instanceof RecordColumn)) {
    fillLists(out, items, { lengths, from: 0, to: lengths.length })
    return out
  }
  let start = 0
  for (let from = 0; from < lengths.length; ) {
    let to = from
    let size = 0
    while (to < lengths.length && size < CHUNK) size += lengths[to++] as number
    fillLists(out, items.slice(start, size), { lengths, from, to })
    start += size
    from = to
  }
  return out
}

/** Makes the lists `from` to `to` out of their items. */
function fillLists(
  out: unknown[][],
  items: ColumnValues,
  { lengths, from, to }: { lengths: Int32Array; from: number; to: number },
): void {
  const literals = listLiterals[kindOf(items)]
  const compiles = lengths.length >= COMPILED_FROM
  let start = 0
  for (let i = from; i < to; i++) {
    const length = lengths[i] as number
    if (length > MAX_LITERAL_LENGTH || !compiles) out[i] = copyItems(items, start, length)
    else out[i] = (literals[length] ?? compileListLiteral(literals, length))(items, start)
    start += length
  }
}

/** Longer lists are filled item by item, into arrays for which V8 allows for holes. */
const MAX_LITERAL_LENGTH = 32

type ListLiteral = (items: ColumnValues, start: number) => unknown[]

/** Functions that make a list of each length by one literal, which is the fastest way, for each kind of items. */
const listLiterals: Record<ColumnKind, ListLiteral[]> = { i: [], d: [], a: [] }

function compileListLiteral(literals: ListLiteral[], length: number): ListLiteral {
  const texts = Array.from({ length }, (_, i) => `items[start + ${i}]`)
  const made = new Function('items', 'start', `return [${texts.join(', ')}]`) as ListLiteral
  literals[length] = made
  return made
}

function copyItems(items: ColumnValues, start: number, length: number): unknown[] {
  if (Array.isArray(items)) return items.slice(start, start + length)
  const out = new Array<unknown>(length)
  for (let i = 0; i < length; i++) out[i] = items[start + i]
  return out
}

function setProperty(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') defineProperty(object, name, value)
  else object[name] = value
}

/** One function for each literal and each combination of kinds of columns, so that each access sees one kind. */
function cached(literal: string, columns: readonly ColumnValues[]): Assemble {
  const key = `${columns.map(kindOf).join('')}${literal}`
  const found = cache.get(key)
  if (found !== undefined) return found
  const made = compile(literal, columns)
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(key, made)
  return made
}

function compile(literal: string, columns: readonly ColumnValues[]): Assemble {
  const text = `${columns.map((_, i) => `const c${i} = columns[${i}]`).join('\n')}
    const count = out.length
    for (let i = 0; i < count; i++) out[i] = ${literal}`
  return new Function('columns', 'start', 'out', text) as Assemble
}

type ColumnKind = 'i' | 'd' | 'a'

function kindOf(column: ColumnValues): ColumnKind {
  return column instanceof Int32Array ? 'i' : column instanceof Float64Array ? 'd' : 'a'
}
