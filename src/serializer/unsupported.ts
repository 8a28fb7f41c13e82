import { types } from 'node:util'
import { FiresteelError } from '../common/errors/index.js'
import { binaryKindOf } from './binary.js'
import { classOfInstance } from './class-registry.js'
import { hasInternalState, isBuiltIn, isPlainArray, isPlainObject } from './plain.js'
import { MAX_DEPTH } from './row/row-tag.js'

/** A value still to look at. */
interface Pending {
  readonly value: unknown
  readonly path: string
  readonly depth: number
}

/** Finds the first value that cannot travel, and makes the error that names its place. */
export function explainUnsupported(
  values: readonly unknown[],
  count: number,
  pathOf: (index: number) => string,
): FiresteelError | undefined {
  for (let i = 0; i < count; i++) {
    const error = explainOne({ value: values[i], path: pathOf(i), depth: 0 })
    if (error !== undefined) return error
  }
  return undefined
}

/** Depth first, with a stack of its own, as the value may be too deep for V8's. */
function explainOne(first: Pending): FiresteelError | undefined {
  const pending: Pending[] = [first]
  const seen = new Set<unknown>()
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    const { value, path, depth } = at
    if (typeof value === 'function' || typeof value === 'symbol') return unsupported(path, typeof value)
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (depth >= MAX_DEPTH)
      return new FiresteelError('FS_SERIALIZER_TOO_DEEP', { path: shortened(path), limit: MAX_DEPTH })
    const inner = innerValues(value, path)
    if (inner instanceof FiresteelError) return inner
    for (const { value: next, path: nextPath } of inner.reverse())
      pending.push({ value: next, path: nextPath, depth: depth + 1 })
  }
  return undefined
}

function innerValues(value: object, path: string): Omit<Pending, 'depth'>[] | FiresteelError {
  const type = handleType(value)
  if (type !== undefined) return unsupported(path, type)
  const prototype = Object.getPrototypeOf(value) as object | null
  if (types.isMap(value) && prototype !== null && isBuiltIn(prototype, Map))
    return itemsOf([...value].flat(), `${path}.entries()`)
  if (types.isSet(value) && prototype !== null && isBuiltIn(prototype, Set))
    return itemsOf([...value], `${path}.values()`)
  if (isValueOnly(value, prototype)) return []
  if (types.isNativeError(value) && classOfInstance(value)?.codec === undefined) {
    return members(value, path, Object.getOwnPropertyNames(value))
  }
  if (prototype === null || isPlainObject(value) || isPlainArray(value)) return members(value, path, Object.keys(value))
  const known = classOfInstance(value)
  if (known?.codec !== undefined) return [{ value: known.codec.encode(value), path }]
  if (known === undefined || hasInternalState(value)) {
    return new FiresteelError('FS_SERIALIZER_CLASS', { path, className: className(value) })
  }
  return members(value, path, Object.keys(value))
}

function itemsOf(items: readonly unknown[], path: string): Omit<Pending, 'depth'>[] {
  return items.map((value, index) => ({ value, path: `${path}[${index}]` }))
}

function members(value: object, path: string, names: readonly string[]): Omit<Pending, 'depth'>[] {
  return names.map((name) => ({ value: (value as Record<string, unknown>)[name], path: memberPath(value, path, name) }))
}

function isValueOnly(value: object, prototype: object | null): boolean {
  if (prototype === null) return false
  if (types.isDate(value)) return isBuiltIn(prototype, Date)
  if (types.isRegExp(value)) return isBuiltIn(prototype, RegExp)
  return binaryKindOf(value) !== undefined || types.isBoxedPrimitive(value)
}

/** What holds something of this process: no registration makes it travel. */
function handleType(value: object): string | undefined {
  if (types.isPromise(value)) return 'Promise'
  if (types.isWeakMap(value)) return 'WeakMap'
  if (types.isWeakSet(value)) return 'WeakSet'
  if (types.isSharedArrayBuffer(value)) return 'SharedArrayBuffer'
  if (types.isGeneratorObject(value)) return 'generator'
  if (types.isExternal(value)) return 'native object'
  if (types.isModuleNamespaceObject(value)) return 'module'
  if (value instanceof WeakRef) return 'WeakRef'
  if (types.isBoxedPrimitive(value) && typeof value.valueOf() === 'symbol') return 'symbol'
  const { on, emit, pipe } = value as Record<string, unknown>
  const isEmitter = typeof emit === 'function' || typeof pipe === 'function'
  return typeof on === 'function' && isEmitter && classOfInstance(value) === undefined ? className(value) : undefined
}

function className(value: object): string {
  const made: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor
  return (typeof made === 'function' && made.name) || 'anonymous'
}

function memberPath(value: object, path: string, name: string): string {
  if (Array.isArray(value)) return `${path}[${name}]`
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
}

function shortened(path: string): string {
  return path.length <= 200 ? path : `${path.slice(0, 100)}…${path.slice(-60)}`
}

function unsupported(path: string, type: string): FiresteelError {
  return new FiresteelError('FS_SERIALIZER_UNSUPPORTED', { path: shortened(path), type })
}
