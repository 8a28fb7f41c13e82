import { hasMatchProperties, isPlainArray, isPlainObject } from '../plain.js'

/** The values of one column to write; numbers may be in a typed array. */
export type GatheredColumn = unknown[] | Float64Array

/** Fills the columns from the records; says at which record it gave up, or -1. */
type Gather = (records: readonly unknown[], count: number, columns: readonly GatheredColumn[]) => number

/** Fewer records are not worth generated code. */
const COMPILED_FROM = 32
const MAX_CACHED = 1000
const cache = new Map<string, Gather>()

/**
 * Takes arrays of one length apart into columns. The code is generated for the length, and for which items of the first array are
 * numbers. Undefined when the arrays are not all alike, or too few.
 */
export function gatherTuples(records: readonly unknown[], count: number): GatheredColumn[] | undefined {
  if (count < COMPILED_FROM) return undefined
  const first = records[0] as readonly unknown[]
  const columns = first.map((item) => emptyColumn(item, count))
  const kinds = columns.map(kindOf).join('')
  const gather = cached(`tuple ${kinds}`, () => tupleText(columns))
  return gather(records, count, columns) < 0 ? columns : undefined
}

/** The same for plain objects with these properties in this order. */
export function gatherStructs(
  records: readonly unknown[],
  count: number,
  names: readonly string[],
): GatheredColumn[] | undefined {
  if (count < COMPILED_FROM) return undefined
  const first = records[0] as Record<string, unknown>
  const columns = names.map((name) => emptyColumn(first[name], count))
  const key = `struct ${columns.map(kindOf).join('')} ${JSON.stringify(names)}`
  const gather = cached(key, () => structText(names, columns))
  return gather(records, count, columns) < 0 ? columns : undefined
}

function emptyColumn(first: unknown, count: number): GatheredColumn {
  return typeof first === 'number' ? new Float64Array(count) : new Array<unknown>(count)
}

function kindOf(column: GatheredColumn): string {
  return column instanceof Float64Array ? 'n' : 'a'
}

function cached(key: string, textOf: () => string): Gather {
  const found = cache.get(key)
  if (found !== undefined) return found
  const made = compile(textOf())
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(key, made)
  return made
}

function compile(body: string): Gather {
  const text = `return (records, count, columns) => { ${body} }`
  const parameters = ['isPlainArray', 'hasMatchProperties', 'isPlainObject']
  return new Function(...parameters, text)(isPlainArray, hasMatchProperties, isPlainObject) as Gather
}

function tupleText(columns: readonly GatheredColumn[]): string {
  const items = columns.map(
    (column, i) => `const v${i} = record[${i}]
      if (${kindOf(column) === 'n' ? `typeof v${i} !== 'number'` : `v${i} === undefined && !Object.hasOwn(record, ${i})`}) return i
      c${i}[i] = v${i}`,
  )
  return `${columns.map((_, i) => `const c${i} = columns[${i}]`).join('\n')}
    for (let i = 0; i < count; i++) {
      const record = records[i]
      if (!isPlainArray(record) || record.length !== ${columns.length} || hasMatchProperties(record)) return i
      ${items.join('\n')}
    }
    return -1`
}

/** Names stand in the text as string literals only. */
function structText(names: readonly string[], columns: readonly GatheredColumn[]): string {
  const items = columns.map(
    (column, i) => `const v${i} = record[${JSON.stringify(names[i])}]
      ${kindOf(column) === 'n' ? `if (typeof v${i} !== 'number') return i` : ''}
      c${i}[i] = v${i}`,
  )
  return `${columns.map((_, i) => `const c${i} = columns[${i}]`).join('\n')}
    const names = ${JSON.stringify(names)}
    for (let i = 0; i < count; i++) {
      const record = records[i]
      if (typeof record !== 'object' || record === null || !isPlainObject(record)) return i
      let index = 0
      for (const name in record) if (name !== names[index++]) return i
      if (index !== ${names.length}) return i
      ${items.join('\n')}
    }
    return -1`
}
