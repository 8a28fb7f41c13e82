import { type Analysis, analyse } from '../analysis/analyse.js'
import { Kind, type KindNumber } from '../format/tags.js'
import { builtinReference } from '../references/builtin-modules.js'
import type { ModuleReference } from '../references/module-reference.js'
import { ownReference } from '../references/own-modules.js'
import { packageReference, packageReferenceByScript } from '../references/package-modules.js'
import { reasonToStay } from '../travels.js'
import { computedKeyValues, superClassOf, writeClassPrototype } from './classes.js'
import { writeExtras } from './extras.js'
import type { Graph } from './graph.js'
import { type BoundParts, type Insides, lookInto, privateFields } from './inspector.js'
import { isNativeText } from './prototypes.js'
import { intrinsicReference } from './references.js'
import { isRuntimeScript, type Script, scriptAt } from './scripts.js'
import { findVariables, type Variable } from './variables.js'

/** A function or class of the graph that travels as source and values. */
export interface CapturedFunction {
  readonly kind: 'function'
  readonly id: number
  readonly fn: Function
  readonly analysis: Analysis
  readonly insides: Insides
  readonly script: Script | undefined
  variables: readonly Variable[]
  /** The superclass, when the text names one that is a value. */
  superClass?: Function
  keyCount: number
  /** The object that `this` means in an arrow function which is a field of it. */
  readonly self: object | undefined
  /** Whether instances with private fields hang on this class. */
  isStamped: boolean
}

/** A bound function of the graph. */
export interface CapturedBound extends BoundParts {
  readonly kind: 'bound'
  readonly id: number
  readonly fn: Function
}

export type CapturedCode = CapturedFunction | CapturedBound

/** The functions of one graph. */
export class FunctionTable {
  readonly #graph: Graph
  readonly #codes = new Map<Function, CapturedCode>()
  readonly #stamped = new Set<Function>()

  constructor(graph: Graph) {
    this.#graph = graph
  }

  /** In the order of their first mention. */
  get all(): CapturedCode[] {
    return [...this.#codes.values()]
  }

  /** The function that a value is, or whose prototype it is. */
  codeOf(value: unknown): CapturedCode | undefined {
    if (typeof value === 'function') return this.#codes.get(value)
    if (typeof value !== 'object' || value === null) return undefined
    const owner: unknown = Object.getOwnPropertyDescriptor(value, 'constructor')?.value
    if (typeof owner !== 'function') return undefined
    return Object.getOwnPropertyDescriptor(owner, 'prototype')?.value === value ? this.#codes.get(owner) : undefined
  }

  /** Instances with private fields will be made of this class. */
  needsStamp(owner: Function, holderId: number): void {
    const code = this.#codes.get(owner)
    if (code?.kind !== 'function') {
      this.#graph.refuse(
        holderId,
        `the private fields of ${owner.name}, a class of an installed module, cannot be copied`,
      )
    }
    this.#stamped.add(owner)
  }

  isStamped(fn: Function): boolean {
    return this.#stamped.has(fn)
  }

