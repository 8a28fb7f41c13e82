import { FiresteelError } from '../errors/index.js'
import { elementType } from './hash-key.js'
import { constructorName, MAX_KEY_DEPTH, objectKind, type TypedArray, tooDeep, unsupported } from './key-kind.js'

/** The order of kinds. Numbers and bigints are one kind. */
const rank = { undefined: 0, null: 1, boolean: 2, numeric: 3, string: 4, date: 5, bytes: 6, array: 7 } as const

/**
 * The natural order of keys: negative when `a` comes first, positive when `b` does, 0 exactly when `equalKeys(a, b)`.
 *
 * Numbers and bigints by their numeric value (NaN last; of 1 and 1n, the number first), strings by UTF-16 code units, false
 * before true, dates by time (an invalid one last), arrays item by item and then by length, typed arrays and ArrayBuffers likewise. Keys of
 * different kinds: undefined, null, booleans, numbers and bigints, strings, dates, typed arrays, arrays.
 * @throws FS_KEY_NO_ORDER for objects, which have no natural order, FS_KEY_UNSUPPORTED and FS_KEY_TOO_DEEP as `hashKey` does.
 */
export function compareKeys(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  return compareAt(a, b, 0)
}

function compareAt(a: unknown, b: unknown, depth: number): number {
  const rankA = rankOf(a)
  const rankB = rankOf(b)
  if (rankA !== rankB) return rankA - rankB
  switch (rankA) {
    case rank.boolean:
      return Number(a) - Number(b)
    case rank.numeric:
      return compareNumeric(a as number | bigint, b as number | bigint)
    case rank.string:
      return (a as string) < (b as string) ? -1 : a === b ? 0 : 1
    case rank.date:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime())
    case rank.bytes:
      return compareBytes(a as TypedArray | ArrayBuffer, b as TypedArray | ArrayBuffer)
    case rank.array:
      return compareArrays(a as unknown[], b as unknown[], depth)
    default:
      return 0
  }
}

function rankOf(key: unknown): number {
  switch (typeof key) {
    case 'undefined':
      return rank.undefined
    case 'boolean':
      return rank.boolean
    case 'number':
    case 'bigint':
      return rank.numeric
    case 'string':
      return rank.string
    case 'object':
      return key === null ? rank.null : rankOfObject(key)
    default:
      throw unsupported(key)
  }
}

function rankOfObject(key: object): number {
  if (Array.isArray(key)) return rank.array
  const kind = objectKind(key)
  if (kind === 'date') return rank.date
  if (kind === 'typed-array' || kind === 'array-buffer') return rank.bytes
  throw new FiresteelError('FS_KEY_NO_ORDER', { type: constructorName(key) || 'object' })
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return 0
  const nanA = Number.isNaN(a)
  const nanB = Number.isNaN(b)
  return nanA === nanB ? 0 : nanA ? 1 : -1
}

function compareNumeric(a: number | bigint, b: number | bigint): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b)
  if (a < b) return -1
  if (a > b) return 1
  if (Number.isNaN(a)) return 1
  if (Number.isNaN(b)) return -1
  return typeof a === typeof b ? 0 : typeof a === 'number' ? -1 : 1
}

function compareArrays(a: readonly unknown[], b: readonly unknown[], depth: number): number {
  if (depth >= MAX_KEY_DEPTH) throw tooDeep()
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a[i]
    const y = b[i]
    const order =
      typeof x === 'number' && typeof y === 'number'
        ? compareNumbers(x, y)
        : typeof x === 'string' && typeof y === 'string'
          ? x < y
            ? -1
            : x === y
              ? 0
              : 1
          : compareAt(x, y, depth + 1)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Of different element types, the name of the type decides. */
function compareBytes(a: TypedArray | ArrayBuffer, b: TypedArray | ArrayBuffer): number {
  const typeA = bytesType(a)
  const typeB = bytesType(b)
  if (typeA !== typeB) return typeA < typeB ? -1 : 1
  const x = ArrayBuffer.isView(a) ? a : new Uint8Array(a)
  const y = ArrayBuffer.isView(b) ? b : new Uint8Array(b)
  if (x instanceof Uint8Array && y instanceof Uint8Array) return Buffer.compare(x, y)
  const length = Math.min(x.length, y.length)
  for (let i = 0; i < length; i++) {
    const order = compareNumeric(x[i] as number | bigint, y[i] as number | bigint)
    if (order !== 0) return order
  }
  return x.length - y.length
}

function bytesType(key: TypedArray | ArrayBuffer): string {
  return ArrayBuffer.isView(key) ? elementType(key) : 'ArrayBuffer'
}
