import { types } from 'node:util'
import { analyse } from '../analysis/analyse.js'
import { builtinReference } from '../references/builtin-modules.js'
import { isKnownGlobal } from '../references/intrinsics.js'
import { lookInto } from './inspector.js'
import { isRuntimeScript, scriptAt } from './scripts.js'

/** What an object's class says about the travelling of its instances. */
export interface PrototypeFacts {
  /** Why no instance can travel: `a Socket cannot travel`. */
  readonly refusal?: string
  /** The classes in the chain that give their instances private fields or methods; the base class first. */
  readonly privateClasses: readonly Function[]
}

/** Built-in classes whose instances can be told by their contents and made again. */
const copied = new Set(
  (
    'Object Function Array Map Set Date RegExp Error AggregateError EvalError RangeError ReferenceError SyntaxError ' +
    'TypeError URIError ArrayBuffer DataView Buffer Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array ' +
    'Uint32Array Int32Array Float16Array Float32Array Float64Array BigUint64Array BigInt64Array TypedArray FastBuffer ' +
    'Number String Boolean Symbol BigInt URL URLSearchParams TextEncoder TextDecoder Collator DateTimeFormat ' +
    'NumberFormat PluralRules ListFormat RelativeTimeFormat Segmenter DisplayNames Iterator'
  ).split(' '),
)

const isNative = /\{\s*\[native code\]\s*\}\s*$/
const cache = new WeakMap<object, PrototypeFacts>()

/** Whether a function's text is hidden: it is part of the engine, or bound. */
export function isNativeText(text: string): boolean {
  return text.length < 300 && isNative.test(text)
}

/** Reads a prototype chain; each is read once. */
export function prototypeFacts(prototype: object): PrototypeFacts {
  let facts = cache.get(prototype)
  if (!facts) {
    facts = readChain(prototype)
    cache.set(prototype, facts)
  }
  return facts
}

function readChain(prototype: object): PrototypeFacts {
  const privateClasses: Function[] = []
  let name: string | undefined
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return { refusal: 'an object whose prototype is a Proxy cannot travel', privateClasses }
    const owner: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value
    const tag: unknown = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag)?.value
    if (typeof owner !== 'function' || types.isProxy(owner)) {
      if (typeof tag === 'string' && isHostTag(tag))
        return { refusal: `${withArticle(tag)} cannot travel`, privateClasses }
      continue
    }
    name ??= owner.name
    const text = Function.prototype.toString.call(owner)
    if (isNativeText(text) || isHostClass(owner)) {
      if (!copied.has(owner.name) && !isEventEmitter(owner)) {
        return { refusal: `${withArticle(name || owner.name)} cannot travel`, privateClasses }
      }
    } else if (declaresPrivates(text)) privateClasses.unshift(owner)
  }
  return { privateClasses }
}

/** Generators and iterators have no constructor of their own, only a tag. */
const isHostTag = (tag: string): boolean => /Generator$|Iterator$|^Iterator Helper$/.test(tag)

function isHostClass(owner: Function): boolean {
  if (builtinReference(owner)) return true
  if (isKnownGlobal(owner.name) && Reflect.get(globalThis, owner.name) === owner) return true
  const { location } = lookInto(owner)
  return location !== undefined && isRuntimeScript(scriptAt(location))
}

function isEventEmitter(owner: Function): boolean {
  return builtinReference(owner)?.module.specifier === 'node:events'
}

function declaresPrivates(text: string): boolean {
  if (!text.includes('#') || !text.startsWith('class')) return false
  try {
    return analyse(text).shape?.privates.some((one) => !one.isStatic) ?? false
  } catch {
    return false
  }
}

/** `a Socket`, `an Agent` */
export function withArticle(name: string): string {
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`
}
