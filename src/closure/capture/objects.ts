import { types } from 'node:util'
import { Kind, type KindNumber } from '../format/tags.js'
import { isTraveller, reasonToStay, travels } from '../travels.js'
import { declareArray, writeElements } from './arrays.js'
import { declareView } from './binary.js'
import { writeExtras } from './extras.js'
import type { Graph } from './graph.js'
import { intrinsicInstance } from './made.js'
import { NarrowNamespace } from './namespaces.js'
import { prototypeFacts } from './prototypes.js'
import { referenceOf } from './references.js'

/** Writes the first mention of an object, by what it is. */
export function declareObject(graph: Graph, value: object, id: number): KindNumber {
  if (value instanceof NarrowNamespace) return graph.kind(Kind.namespace)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype && Array.isArray(value)) return declareArray(graph, value)
  if (isTraveller(value)) {
    graph.kind(Kind.handle)
    graph.out.count(graph.handles.push(value[travels]()) - 1)
    return Kind.handle
  }
  const reason = reasonToStay(value)
  if (reason !== undefined) return graph.refuse(id, reason)
  const reference = referenceOf(graph, value)
  if (reference) return graph.reference(reference)
  if (prototype === null) {
    return graph.kind(types.isModuleNamespaceObject(value) ? Kind.namespace : Kind.nullObject)
  }
  const owner = ownerOf(value)
  if (owner) return graph.functions.declarePrototype(owner)
  return declareByContents(graph, value, prototype as object, id)
}

/** Objects with contents of their own, which properties do not show; then those whose class says that they cannot travel. */
function declareByContents(graph: Graph, value: object, prototype: object, id: number): KindNumber {
  const facts = prototype === Object.prototype ? undefined : prototypeFacts(prototype)
  if (facts?.refusal !== undefined && !types.isNativeError(value)) graph.refuse(id, facts.refusal)
  const out = graph.out
  if (Array.isArray(value)) return declareArray(graph, value)
  if (types.isMap(value)) return graph.kind(Kind.map)
  if (types.isSet(value)) return graph.kind(Kind.set)
  if (types.isDate(value)) {
    graph.kind(Kind.date)
    out.double(Date.prototype.getTime.call(value))
    return Kind.date
  }
  if (types.isRegExp(value)) {
    graph.kind(Kind.regexp)
    out.string(value.source)
    out.string(value.flags)
    out.double(value.lastIndex)
    return Kind.regexp
  }
  if (types.isNativeError(value)) return graph.kind(Kind.error)
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return declareView(graph, value, id)
  if (types.isBoxedPrimitive(value)) {
    graph.kind(Kind.boxed)
    graph.value((value as { valueOf(): unknown }).valueOf(), '(value)')
    return Kind.boxed
  }
  const made = intrinsicInstance(graph, value, id)
  if (made !== undefined) return made
  return graph.kind(Kind.object)
}

/** The function or class whose `prototype` this object is. */
function ownerOf(value: object): Function | undefined {
  const owner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value
  if (typeof owner !== 'function' || types.isProxy(owner)) return undefined
  return Object.getOwnPropertyDescriptor(owner, 'prototype')?.value === value ? owner : undefined
}

/** Writes what is in an object, when its turn has come. */
export function writeObjectBody(graph: Graph, kind: KindNumber, value: object): void {
  switch (kind) {
    case Kind.object:
      if (types.isArgumentsObject(value)) {
        return writeExtras(graph, value, {
          prototype: Object.prototype,
          isPlain: true,
          skip: (key) => key === 'callee',
        })
      }
      return writeExtras(graph, value, { prototype: Object.prototype, isPlain: true })
    case Kind.nullObject:
      return writeExtras(graph, value, { prototype: null, isPlain: true })
    case Kind.array:
      writeElements(graph, value as unknown[])
      return writeExtras(graph, value, { prototype: Array.prototype, skip: isElementKey })
    case Kind.map:
      graph.out.count((value as Map<unknown, unknown>).size)
      for (const [key, item] of Map.prototype.entries.call(value) as Iterable<[unknown, unknown]>) {
        graph.value(key, '(a key of the Map)')
        graph.value(item, mapLabel(key))
      }
      return writeExtras(graph, value, { prototype: Map.prototype })
    case Kind.set:
      graph.out.count((value as Set<unknown>).size)
      for (const item of Set.prototype.values.call(value) as Iterable<unknown>) graph.value(item, '(in the Set)')
      return writeExtras(graph, value, { prototype: Set.prototype })
    case Kind.date:
      return writeExtras(graph, value, { prototype: Date.prototype })
    case Kind.regexp:
      return writeExtras(graph, value, { prototype: RegExp.prototype, skip: (key) => key === 'lastIndex' })
    case Kind.error:
      graph.value((value as Error).stack, 'stack')
      return writeExtras(graph, value, { prototype: Error.prototype, skip: (key) => key === 'stack' })
    case Kind.boxed:
      return writeExtras(graph, value, { skip: isElementKey, prototype: boxedPrototype(value) })
    case Kind.namespace:
      return writeNamespace(graph, value)
    default:
      // The first mention said it all.
      return
  }
}

const boxedPrototype = (value: object): object =>
  Object.getPrototypeOf(Object((value as { valueOf(): unknown }).valueOf()))

const isElementKey = (key: string | symbol): boolean =>
  typeof key === 'string' && (key === 'length' || /^(?:0|[1-9]\d*)$/.test(key))

function mapLabel(key: unknown): string {
  return typeof key === 'string' || typeof key === 'number' ? `get(${JSON.stringify(key)})` : '(a value of the Map)'
}

function writeNamespace(graph: Graph, value: object): void {
  const narrow = value instanceof NarrowNamespace ? value : undefined
  const target = (narrow?.target ?? value) as Record<string, unknown>
  const keys = narrow ? narrow.members.filter((key) => key in target) : Object.keys(target)
  graph.out.count(keys.length)
  for (const key of keys) {
    graph.out.string(key)
    graph.value(target[key], key)
  }
}
