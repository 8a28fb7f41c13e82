import { analyse } from '../analysis/analyse.js'
import { Extra, Flag } from '../format/tags.js'
import type { Graph } from './graph.js'
import { privateFields } from './inspector.js'
import { prototypeFacts } from './prototypes.js'

type Key = string | symbol

/** What is usual for the kind of object at hand, and so needs no writing. */
export interface Usual {
  readonly prototype: object | null
  /** Own keys that are written in another way. */
  readonly skip?: (key: Key) => boolean
  /** Whether the properties are what the object is about. */
  readonly isPlain?: boolean
}

/** Writes what any object may have: an unusual prototype, private fields, properties, a ban on changes. */
export function writeExtras(graph: Graph, value: object, usual: Usual): void {
  const prototype = Object.getPrototypeOf(value) as object | null
  const privateClasses = prototype && prototype !== usual.prototype ? prototypeFacts(prototype).privateClasses : []
  const keys = usual.skip ? ownKeys(value).filter((key) => !usual.skip?.(key)) : ownKeys(value)
  const isSimple = usual.isPlain === true && isSimpleObject(value, keys)
  const flags =
    (prototype === usual.prototype ? 0 : Extra.prototype) |
    (keys.length > 0 && !isSimple ? Extra.properties : 0) |
    (privateClasses.length > 0 ? Extra.privates : 0) |
    rigidity(value)
  graph.out.byte(flags)
  if (usual.isPlain) writeSimple(graph, value, isSimple ? (keys as string[]) : [])
  if (flags & Extra.prototype) graph.value(homePrototype(prototype), '(its prototype)')
  if (flags & Extra.privates) writePrivates(graph, value, privateClasses)
  if (flags & Extra.properties) writeProperties(graph, value, keys)
}

const ownKeys = (value: object): Key[] => Reflect.ownKeys(value)

function rigidity(value: object): number {
  if (Object.isExtensible(value)) return 0
  return Object.isFrozen(value) ? Extra.frozen : Object.isSealed(value) ? Extra.sealed : Extra.fixed
}

/** Whether all properties are enumerable, writable, configurable values under string keys. */
function isSimpleObject(value: object, keys: readonly Key[]): boolean {
  if (!Object.isExtensible(value)) return false
  for (const key of keys) {
    if (typeof key !== 'string' || key === '__proto__') return false
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
    if (!property.enumerable || !property.writable || !property.configurable) return false
  }
  return true
}

function writeSimple(graph: Graph, value: object, keys: readonly string[]): void {
  graph.shape(keys)
  for (const key of keys) graph.value((value as Record<string, unknown>)[key], key)
}

/** Writes properties with their flags. */
export function writeProperties(graph: Graph, value: object, keys: readonly Key[]): void {
  graph.out.count(keys.length)
  for (const key of keys) {
    const property = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor
    const label = typeof key === 'string' ? key : `[${String(key)}]`
    graph.value(key, label)
    const isAccessor = property.get !== undefined || property.set !== undefined
    graph.out.byte(
      (property.enumerable ? Flag.enumerable : 0) |
        (property.writable ? Flag.writable : 0) |
        (property.configurable ? Flag.configurable : 0) |
        (isAccessor ? Flag.accessor : 0),
    )
    if (isAccessor) {
      graph.value(property.get, `get ${label}`)
      graph.value(property.set, `set ${label}`)
    } else graph.value(property.value, label)
  }
}

/** The prototypes of another realm (a vm context) stand for those of this one. */
function homePrototype(prototype: object | null): object | null {
  if (prototype === null) return null
  const owner: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  if (typeof owner !== 'function' || !isForeign(owner)) return prototype
  const home: unknown = Reflect.get(globalThis, owner.name)
  return typeof home === 'function' && home !== owner ? (home.prototype as object) : prototype
}

/** Whether a constructor is native and not that of this realm. */
function isForeign(owner: Function): boolean {
  return !(owner instanceof Function) && /\[native code\]/.test(Function.prototype.toString.call(owner))
}

/** Writes the private fields, class by class: those that the inspector lists, in the order in which the classes add them. */
function writePrivates(graph: Graph, value: object, classes: readonly Function[]): void {
  const fields = privateFields(value)
  graph.out.count(classes.length)
  for (const owner of classes) {
    graph.value(owner, '(its class)')
    graph.functions.needsStamp(owner, graph.current)
    const shape = analyse(Function.prototype.toString.call(owner)).shape
    const names = new Set(shape?.privates.filter((one) => !one.isStatic && one.kind === 'field').map((one) => one.name))
    const own: { name: string; value: unknown }[] = []
    for (const name of names) {
      const at = fields.findIndex((field) => field.name === name)
      if (at >= 0) own.push(...fields.splice(at, 1))
    }
    graph.out.count(own.length)
    for (const field of own) {
      graph.out.string(field.name)
      graph.value(field.value, field.name)
    }
  }
}
