import { createRequire } from 'node:module'
import { type ByteReader, corrupt } from '../format/byte-reader.js'
import { Extra, Flag, Kind, Tag, viewNames } from '../format/tags.js'
import { resolveIntrinsic } from '../references/intrinsics.js'
import { parseBigInt } from './big-integer.js'
import { Pending, type PendingCode, type Stamp, type Surroundings } from './pending.js'

/** Puts a value in its place once all functions are there. */
type Later = () => void

/**
 * Reads the stream: every object is made empty at its first mention and filled when its turn comes. What needs a function
 * waits in lists for the code.
 */
export class GraphReader {
  readonly codes = new Map<number, PendingCode>()
  readonly stamps: Stamp[] = []
  /** Prototypes to set, then properties to define, then bans on changes; in the order of the stream. */
  readonly prototypes: Later[] = []
  readonly properties: Later[] = []
  readonly rigid: Later[] = []
  readonly #in: ByteReader
  readonly #values: unknown[] = []
  readonly #kinds: number[] = []
  readonly #lengths: number[] = []
  readonly #shapes: string[][] = []
  readonly #around: Surroundings
  /** Gives a function's value once it is there. */
  readonly #resolve: (value: unknown) => unknown

  constructor(stream: ByteReader, around: Surroundings, resolve: (value: unknown) => unknown) {
    this.#in = stream
    this.#around = around
    this.#resolve = resolve
  }

  /** Reads the whole stream; gives the root, which may be pending. */
  read(): unknown {
    const root = this.#value()
    for (let id = 0; id < this.#values.length; id++) this.#body(this.#kinds[id] as number, this.#values[id], id)
    return root
  }

  #value(): unknown {
    const input = this.#in
    const tag = input.byte()
    switch (tag) {
      case Tag.undefined:
        return undefined
      case Tag.null:
        return null
      case Tag.true:
        return true
      case Tag.false:
        return false
      case Tag.integer:
        return input.integer()
      case Tag.double:
        return input.double()
      case Tag.bigint:
        return parseBigInt(input.string())
      case Tag.string:
        return input.string()
      case Tag.seen: {
        const id = input.count()
        if (id >= this.#values.length) throw corrupt(`there is no object ${id}`)
        return this.#values[id]
      }
      default:
        return this.#first(tag)
    }
  }

  #first(kind: number): unknown {
    const id = this.#values.length
    this.#values.push(undefined)
    this.#kinds.push(kind)
    const value = this.#empty(kind, id)
    this.#values[id] = value
    return value
  }

  #empty(kind: number, id: number): unknown {
    const input = this.#in
    switch (kind) {
      case Kind.object:
        return {}
      case Kind.nullObject:
      case Kind.namespace:
        return Object.create(null)
      case Kind.array:
        this.#lengths[id] = input.count()
        return []
      case Kind.integers:
      case Kind.doubles:
        return this.#numbers(kind)
      case Kind.map:
        return new Map()
      case Kind.set:
        return new Set()
      case Kind.date:
        return new Date(input.double())
      case Kind.regexp: {
        const value = new RegExp(input.string(), input.string())
        value.lastIndex = input.double()
        return value
      }
      case Kind.error:
        return new Error()
      case Kind.boxed:
        return Object(this.#value())
      case Kind.view:
        return this.#view()
      case Kind.arrayBuffer:
        return this.#buffer(input.count()).buffer
      case Kind.symbol:
        return Symbol(input.string())
      case Kind.registeredSymbol:
        return Symbol.for(input.string())
      case Kind.intrinsic:
        return this.#intrinsic()
      case Kind.module:
        return this.#export()
      case Kind.handle:
        return this.#around.handles[input.count()]
      case Kind.made: {
        const maker = this.#intrinsic() as new (...args: unknown[]) => object
        return new maker(...(JSON.parse(input.string()) as unknown[]))
      }
      case Kind.require:
        return createRequire(input.string() || `${process.cwd()}/`)
      case Kind.prototype:
        return new Pending(id, this.#value())
      case Kind.function:
      case Kind.bound:
        return new Pending(id)
      default:
        throw corrupt(`there is no kind ${kind}`)
    }
  }

  #numbers(kind: number): number[] {
    const length = this.#in.count()
    const isInteger = kind === Kind.integers
    // Copied, because the bytes may start anywhere and typed arrays may not.
    const { buffer } = Uint8Array.from(this.#in.raw(length * (isInteger ? 4 : 8)))
    const numbers = isInteger ? new Int32Array(buffer) : new Float64Array(buffer)
    const array: number[] = []
    for (let i = 0; i < length; i++) array.push(numbers[i] as number)
    return array
  }

  #buffer(index: number): { start: number; buffer: ArrayBuffer } {
    const found = this.#around.buffers[index]
    if (!found) throw corrupt(`there is no buffer ${index}`)
    return found
  }

