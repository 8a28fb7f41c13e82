import { types } from 'node:util'
import { bytesOf } from './binary.js'

/** Which object of one side stands for which of the other. */
interface Pairing {
  readonly forth: Map<object, object>
  readonly back: Map<object, object>
}

/**
 * Where two values differ, as a path; undefined when they are the same in every respect that the format keeps: kinds, prototypes,
 * property order, holes, and which places hold one and the same object.
 */
function difference(a: unknown, b: unknown): string | undefined {
  return differ(a, b, { forth: new Map(), back: new Map() })
}

/** The first difference between two batches, record by record, as objects that two records share are not kept as one. */
export function batchDifference(a: readonly unknown[], b: readonly unknown[]): string | undefined {
  if (a.length !== b.length) return `.length ${a.length} and ${b.length}`
  for (const [i, record] of a.entries()) {
    const found = difference(record, b[i])
    if (found !== undefined) return `[${i}]${found}`
  }
  return undefined
}

function differ(a: unknown, b: unknown, pairing: Pairing): string | undefined {
  if (Object.is(a, b) && typeof a !== 'object') return undefined
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return Object.is(a, b) ? undefined : ` ${String(a)} and ${String(b)}`
  }
  if (pairing.forth.has(a) || pairing.back.has(b)) {
    return pairing.forth.get(a) === b && pairing.back.get(b) === a ? undefined : ' shared and not shared'
  }
  pairing.forth.set(a, b)
  pairing.back.set(b, a)
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return ' prototypes'
  return differState(a, b, pairing) ?? differProperties(a, b, pairing)
}

function differState(a: object, b: object, pairing: Pairing): string | undefined {
  if (a instanceof Map || a instanceof Set) {
    const items = [...a].flat()
    const others = [...(b as Map<unknown, unknown>)].flat()
    if (a.size !== (b as Map<unknown, unknown>).size) return '.size'
    for (const [i, item] of items.entries()) {
      const found = differ(item, others[i], pairing)
      if (found !== undefined) return `<${i}>${found}`
    }
    return undefined
  }
  if (ArrayBuffer.isView(a) || types.isArrayBuffer(a))
    return Buffer.compare(bytesOf(a), bytesOf(b)) === 0 ? undefined : ' bytes'
  if (types.isDate(a)) return Object.is(a.getTime(), (b as Date).getTime()) ? undefined : ' times'
  if (types.isRegExp(a) || a instanceof URL) return String(a) === String(b) ? undefined : ' texts'
  if (types.isBoxedPrimitive(a)) return Object.is(a.valueOf(), b.valueOf()) ? undefined : ' primitives'
  return undefined
}

function differProperties(a: object, b: object, pairing: Pairing): string | undefined {
  if (ArrayBuffer.isView(a)) return undefined
  const names = Object.getOwnPropertyNames(a)
  const others = Object.getOwnPropertyNames(b)
  if (a instanceof Error) {
    names.sort()
    others.sort()
  }
  if (names.join('\n') !== others.join('\n')) return ` properties ${names} and ${others}`
  for (const name of names) {
    const [here, there] = [Object.getOwnPropertyDescriptor(a, name), Object.getOwnPropertyDescriptor(b, name)]
    if (here?.enumerable !== there?.enumerable) return `.${name} enumerable`
    const found = differ((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name], pairing)
    if (found !== undefined) return `.${name}${found}`
  }
  return undefined
}
