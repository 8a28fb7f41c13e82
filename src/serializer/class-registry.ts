import { FiresteelError, fromWireError, toWireError, type WireError } from '../common/errors/index.js'

/** A constructor whose instances may travel. */
// biome-ignore lint/suspicious/noExplicitAny: constructors of any signature are meant
export type ClassConstructor = abstract new (...args: any[]) => object

/** How the instances of a class are turned into plain data and back, when their own enumerable properties do not say all. */
export interface ClassCodec {
  /** Plain data (or further registered instances) that stands for the instance. */
  readonly encode: (instance: object) => unknown
  readonly decode: (data: unknown) => object
}

/** Finds the classes that are not registered by name, such as those of captured closures. */
export interface ClassResolver {
  /** The key under which a class's instances travel; undefined when they may not. */
  keyOf(type: ClassConstructor): string | undefined
  classOf(key: string): ClassConstructor | undefined
}

/** A class as the codec needs it. */
export interface KnownClass {
  readonly key: string
  readonly prototype: object
  readonly codec: ClassCodec | undefined
}

const byType = new Map<ClassConstructor, KnownClass>()
const byKey = new Map<string, KnownClass>()
let resolver: ClassResolver | undefined

/**
 * Lets the instances of a class travel: its key and the own enumerable properties are written, and reading restores the
 * prototype without calling the constructor. Give a codec where that is not enough (private fields, a class derived from Map or Array). To be called
 * with the same key in every process and thread that reads such instances. A later call replaces an earlier one.
 */
export function registerClass(key: string, type: ClassConstructor, codec?: ClassCodec): void {
  const known: KnownClass = { key, prototype: type.prototype as object, codec }
  byType.set(type, known)
  byKey.set(key, known)
}

/** Sets, or with undefined removes, the one who is asked for classes that are not registered. */
export function setClassResolver(next: ClassResolver | undefined): void {
  resolver = next
}

/** The class of an instance, if its instances may travel. */
export function classOfInstance(instance: object): KnownClass | undefined {
  const prototype = Object.getPrototypeOf(instance) as { readonly constructor?: unknown } | null
  const type = prototype?.constructor
  if (typeof type !== 'function' || type.prototype !== prototype) return undefined
  const found = byType.get(type as unknown as ClassConstructor)
  if (found !== undefined) return found
  const key = resolver?.keyOf(type as unknown as ClassConstructor)
  return key === undefined ? undefined : { key, prototype: type.prototype as object, codec: undefined }
}

/** The class that travelled under a key. */
export function classOfKey(key: string): KnownClass | undefined {
  const found = byKey.get(key)
  if (found !== undefined) return found
  const type = resolver?.classOf(key)
  return type && { key, prototype: type.prototype as object, codec: undefined }
}

registerClass('URL', URL, { encode: (url) => (url as URL).href, decode: (href) => new URL(href as string) })
registerClass('FiresteelError', FiresteelError, {
  encode: toWireError,
  decode: (wire) => fromWireError(wire as WireError),
})
registerClass('URLSearchParams', URLSearchParams, {
  encode: (params) => String(params),
  decode: (text) => new URLSearchParams(text as string),
})
