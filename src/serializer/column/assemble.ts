import { defineProperty } from '../define-property.js'
import { propertyName } from '../object-literal.js'
import type { ColumnValues } from './place.js'

/** Makes records out of columns. */
type Assemble<T> = (columns: readonly ColumnValues[], count: number, out: T[]) => void

/** Fewer records are not worth generated code. */
const COMPILED_FROM = 32
const MAX_CACHED = 1000
const cache = new Map<string, Assemble<never>>()

/** Arrays with an item from each column. */
export function assembleTuples(columns: readonly ColumnValues[], count: number): unknown[][] {
  const out = new Array<unknown[]>(count)
  if (count < COMPILED_FROM) for (let i = 0; i < count; i++) out[i] = columns.map((column) => column[i])
  else cached<unknown[]>(`[${items(columns).join(', ')}]`, columns)(columns, count, out)
  return out
}

/** Arrays of these lengths, with one item after the other. */
export function assembleLists(items: ColumnValues, lengths: Int32Array): unknown[][] {
  const count = lengths.length
  const out = new Array<unknown[]>(count)
  const literals = listLiterals[kindOf(items)]
  let start = 0
  for (let i = 0; i < count; i++) {
    const length = lengths[i] as number
    if (length > MAX_LITERAL_LENGTH || count < COMPILED_FROM) out[i] = copyItems(items, start, length)
    else out[i] = (literals[length] ?? compileListLiteral(literals, length))(items, start)
    start += length
  }
  return out
}

/** Plain objects with a property from each column; all of one hidden class. */
export function assembleStructs(names: readonly string[], columns: readonly ColumnValues[], count: number): object[] {
  const out = new Array<object>(count)
  if (count < COMPILED_FROM || new Set(names).size < names.length) {
    for (let i = 0; i < count; i++) out[i] = assembleOne(names, columns, i)
    return out
  }
  const properties = items(columns).map((item, i) => `${propertyName(names[i] as string)}: ${item}`)
  cached<object>(`{ ${properties.join(', ')} }`, columns)(columns, count, out)
  return out
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

function assembleOne(names: readonly string[], columns: readonly ColumnValues[], at: number): object {
  const object: Record<string, unknown> = {}
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    const value = columns[i]?.[at]
    if (name === '__proto__') defineProperty(object, name, value)
    else object[name] = value
  }
  return object
}

function items(columns: readonly ColumnValues[]): string[] {
  return columns.map((_, i) => `c${i}[i]`)
}

/** One function for each literal and each combination of kinds of columns, so that each access sees one kind. */
function cached<T>(literal: string, columns: readonly ColumnValues[]): Assemble<T> {
  const key = `${columns.map(kindOf).join('')}${literal}`
  const found = cache.get(key)
  if (found !== undefined) return found as Assemble<T>
  const made = compile<T>(literal, columns)
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(key, made as Assemble<never>)
  return made
}

function compile<T>(literal: string, columns: readonly ColumnValues[]): Assemble<T> {
  const text = `${columns.map((_, i) => `const c${i} = columns[${i}]`).join('\n')}
    for (let i = 0; i < count; i++) out[i] = ${literal}`
  return new Function('columns', 'count', 'out', text) as Assemble<T>
}

type ColumnKind = 'i' | 'd' | 'a'

function kindOf(column: ColumnValues): ColumnKind {
  return column instanceof Int32Array ? 'i' : column instanceof Float64Array ? 'd' : 'a'
}
