import { writeExtras } from './extras.js'
import { type CapturedCode, type CapturedFunction, isInText } from './functions.js'
import type { Graph } from './graph.js'

/** The living superclass of a class whose text extends something. */
export function superClassOf({ fn, analysis }: CapturedFunction): Function | undefined {
  const range = analysis.shape?.superClass
  if (!range || analysis.source.slice(range.start, range.end) === 'null') return undefined
  return Object.getPrototypeOf(fn) as Function
}

/** Writes what a `prototype` has that its function's text does not give it. */
export function writeClassPrototype(graph: Graph, value: object, code: CapturedCode | undefined): void {
  if (code?.kind !== 'function') {
    // The owner travels by name, and its prototype with it.
    writeExtras(graph, {}, { prototype: Object.prototype })
    return
  }
  const { analysis } = code
  const skip = (key: string | symbol): boolean =>
    key === 'constructor' || (analysis.shape !== undefined && isInText(value, key, analysis))
  const parent = analysis.shape ? (Object.getPrototypeOf(value) as object | null) : Object.prototype
  writeExtras(graph, value, { prototype: analysis.isGenerator ? Object.getPrototypeOf(value) : parent, skip })
}

/**
 * The values of a class's computed keys. They were evaluated where the class was defined and are kept nowhere, but its methods
 * are found under them, and know their text.
 */
export function computedKeyValues(graph: Graph, { id, fn, analysis }: CapturedFunction): (string | symbol)[] {
  const keys = analysis.shape?.computedKeys ?? []
  if (keys.length === 0) return []
  const left = { statics: methodsOf(fn), shared: methodsOf(fn.prototype as object) }
  return keys.map(({ isStatic, isField, member, start, end }) => {
    const methods = isStatic ? left.statics : left.shared
    const text = analysis.source.slice(member.start, member.end)
    const at = isField ? -1 : methods.findIndex((method) => text.endsWith(method.text))
    const [found] = at < 0 ? [] : methods.splice(at, 1)
    if (found) return found.key
    const name = analysis.source.slice(start, end)
    return graph.refuse(id, `its class has the computed key [${name}], whose value cannot be read back`)
  })
}

function methodsOf(holder: object): { key: string | symbol; text: string }[] {
  return Reflect.ownKeys(holder).flatMap((key) => {
    const property = Object.getOwnPropertyDescriptor(holder, key)
    const value: unknown = property?.get ?? property?.set ?? property?.value
    if (key === 'constructor' || typeof value !== 'function') return []
    return [{ key, text: Function.prototype.toString.call(value) }]
  })
}
