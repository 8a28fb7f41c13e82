/*
 * Objects that every JavaScript process has travel by the path on which they are found: `Array.prototype.map`.
 * A step is a property name; `@@name` is a well-known symbol, `get:` and `set:` are the halves of an accessor, `^` is the
 * prototype. The index is built when the first native function or unusual object is met.
 */

const languageNames =
  'Object Function Array Number Boolean String Symbol Date Promise RegExp Error AggregateError EvalError RangeError ' +
  'ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer Atomics Uint8Array Int8Array Uint16Array ' +
  'Int16Array Uint32Array Int32Array Float16Array Float32Array Float64Array Uint8ClampedArray BigUint64Array BigInt64Array ' +
  'DataView Map BigInt Set WeakMap WeakSet WeakRef Proxy Reflect FinalizationRegistry SharedArrayBuffer Iterator decodeURI ' +
  'decodeURIComponent encodeURI encodeURIComponent escape unescape isFinite isNaN parseFloat parseInt eval'

const hostNames =
  'globalThis global console process Buffer URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event ' +
  'EventTarget CustomEvent MessageChannel MessagePort MessageEvent BroadcastChannel Blob File FormData Headers Request ' +
  'Response fetch WebSocket EventSource WebAssembly structuredClone atob btoa performance crypto Crypto CryptoKey ' +
  'SubtleCrypto navigator Navigator setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate ' +
  'queueMicrotask DOMException ReadableStream WritableStream TransformStream ReadableStreamDefaultReader ' +
  'ReadableStreamBYOBReader ReadableStreamBYOBRequest ReadableByteStreamController ReadableStreamDefaultController ' +
  'WritableStreamDefaultController WritableStreamDefaultWriter TransformStreamDefaultController ByteLengthQueuingStrategy ' +
  'CountQueuingStrategy TextDecoderStream TextEncoderStream CompressionStream DecompressionStream Performance ' +
  'PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList ' +
  'PerformanceResourceTiming Storage localStorage sessionStorage CloseEvent ErrorEvent QuotaExceededError URLPattern ' +
  'NaN Infinity undefined gc DisposableStack AsyncDisposableStack SuppressedError'

const language = languageNames.split(' ')
const known = new Set([...language, ...hostNames.split(' ')])

/** Constructors that no global name leads to. */
const hidden: Readonly<Record<string, object>> = {
  '%AsyncFunction': (async () => {}).constructor,
  '%GeneratorFunction': function* () {}.constructor,
  '%AsyncGeneratorFunction': async function* () {}.constructor,
  '%ArrayIterator': Object.getPrototypeOf([][Symbol.iterator]()),
  '%MapIterator': Object.getPrototypeOf(new Map().entries()),
  '%SetIterator': Object.getPrototypeOf(new Set().entries()),
}

/** Objects that look plain and are not: they are looked up before anything else. */
const singletons = new Map<object, readonly string[]>()
for (const name of ['Math', 'JSON', 'Reflect', 'Atomics', 'Intl', 'globalThis', 'process', 'console']) {
  const value: unknown = Reflect.get(globalThis, name)
  if (typeof value === 'object' && value !== null) singletons.set(value, [name])
}

let index: Map<object, readonly string[]> | undefined

/** Whether a global of this name is there in every process, and so needs no travelling. */
export function isKnownGlobal(name: string): boolean {
  return known.has(name)
}

/** The path of a global namespace object such as Math or process. */
export function singletonPath(value: object): readonly string[] | undefined {
  return singletons.get(value)
}

/** The path of an intrinsic, or undefined when the value is none. */
export function intrinsicPath(value: object): readonly string[] | undefined {
  const direct = singletons.get(value) ?? hostPath(value) ?? namedPath(value)
  if (direct) return direct
  index ??= buildIndex()
  return index.get(value)
}