  #view(): ArrayBufferView {
    const name = viewNames[this.#in.byte()]
    const { start, buffer } = this.#buffer(this.#in.count())
    const offset = this.#in.count() - start
    const length = this.#in.count()
    if (name === undefined || offset < 0) throw corrupt('a typed array makes no sense')
    if (name === 'Buffer') return Buffer.from(buffer, offset, length)
    const maker = Reflect.get(globalThis, name) as new (b: ArrayBuffer, o: number, l: number) => ArrayBufferView
    return new maker(buffer, offset, length)
  }

  #path(): string[] {
    return Array.from({ length: this.#in.count() }, () => this.#in.string())
  }

  #intrinsic(): unknown {
    const path = this.#path()
    const value = resolveIntrinsic(path)
    if (value === undefined) throw corrupt(`this version of Node has no ${path.join('.')}`)
    return value
  }

  #export(): unknown {
    const module = this.#around.modules[this.#in.count()]
    if (!module) throw corrupt('a module is missing')
    const path = this.#path()
    let value: unknown = module.main
    for (const step of path)
      value = step === '*' ? module.namespace : (value as Record<string, unknown> | undefined)?.[step]
    if (value === undefined) throw corrupt(`a module has no export ${path.join('.')}`)
    return value
  }

  #body(kind: number, value: unknown, id: number): void {
    switch (kind) {
      case Kind.object:
      case Kind.nullObject:
        return this.#extras(value, true)
      case Kind.array:
        this.#elements(value as unknown[], this.#lengths[id] as number)
        return this.#extras(value)
      case Kind.map:
        this.#entries(value as Map<unknown, unknown>)
        return this.#extras(value)
      case Kind.set:
        this.#members(value as Set<unknown>)
        return this.#extras(value)
      case Kind.date:
      case Kind.regexp:
      case Kind.boxed:
        return this.#extras(value)
      case Kind.error: {
        const stack = this.#value()
        Object.defineProperty(value, 'stack', { value: stack, writable: true, configurable: true })
        return this.#extras(value)
      }
      case Kind.namespace: {
        for (let left = this.#in.count(); left > 0; left--)
          this.#assign(value as object, this.#in.string(), this.#value())
        return
      }
      case Kind.prototype:
        return this.#extras(value)
      case Kind.function:
        return this.#function(value, id)
      case Kind.bound:
        this.codes.set(id, { kind: 'bound', values: this.#list(), staticPrivates: [] })
        return this.#extras(value)
      default:
        return
    }
  }

  #list(): unknown[] {
    return Array.from({ length: this.#in.count() }, () => this.#value())
  }

  #function(value: unknown, id: number): void {
    const values = this.#list()
    const count = this.#in.count()
    const staticPrivates = Array.from({ length: count }, () => [this.#in.string(), this.#value()] as const)
    this.codes.set(id, { kind: 'function', values, staticPrivates })
    if (this.#in.byte() === 1) {
      const own = this.#value()
      if (!(own instanceof Pending)) this.properties.push(() => this.#setOwnPrototype(value, own))
    }
    this.#extras(value)
  }

  /** A function whose `prototype` is an object that does not point back to it. */
  #setOwnPrototype(fn: unknown, own: unknown): void {
    const made = this.#resolve(fn) as { prototype: unknown }
    if (Object.getOwnPropertyDescriptor(made, 'prototype')?.writable) made.prototype = own
  }

  #elements(array: unknown[], length: number): void {
    for (let i = 0; i < length; i++) {
      const value = this.#elementOrHole(array, i, length)
      if (value instanceof Pending) {
        array.push(undefined)
        this.properties.push(() => {
          array[i] = this.#resolve(value)
        })
      }
    }
  }

  #elementOrHole(array: unknown[], i: number, length: number): unknown {
    const value = this.#valueOrHole()
    if (value === hole) array.length = Math.min(i + 1, length)
    else if (!(value instanceof Pending)) array.push(value)
    return value
  }

  #valueOrHole(): unknown {
    if (this.#in.peek() !== Tag.hole) return this.#value()
    this.#in.byte()
    return hole
  }

  #entries(map: Map<unknown, unknown>): void {
    const entries = Array.from({ length: this.#in.count() }, () => [this.#value(), this.#value()] as const)
    const isLate = entries.some(([key]) => key instanceof Pending)
    const fill = (): void => {
      for (const [key, value] of entries) Map.prototype.set.call(map, this.#resolve(key), this.#resolve(value))
    }
    if (isLate || entries.some(([, value]) => value instanceof Pending)) this.properties.push(fill)
    else for (const [key, value] of entries) Map.prototype.set.call(map, key, value)
  }

  #members(set: Set<unknown>): void {
    const members = this.#list()
    const fill = (): void => {
      for (const member of members) Set.prototype.add.call(set, this.#resolve(member))
    }
    if (members.some((member) => member instanceof Pending)) this.properties.push(fill)
    else for (const member of members) set.add(member)
  }

  #extras(value: unknown, isPlain = false): void {
    const flags = this.#in.byte()
    const isLate = (flags & Extra.privates) !== 0
    if (isPlain) this.#simple(value as Record<string, unknown>, isLate)
    if (flags & Extra.prototype) {
      const prototype = this.#value()
      this.prototypes.push(() => Object.setPrototypeOf(this.#resolve(value), this.#resolve(prototype) as object | null))
    }
    if (flags & Extra.privates) this.#privates(value as object)
    if (flags & Extra.properties) this.#propertyList(value, isLate)
    const ban = flags & Extra.frozen ? Object.freeze : flags & Extra.sealed ? Object.seal : Object.preventExtensions
    if (flags & (Extra.frozen | Extra.sealed | Extra.fixed)) this.rigid.push(() => ban(this.#resolve(value)))
  }

  #simple(target: Record<string, unknown>, isLate: boolean): void {
    const index = this.#in.count()
    let keys = this.#shapes[index]
    if (!keys) {
      keys = this.#path()
      this.#shapes.push(keys)
    }
    for (const key of keys) {
      const value = this.#value()
      if (isLate) this.properties.push(() => this.#define(target, key, Flag.plain, value))
      else this.#assign(target, key, value)
    }
  }

  /** Keeps the order of the properties even when the value comes later. */
  #assign(target: object, key: string, value: unknown): void {
    const plain = target as Record<string, unknown>
    if (!(value instanceof Pending)) {
      plain[key] = value
      return
    }
    plain[key] = undefined
    this.properties.push(() => {
      plain[key] = this.#resolve(value)
    })
  }

  #privates(target: object): void {
    for (let left = this.#in.count(); left > 0; left--) {
      const owner = this.#value()
      const count = this.#in.count()
      const fields = Array.from({ length: count }, () => [this.#in.string(), this.#value()] as const)
      this.stamps.push({ target, owner, fields })
    }
  }

  #propertyList(target: unknown, isLate: boolean): void {
    for (let left = this.#in.count(); left > 0; left--) {
      const key = this.#value() as string | symbol
      const flags = this.#in.byte()
      if (flags & Flag.accessor) {
        const [get, set] = [this.#value(), this.#value()]
        this.properties.push(() => {
          const half = { get: this.#resolve(get) as () => unknown, set: this.#resolve(set) as (v: unknown) => void }
          Object.defineProperty(this.#resolve(target), key, { ...half, ...bits(flags) })
        })
        continue
      }
      const value = this.#value()
      const isNow = !isLate && !(target instanceof Pending) && !(value instanceof Pending)
      if (isNow) this.#define(target, key, flags, value)
      else this.properties.push(() => this.#define(target, key, flags, value))
    }
  }

  #define(target: unknown, key: string | symbol, flags: number, value: unknown): void {
    const writable = (flags & Flag.writable) !== 0
    Object.defineProperty(this.#resolve(target), key, { value: this.#resolve(value), writable, ...bits(flags) })
  }
}

const hole = Symbol('hole')

const bits = (flags: number): { enumerable: boolean; configurable: boolean } => ({
  enumerable: (flags & Flag.enumerable) !== 0,
  configurable: (flags & Flag.configurable) !== 0,
})
