import { types } from 'node:util'
import { type ErrorCode, FiresteelError } from '../../common/errors/index.js'
import type { CallSite, HandleRef, ImportCall, ModuleRef } from '../closure.js'
import { ByteWriter } from '../format/byte-writer.js'
import { Kind, type KindNumber, Tag } from '../format/tags.js'
import { wellKnownSymbol } from '../references/intrinsics.js'
import type { ModuleReference } from '../references/module-reference.js'
import { BufferTable } from './buffer-table.js'
import { declareFunction, FunctionTable } from './functions.js'
import { NarrowNamespace } from './namespaces.js'
import { declareObject, writeObjectBody } from './objects.js'
import { globalModule } from './references.js'

/** How a value was reached from the one before: a variable, a property, an index. */
export type Label = string | number

/** Who captures, for messages. */
export interface Occasion {
  readonly site: CallSite
  readonly role: string
}

/**
 * Writes everything that is reachable from one function, breadth first and without recursion: an object's first mention
 * gives it the next number and puts it into the queue, its body follows when its turn comes. The parent of each number
 * is kept, so that a refusal can name the shortest path to the culprit.
 */
export class Graph {
  readonly out = new ByteWriter()
  readonly modules: ModuleRef[] = []
  readonly handles: HandleRef[] = []
  readonly imports: ImportCall[] = []
  readonly buffers = new BufferTable()
  readonly functions: FunctionTable
  /** References found through import declarations instead of by identity. */
  readonly imported = new Map<object, ModuleReference>()
  readonly occasion: Occasion
  /** The number of the node whose body is being written. */
  current = -1
  readonly #ids = new Map<object | symbol, number>()
  readonly #values: (object | symbol | undefined)[] = []
  readonly #kinds: KindNumber[] = []
  readonly #parents: number[] = []
  readonly #labels: Label[] = []
  readonly #ends: number[] = []
  readonly #shapes = new Map<string, number>()
  readonly #cuts = new Map<object, NarrowNamespace[]>()
  readonly #moduleIds = new Map<string, number>()

  constructor(occasion: Occasion) {
    this.occasion = occasion
    this.functions = new FunctionTable(this)
  }

  /** Whether the root is a function of no variables, no properties and no `prototype` that could get some. */
  get isConstant(): boolean {
    const [code] = this.functions.all
    const isAlone = this.#values.length === 1 && code?.kind === 'function' && code.variables.length === 0
    return isAlone && Reflect.ownKeys(code.fn).length === 2
  }

  /** Writes the root and all that hangs on it. */
  run(root: Function): void {
    this.value(root, '')
    for (let id = 0; id < this.#values.length; id++) {
      this.current = id
      const kind = this.#kinds[id] as KindNumber
      const value = this.#values[id] as object
      if (kind === Kind.function || kind === Kind.bound || kind === Kind.prototype) {
        this.functions.writeBody(kind, value)
      } else writeObjectBody(this, kind, value)
      this.#ends.push(this.out.length)
    }
  }

  /** Writes one value: itself, or a mention of it. */
  value(value: unknown, label: Label): void {
    const out = this.out
    switch (typeof value) {
      case 'undefined':
        return out.byte(Tag.undefined)
      case 'boolean':
        return out.byte(value ? Tag.true : Tag.false)
      case 'number':
        if ((value | 0) === value && !Object.is(value, -0)) {
          out.byte(Tag.integer)
          return out.integer(value)
        }
        out.byte(Tag.double)
        return out.double(value)
      case 'string':
        out.byte(Tag.string)
        return out.string(value)
      case 'bigint':
        out.byte(Tag.bigint)
        return out.string(value.toString(36))
      default:
        if (value === null) out.byte(Tag.null)
        else this.#mention(value as object | symbol, label)
    }
  }