/** Host functions are mostly lazy; looking only at the one of the same name loads nothing that was not loaded. */
function hostPath(value: object): readonly string[] | undefined {
  if (typeof value !== 'function') return undefined
  const name = Object.getOwnPropertyDescriptor(value, 'name')?.value
  if (typeof name !== 'string' || !known.has(name)) return undefined
  return Reflect.get(globalThis, name) === value ? [name] : undefined
}

/** Most native functions are found under their own name, on a constructor, a prototype or a namespace object. */
function namedPath(value: object): readonly string[] | undefined {
  if (typeof value !== 'function') return undefined
  const name = Object.getOwnPropertyDescriptor(value, 'name')?.value
  if (typeof name !== 'string') return undefined
  for (const root of language) {
    const holder: unknown = Object.getOwnPropertyDescriptor(globalThis, root)?.value
    if (holder === value) return [root]
    if (holder === null || (typeof holder !== 'object' && typeof holder !== 'function')) continue
    if (Object.getOwnPropertyDescriptor(holder, name)?.value === value) return [root, name]
    const prototype: unknown = Object.getOwnPropertyDescriptor(holder, 'prototype')?.value
    if (typeof prototype !== 'object' || prototype === null) continue
    if (Object.getOwnPropertyDescriptor(prototype, name)?.value === value) return [root, 'prototype', name]
  }
  return undefined
}

/** The value on a path; undefined when this process has none there. */
export function resolveIntrinsic(path: readonly string[]): unknown {
  let value: unknown = globalThis
  for (const step of path) {
    if (value === undefined || value === null) return undefined
    value = takeStep(value as object, step)
  }
  return value
}

function takeStep(value: object, step: string): unknown {
  if (step === '^') return Object.getPrototypeOf(value)
  if (step.startsWith('%')) return hidden[step]
  if (step.startsWith('get:')) return Object.getOwnPropertyDescriptor(value, symbolOr(step.slice(4)))?.get
  if (step.startsWith('set:')) return Object.getOwnPropertyDescriptor(value, symbolOr(step.slice(4)))?.set
  return Reflect.get(value, symbolOr(step))
}

function symbolOr(step: string): PropertyKey {
  return step.startsWith('@@') ? (Reflect.get(Symbol, step.slice(2)) as symbol) : step
}

/** The `@@name` of a well-known symbol. */
export function wellKnownSymbol(symbol: symbol): string | undefined {
  for (const name of Object.getOwnPropertyNames(Symbol)) {
    if (Object.getOwnPropertyDescriptor(Symbol, name)?.value === symbol) return `@@${name}`
  }
  return undefined
}

function buildIndex(): Map<object, readonly string[]> {
  const found = new Map(singletons)
  const symbols = new Map<symbol, string>()
  for (const name of Object.getOwnPropertyNames(Symbol)) {
    const value = Object.getOwnPropertyDescriptor(Symbol, name)?.value
    if (typeof value === 'symbol') symbols.set(value, `@@${name}`)
  }
  const visit = (value: unknown, path: readonly string[], depth: number): void => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || depth > 4) return
    if (depth > 0 && found.has(value) && !singletons.has(value)) return
    found.set(value, found.get(value) ?? path)
    for (const key of Reflect.ownKeys(value)) {
      const step = typeof key === 'symbol' ? symbols.get(key) : key
      if (step === undefined || step === 'caller' || step === 'callee' || step === 'arguments') continue
      const property = Object.getOwnPropertyDescriptor(value, key)
      if (property?.get && !found.has(property.get)) found.set(property.get, [...path, `get:${step}`])
      if (property?.set && !found.has(property.set)) found.set(property.set, [...path, `set:${step}`])
      if (property && 'value' in property) visit(property.value, [...path, step], depth + 1)
    }
    visit(Object.getPrototypeOf(value), [...path, '^'], depth + 1)
  }
  for (const name of language) {
    const property = Object.getOwnPropertyDescriptor(globalThis, name)
    if (property && 'value' in property) visit(property.value, [name], 0)
  }
  for (const [name, value] of Object.entries(hidden)) visit(value, [name], 0)
  return found
}
