import { elementType } from './hash-key.js'
import { constructorName, MAX_KEY_DEPTH, objectKind, type TypedArray, tooDeep, unsupported } from './key-kind.js'

/**
 * Whether two keys are one key, by value; see `hashKey` for what is compared how.
 * @throws FS_KEY_UNSUPPORTED, FS_KEY_TOO_DEEP as `hashKey` does.
 */
export function equalKeys(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a === 'string') return false
  if (typeof a === 'number') return Number.isNaN(a) && Number.isNaN(b)
  return equalAt(a, b, 0)
}

function equalAt(a: unknown, b: unknown, depth: number): boolean {
  if (a === b) return true
  if (typeof a !== typeof b) return false
  switch (typeof a) {
    case 'number':
      return Number.isNaN(a) && Number.isNaN(b)
    case 'object':
      if (a === null || b === null) return false
      return equalObjects(a, b as object, depth)
    case 'function':
    case 'symbol':
      throw unsupported(a)
    default:
      return false
  }
}

function equalObjects(a: object, b: object, depth: number): boolean {
  if (depth >= MAX_KEY_DEPTH) throw tooDeep()
  if (Array.isArray(a)) return Array.isArray(b) && equalArrays(a, b, depth)
  if (Array.isArray(b)) return false
  const kind = objectKind(a)
  if (kind !== objectKind(b)) return false
  switch (kind) {
    case 'date':
      return equalKeys((a as Date).getTime(), (b as Date).getTime())
    case 'typed-array':
      return equalTypedArrays(a as TypedArray, b as TypedArray)
    case 'array-buffer':
      return equalTypedArrays(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer))
    case 'instance':
      if (constructorName(a) !== constructorName(b)) return false
      return equalProperties(a as Record<string, unknown>, b as Record<string, unknown>, depth)
    default:
      return equalProperties(a as Record<string, unknown>, b as Record<string, unknown>, depth)
  }
}

function equalArrays(a: readonly unknown[], b: readonly unknown[], depth: number): boolean {
  const length = a.length
  if (length !== b.length) return false
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i] && !equalAt(a[i], b[i], depth + 1)) return false
  }
  return true
}

function equalProperties(a: Record<string, unknown>, b: Record<string, unknown>, depth: number): boolean {
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  for (const name of names) {
    if (!Object.hasOwn(b, name) || !equalAt(a[name], b[name], depth + 1)) return false
  }
  return true
}

function equalTypedArrays(a: TypedArray, b: TypedArray): boolean {
  if (a.length !== b.length || elementType(a) !== elementType(b)) return false
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0
  for (let i = 0; i < a.length; i++) if (!equalKeys(a[i], b[i])) return false
  return true
}
