import { types } from 'node:util'

/** Whether an object is a plain one: of a literal, here or in another realm such as a shell's vm context. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype === Object.prototype || (prototype !== null && isBuiltIn(prototype, Object))
}

/** Whether a value is an array and of no class derived from Array. */
export function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && (Object.getPrototypeOf(value) === Array.prototype || isForeignArray(value))
}

/** Whether an array has the properties of a match of a regular expression, or of a template's strings, besides its items. */
export function hasMatchProperties(array: readonly unknown[]): boolean {
  return 'index' in array || 'raw' in array
}

/** Whether a prototype is that of a built-in class, or of the class of the same name in another realm. */
export function isBuiltIn(prototype: object, builtIn: { readonly prototype: object; readonly name: string }): boolean {
  if (prototype === builtIn.prototype) return true
  if (!Object.hasOwn(prototype, 'constructor')) return false
  const maker: unknown = prototype.constructor
  return typeof maker === 'function' && maker.name === builtIn.name && isNative(maker)
}

/** Whether an object has state that its properties do not show, so that only a codec of its class can copy it. */
export function hasInternalState(value: object): boolean {
  return (
    Array.isArray(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value) ||
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isBoxedPrimitive(value)
  )
}

function isForeignArray(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  return prototype !== null && isBuiltIn(prototype, Array)
}

function isNative(maker: object): boolean {
  return Function.prototype.toString.call(maker).endsWith('{ [native code] }')
}
