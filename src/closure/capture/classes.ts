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
 * The values of a class's computed keys. They were evaluated where the class was defined and are not kept anywhere, but
 * its methods are found under them, in the order of the text.
 */
export function computedKeyValues(graph: Graph, { id, fn, analysis }: CapturedFunction): (string | symbol)[] {
  const shape = analysis.shape
  if (!shape || shape.computedKeys.length === 0) return []
  const left = {
    own: Reflect.ownKeys(fn).filter((key) => isInText(fn, key, analysis) && !shape.staticMethods.has(String(key))),
    shared: Reflect.ownKeys(fn.prototype).filter(
      (key) => key !== 'constructor' && isInText(fn.prototype, key, analysis) && !shape.methods.has(String(key)),
    ),
  }
  return shape.computedKeys.map(({ isStatic, isField, start, end }) => {
    const list = isStatic ? left.own : left.shared
    const key = isField ? undefined : list.shift()
    if (key === undefined) {
      const text = analysis.source.slice(start, end)
      return graph.refuse(id, `its class has the computed key [${text}], whose value cannot be read back`)
    }
    return key
  })
}