  #mention(value: object | symbol, label: Label): void {
    const seen = this.#ids.get(value)
    if (seen !== undefined) {
      this.out.byte(Tag.seen)
      this.out.count(seen)
      return
    }
    const id = this.#values.length
    this.#ids.set(value, id)
    this.#values.push(value)
    this.#parents.push(this.current)
    this.#labels.push(label)
    this.#kinds.push(Kind.object)
    this.#kinds[id] = this.#declare(value, id)
  }

  #declare(value: object | symbol, id: number): KindNumber {
    if (typeof value === 'symbol') return this.#symbol(value)
    if (types.isProxy(value)) this.refuse(id, 'a Proxy cannot travel')
    return typeof value === 'function' ? declareFunction(this, value, id) : declareObject(this, value, id)
  }

  /** Starts the first mention of an object. */
  kind(kind: KindNumber): KindNumber {
    this.out.byte(kind)
    return kind
  }

  #symbol(symbol: symbol): KindNumber {
    const path = wellKnownSymbol(symbol)
    if (path !== undefined) return this.path(Kind.intrinsic, ['Symbol', path.slice(2)])
    const key = Symbol.keyFor(symbol)
    const kind = this.kind(key === undefined ? Kind.symbol : Kind.registeredSymbol)
    this.out.string(key ?? symbol.description ?? '')
    return kind
  }

  /** A first mention that consists of a path. */
  path(kind: KindNumber, path: readonly string[]): KindNumber {
    this.kind(kind)
    this.out.count(path.length)
    for (const step of path) this.out.string(step)
    return kind
  }

  /** The first mention of something that a module exports. */
  reference({ module, path }: ModuleReference): KindNumber {
    if (module === globalModule) return this.path(Kind.intrinsic, path)
    const key = JSON.stringify(module)
    let id = this.#moduleIds.get(key)
    if (id === undefined) {
      id = this.modules.push(module) - 1
      this.#moduleIds.set(key, id)
    }
    this.kind(Kind.module)
    this.out.count(id)
    this.out.count(path.length)
    for (const step of path) this.out.string(step)
    return Kind.module
  }

  /** The number of a list of keys; a new one is written out. */
  shape(keys: readonly string[]): void {
    const key = keys.join('\0')
    const seen = this.#shapes.get(key)
    this.out.count(seen ?? this.#shapes.size)
    if (seen !== undefined) return
    this.#shapes.set(key, this.#shapes.size)
    this.out.count(keys.length)
    for (const one of keys) this.out.string(one)
  }

  /** A module's namespace cut down to some of its exports; the same cut is the same value. */
  narrow(target: object, members: readonly string[]): NarrowNamespace {
    const cuts = this.#cuts.get(target) ?? []
    const key = members.join()
    let cut = cuts.find((one) => one.members.join() === key)
    if (!cut) {
      cut = new NarrowNamespace(target, members)
      this.#cuts.set(target, [...cuts, cut])
    }
    return cut
  }

  /** The number of a value that was mentioned. */
  idOf(value: object): number | undefined {
    return this.#ids.get(value)
  }

  /** The value whose body is being written. */
  get currentValue(): unknown {
    return this.#values[this.current]
  }

  /** The number of the node through which a node was reached first. */
  parentOf(id: number): number {
    return this.#parents[id] as number
  }

  isFunction(id: number): boolean {
    return this.#kinds[id] === Kind.function
  }

  /** `conn -> socket`: how the root reaches a node; empty for the root. */
  pathTo(id: number, more: readonly Label[] = []): string {
    const labels: Label[] = []
    for (let at = id; at > 0; at = this.#parents[at] as number) labels.unshift(this.#labels[at] as Label)
    return [...labels, ...more].map((label) => (typeof label === 'number' ? `[${label}]` : label)).join(' -> ')
  }

  /** The variables of the root function with the bytes that hang on each, the largest first. */
  sizes(): { name: string; bytes: number }[] {
    const tops: number[] = []
    const sizes = new Map<number, number>()
    for (let id = 0; id < this.#ends.length; id++) {
      const parent = this.#parents[id] as number
      tops.push(parent <= 0 ? id : (tops[parent] as number))
      const bytes = (this.#ends[id] as number) - (id === 0 ? 0 : (this.#ends[id - 1] as number))
      const own = bytes + this.buffers.sizeOf(this.#values[id])
      sizes.set(tops[id] as number, (sizes.get(tops[id] as number) ?? 0) + own)
    }
    const named = [...sizes].map(([id, bytes]) => ({ name: this.pathTo(id) || 'the function itself', bytes }))
    return named.sort((a, b) => b.bytes - a.bytes)
  }

  /** Refuses a node because of what it is. */
  refuse(id: number, reason: string, more: readonly Label[] = []): never {
    return this.fail('FS_CLOSURE_VALUE', id, { reason }, more)
  }

  fail(code: ErrorCode, id: number, details: Record<string, unknown> = {}, more: readonly Label[] = []): never {
    const { site, role } = this.occasion
    const at = site.short.slice(site.operation.length + 4)
    throw new FiresteelError(code, { operation: site.operation, at, role, path: this.pathTo(id, more), ...details })
  }
}