  declare(fn: Function, id: number): KindNumber {
    const graph = this.#graph
    const reason = reasonToStay(fn)
    if (reason !== undefined) graph.refuse(id, reason)
    const known = graph.imported.get(fn) ?? ownReference(fn)
    if (known) return graph.reference(known)
    const text = Function.prototype.toString.call(fn)
    if (isNativeText(text)) return this.#declareNative(fn, id)
    const insides = lookInto(fn)
    const script = insides.location && scriptAt(insides.location)
    const installed = script && referenceByScript(fn, script.url)
    if (installed) return graph.reference(installed)
    if (isRequire(fn)) return this.#declareRequire()
    if (script && isRuntimeScript(script)) graph.refuse(id, `${fn.name || 'a function'} is internal to Node`)
    const analysis = this.#parse(text, id)
    const self = analysis.outer.has('this') ? instanceOf(fn, graph.currentValue, text) : undefined
    this.#check(analysis, id, self !== undefined)
    this.#codes.set(fn, {
      kind: 'function',
      id,
      fn,
      analysis,
      insides,
      script,
      variables: [],
      keyCount: 0,
      self,
      isStamped: false,
    })
    return graph.kind(Kind.function)
  }

  #declareNative(fn: Function, id: number): KindNumber {
    const graph = this.#graph
    const intrinsic = intrinsicReference(fn) ?? builtinReference(fn) ?? packageReference(fn)
    if (intrinsic) return graph.reference(intrinsic)
    const { bound } = lookInto(fn)
    if (!bound) return graph.refuse(id, `${fn.name || 'a function'} is native code and not one that every process has`)
    this.#codes.set(fn, { kind: 'bound', id, fn, ...bound })
    return graph.kind(Kind.bound)
  }

  #declareRequire(): KindNumber {
    const around = this.all.at(-1)
    this.#graph.kind(Kind.require)
    this.#graph.out.string((around?.kind === 'function' && around.script?.url) || '')
    return Kind.require
  }

  #parse(text: string, id: number): Analysis {
    try {
      return analyse(text)
    } catch (error) {
      const reason = (error as Error).message
      if (/new\.target/.test(reason)) this.#graph.fail('FS_CLOSURE_OUTER_THIS', id, { word: 'new.target' })
      return this.#graph.fail('FS_CLOSURE_SYNTAX', id, { reason })
    }
  }

  /** Refuses what cannot be rebuilt, whatever the values are. */
  #check(analysis: Analysis, id: number, isThisKnown: boolean): void {
    const graph = this.#graph
    if (analysis.directEval) graph.fail('FS_CLOSURE_EVAL', id)
    if (analysis.outer.has('super')) graph.fail('FS_CLOSURE_SUPER', id)
    for (const word of analysis.outer) {
      if (analysis.form === 'arrow' && !(word === 'this' && isThisKnown))
        graph.fail('FS_CLOSURE_OUTER_THIS', id, { word })
    }
    const [name] = analysis.foreignPrivates
    if (name !== undefined) graph.fail('FS_CLOSURE_PRIVATE_NAME', id, { name })
    if (analysis.isPrivateMethod) graph.fail('FS_CLOSURE_PRIVATE_NAME', id, { name: '#method' })
  }

  /** The first mention of the `prototype` of a function. */
  declarePrototype(owner: Function): KindNumber {
    this.#graph.kind(Kind.prototype)
    this.#graph.value(owner, 'constructor')
    return Kind.prototype
  }

  writeBody(kind: KindNumber, value: object): void {
    if (kind === Kind.prototype) return writeClassPrototype(this.#graph, value, this.codeOf(value))
    const code = this.#codes.get(value as Function)
    if (code?.kind === 'function') this.#writeFunction(code)
    else if (code) this.#writeBound(code)
  }

  #writeBound(code: CapturedBound): void {
    const graph = this.#graph
    graph.out.count(code.args.length + 2)
    graph.value(code.target, '(bound function)')
    graph.value(code.self, '(bound this)')
    for (const [i, value] of code.args.entries()) graph.value(value, `(bound argument ${i + 1})`)
    const skip = (key: string | symbol): boolean => key === 'length' || key === 'name'
    writeExtras(graph, code.fn, { prototype: Function.prototype, skip })
  }

  /** The values come in the order in which the code refers to them: variables, superclass, computed keys, `this`. */
  #writeFunction(code: CapturedFunction): void {
    const graph = this.#graph
    const { fn, analysis } = code
    code.variables = findVariables(graph, code)
    code.superClass = superClassOf(code)
    const keys = analysis.shape ? computedKeyValues(graph, code) : []
    code.keyCount = keys.length
    graph.out.count(code.variables.length + (code.superClass ? 1 : 0) + keys.length + (code.self ? 1 : 0))
    for (const { name, value } of code.variables) graph.value(value, name)
    if (code.superClass) graph.value(code.superClass, '(its superclass)')
    for (const key of keys) graph.value(key, '(a computed key)')
    if (code.self) graph.value(code.self, 'this')
    this.#writeStaticPrivates(code)
    const own = fn.prototype as unknown
    const isOwnPrototype = typeof own === 'object' && own !== null && !isUsualPrototype(fn, own, code)
    graph.out.byte(isOwnPrototype ? 1 : 0)
    if (isOwnPrototype) graph.value(own, 'prototype')
    writeExtras(graph, fn, { prototype: usualParent(code), skip: (key) => isWrittenElsewhere(code, key) })
  }

  #writeStaticPrivates({ fn, analysis }: CapturedFunction): void {
    const graph = this.#graph
    const names = analysis.shape?.privates.filter((one) => one.isStatic && one.kind === 'field') ?? []
    const fields =
      names.length === 0 ? [] : privateFields(fn).filter((field) => names.some((n) => n.name === field.name))
    graph.out.count(fields.length)
    for (const field of fields) {
      graph.out.string(field.name)
      graph.value(field.value, field.name)
    }
  }
}

