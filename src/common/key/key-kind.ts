import { types } from 'node:util'
import { FiresteelError } from '../errors/index.js'

/** Deeper keys are refused: they contain themselves, or are no keys anybody meant. */
export const MAX_KEY_DEPTH = 256

/** How an object that is used as key is compared. */
export type ObjectKind = 'array' | 'plain' | 'instance' | 'date' | 'typed-array' | 'array-buffer'

/** Any of the typed arrays. */
export type TypedArray = NodeJS.TypedArray

/**
 * The kind of an object key. Plain objects are those of the literal, of `Object.create(null)` and of other realms.
 * @throws FS_KEY_UNSUPPORTED for what has no value to compare: Map, Set, RegExp, Error, Promise, boxed primitives, and
 *   instances without an own enumerable property (their state is private).
 */
export function objectKind(key: object): ObjectKind {
  if (Array.isArray(key)) return 'array'
  const prototype: unknown = Object.getPrototypeOf(key)
  if (prototype === Object.prototype || prototype === null) return 'plain'
  if (types.isDate(key)) return 'date'
  if (types.isTypedArray(key)) return 'typed-array'
  if (types.isAnyArrayBuffer(key)) return 'array-buffer'
  if (Object.prototype.toString.call(key) !== '[object Object]') throw unsupported(key)
  if (isForeignObjectPrototype(prototype as object)) return 'plain'
  for (const name in key) if (Object.hasOwn(key, name)) return 'instance'
  throw unsupportedKey(constructorName(key), 'it has no own enumerable property to compare')
}

/** The name by which instances of one class in two processes are known to be of one class. */
export function constructorName(value: object): string {
  const made: unknown = (value as { constructor?: unknown }).constructor
  return typeof made === 'function' ? made.name : ''
}

/** The error for a key that cannot be compared by value. */
export function unsupported(key: unknown): FiresteelError {
  if (typeof key === 'function') return unsupportedKey('function', 'functions are not compared by value')
  if (typeof key === 'symbol') return unsupportedKey('symbol', 'a symbol differs from process to process')
  return unsupportedKey(constructorName(key as object) || typeof key, 'it is not compared by value')
}

/** The error for a key that is nested too deeply. */
export function tooDeep(): FiresteelError {
  return new FiresteelError('FS_KEY_TOO_DEEP', { limit: MAX_KEY_DEPTH })
}

function unsupportedKey(type: string, reason: string): FiresteelError {
  return new FiresteelError('FS_KEY_UNSUPPORTED', { type, reason })
}

/** Another realm's `Object.prototype`, as a shell's vm context has one. */
function isForeignObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')
}