/** Writes the first mention of a function. */
export function declareFunction(graph: Graph, fn: Function, id: number): KindNumber {
  return graph.functions.declare(fn, id)
}

/**
 * V8 does not show the `this` of an arrow function. But one that is the value of an object's property and the text of a field
 * of the object's class, as in `class Job { step = (x) => x * this.factor }`, has the object as its `this`.
 */
function instanceOf(fn: Function, holder: unknown, text: string): object | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined
  if (!Object.values(Object.getOwnPropertyDescriptors(holder)).some((property) => property.value === fn))
    return undefined
  for (let at = Object.getPrototypeOf(holder); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const owner: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value
    if (typeof owner !== 'function') continue
    const source = Function.prototype.toString.call(owner)
    if (!source.startsWith('class') || !source.includes(text)) continue
    const { shape } = analyse(source)
    if (shape?.fieldValues.some(({ start, end }) => isFieldText(source.slice(start, end), text))) return holder
  }
  return undefined
}

/** Whether a field's initialiser is a function's text, or a call around it, as bundlers write to keep names. */
function isFieldText(initialiser: string, text: string): boolean {
  const before = initialiser.slice(0, Math.max(initialiser.indexOf(text), 0))
  return initialiser.includes(text) && /^(?:[\w$]+\(\s*)?$/.test(before)
}

/** A function of Node's own modules or of an installed package; the script tells where it is worth looking. */
function referenceByScript(fn: Function, url: string): ModuleReference | undefined {
  if (url.startsWith('node:')) return builtinReference(fn) ?? intrinsicReference(fn)
  if (!url.includes('/node_modules/')) return undefined
  return packageReference(fn) ?? packageReferenceByScript(fn, url)
}

/** The `require` of a CommonJS module. */
function isRequire(fn: Function): boolean {
  return fn.name === 'require' && Object.hasOwn(fn, 'resolve') && Object.hasOwn(fn, 'cache')
}

/** What a function's own prototype is when nobody set another: its superclass, or that of its kind of function. */
function usualParent({ fn, superClass }: CapturedFunction): object | null {
  if (superClass) return superClass
  const parent = Object.getPrototypeOf(fn) as object | null
  const maker: unknown = parent?.constructor
  const isUsual = typeof maker === 'function' && /Function$/.test(maker.name) && isNativeText(String(maker))
  return isUsual ? parent : Function.prototype
}

/** Whether the `prototype` that the text makes is the same as the living one. */
function isUsualPrototype(fn: Function, own: object, { analysis }: CapturedFunction): boolean {
  if (analysis.isGenerator) return Reflect.ownKeys(own).length === 0
  const keys = Reflect.ownKeys(own)
  if (analysis.shape) return !hasForeignKeys(own, keys, analysis)
  return (
    keys.length === 1 &&
    Object.getOwnPropertyDescriptor(own, 'constructor')?.value === fn &&
    Object.getPrototypeOf(own) === Object.prototype
  )
}

/** Whether a class's prototype or statics hold something that the class's text does not define. */
function hasForeignKeys(own: object, keys: readonly (string | symbol)[], analysis: Analysis): boolean {
  return keys.some((key) => key !== 'constructor' && !isInText(own, key, analysis))
}

/** Whether a property is a method that the class's text defines. */
export function isInText(holder: object, key: string | symbol, analysis: Analysis): boolean {
  const property = Object.getOwnPropertyDescriptor(holder, key)
  const value: unknown = property?.value ?? property?.get ?? property?.set
  if (typeof value !== 'function' || property?.enumerable) return false
  return analysis.source.includes(Function.prototype.toString.call(value))
}

function isWrittenElsewhere({ fn, analysis }: CapturedFunction, key: string | symbol): boolean {
  if (key === 'length' || key === 'prototype' || key === 'arguments' || key === 'caller') return true
  if (key === 'name') return typeof Object.getOwnPropertyDescriptor(fn, 'name')?.value === 'string'
  return analysis.shape !== undefined && isInText(fn, key, analysis)
}
