import { types } from 'node:util'
import { binaryKindOf, bytesOf } from '../binary.js'
import { type ByteWriter, beyondLatin1 } from '../byte-writer.js'
import { classOfInstance, type KnownClass } from '../class-registry.js'
import { hasInternalState, hasMatchProperties, isBuiltIn, isPlainArray } from '../plain.js'
import { errorConstructors, MAX_DEPTH, MAX_SMALL_INT, rowTag, shapeKind } from './row-tag.js'
import { SeenObjects } from './seen-objects.js'
import { type Shape, ShapeTable } from './shape-table.js'

/** Longer strings are written in place: joining them saves nothing, and they should not share memory once read. */
const MAX_POOLED_LENGTH = 64
const MAX_POOL_LENGTH = 2 ** 27
/** Strings of the pool that are joined at a time, so that all of it is not in memory once more. */
const JOINED_TEXTS = 1 << 14
/** From this length on, an array with a hole is written as entries. */
const SPARSE_LENGTH = 1024

/** Thrown for a value that cannot be written; the batch then finds out where it stands. */
export class UnsupportedValue extends Error {}

/** Writes values of any kind, one after the other. One instance writes the rows of one column. */
export class RowWriter {
  private readonly writer: ByteWriter
  private readonly shapes = new ShapeTable()
  private readonly classIds = new Map<string, number>()
  private readonly pool: string[] = []
  private poolLength = 0
  /** The objects of the row at hand. */
  readonly seen = new SeenObjects()
  /** Whether some row holds an object twice. */
  hasReferences = false
  /** Whether some row holds an object inside another. */
  hasNested = false

  constructor(writer: ByteWriter) {
    this.writer = writer
  }

  row(value: unknown): void {
    this.seen.clear()
    this.value(value, 0)
  }

  /** A row that is an array of two which does not exist. */
  pairRow(key: unknown, value: unknown): void {
    this.seen.clear()
    this.seen.add(this)
    this.writer.u8(rowTag.array)
    this.writer.varint(2)
    this.value(key, 1)
    this.value(value, 1)
  }

  /** The characters of all short strings; to be written after the last row. */
  finish(): void {
    this.writer.varint(this.poolLength)
    for (let from = 0; from < this.pool.length; from += JOINED_TEXTS) {
      const part = this.pool.slice(from, from + JOINED_TEXTS).join('')
      this.writer.chars(part, 'latin1', part.length)
    }
  }

  private value(value: unknown, depth: number): void {
    const { writer } = this
    switch (typeof value) {
      case 'string':
        this.text(value)
        break
      case 'number':
        this.number(value)
        break
      case 'boolean':
        writer.u8(value ? rowTag.true : rowTag.false)
        break
      case 'undefined':
        writer.u8(rowTag.undefined)
        break
      case 'bigint':
        writer.u8(rowTag.bigint)
        writer.text(value.toString(16))
        break
      case 'object':
        if (value === null) writer.u8(rowTag.null)
        else this.object(value, depth)
        break
      default:
        throw new UnsupportedValue()
    }
  }

  private number(value: number): void {
    const { writer } = this
    const integer = value | 0
    if (integer !== value || (integer === 0 && Object.is(value, -0))) {
      writer.u8(rowTag.double)
      writer.f64(value)
    } else if (integer >= 0 && integer <= MAX_SMALL_INT) {
      writer.u8(rowTag.smallInt + integer)
    } else {
      writer.u8(rowTag.int)
      writer.zigzag(integer)
    }
  }

  private text(value: string): void {
    const { writer } = this
    if (value.length <= MAX_POOLED_LENGTH && this.poolLength < MAX_POOL_LENGTH && !beyondLatin1.test(value)) {
      writer.u8(rowTag.pooledText)
      writer.varint(value.length)
      this.pool.push(value)
      this.poolLength += value.length
    } else {
      writer.u8(rowTag.text)
      writer.text(value)
    }
  }

  private object(value: object, depth: number): void {
    const known = this.seen.indexOf(value)
    if (known >= 0) {
      this.hasReferences = true
      this.writer.u8(rowTag.reference)
      this.writer.varint(known)
      return
    }
    if (depth >= MAX_DEPTH) throw new UnsupportedValue()
    if (depth > 0) this.hasNested = true
    this.seen.add(value)
    const prototype = Object.getPrototypeOf(value) as object | null
    if (Array.isArray(value)) this.array(value, depth)
    else if (prototype === Object.prototype) this.properties(value, { kind: shapeKind.plain }, depth)
    else if (prototype === null) this.properties(value, { kind: shapeKind.nullPrototype }, depth)
    else this.special(value, prototype, depth)
  }

  private array(value: readonly unknown[], depth: number): void {
    if (!isPlainArray(value)) this.instance(value, depth)
    else if (hasMatchProperties(value) || (value.length > SPARSE_LENGTH && hasHole(value))) this.entries(value, depth)
    else this.items(value, depth)
  }

  private items(value: readonly unknown[], depth: number): void {
    const { writer } = this
    const { length } = value
    writer.u8(rowTag.array)
    writer.varint(length)
    for (let i = 0; i < length; i++) {
      const item = value[i]
      if (item === undefined && !Object.hasOwn(value, i)) writer.u8(rowTag.hole)
      else this.value(item, depth + 1)
    }
  }

  private entries(value: readonly unknown[], depth: number): void {
    const names = Object.keys(value)
    this.writer.u8(rowTag.sparseArray)
    this.writer.varint(value.length)
    this.writer.varint(names.length)
    for (const name of names) {
      this.writer.text(name)
      this.value((value as unknown as Record<string, unknown>)[name], depth + 1)
    }
  }

  private properties(value: object, made: { kind: number; known?: KnownClass }, depth: number): void {
    const { writer } = this
    const names = Object.keys(value)
    const { shape, isNew } = this.shapes.of(names, made.known?.key ?? made.kind)
    if (isNew) this.newShape(shape, made)
    else {
      writer.u8(rowTag.shape)
      writer.varint(shape.id)
    }
    for (const name of names) this.value((value as Record<string, unknown>)[name], depth + 1)
  }

  private newShape(shape: Shape, made: { kind: number; known?: KnownClass }): void {
    const { writer } = this
    writer.u8(rowTag.newShape)
    writer.u8(made.kind)
    if (made.known !== undefined) writer.text(made.known.key)
    writer.varint(shape.names.length)
    for (const name of shape.names) writer.text(name)
  }

  private special(value: object, prototype: object, depth: number): void {
    const binary = binaryKindOf(value)
    if (binary !== undefined) this.binary(value, binary)
    else if (types.isDate(value) && isBuiltIn(prototype, Date)) this.date(value)
    else if (types.isMap(value) && isBuiltIn(prototype, Map)) this.map(value, depth)
    else if (types.isSet(value) && isBuiltIn(prototype, Set)) this.set(value, depth)
    else if (types.isRegExp(value) && isBuiltIn(prototype, RegExp)) this.regexp(value)
    else if (types.isNativeError(value)) this.error(value, depth)
    else if (types.isBoxedPrimitive(value)) this.boxed(value, depth)
    else if (isBuiltIn(prototype, Object)) this.properties(value, { kind: shapeKind.plain }, depth)
    else this.instance(value, depth)
  }

  private date(value: Date): void {
    this.writer.u8(rowTag.date)
    this.writer.f64(value.getTime())
  }

  private binary(value: object, kind: number): void {
    const bytes = bytesOf(value)
    this.writer.u8(rowTag.binary)
    this.writer.u8(kind)
    this.writer.varint(bytes.length)
    this.writer.raw(bytes)
  }

  private map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.writer.u8(rowTag.map)
    this.writer.varint(value.size)
    for (const [key, item] of value) {
      this.value(key, depth + 1)
      this.value(item, depth + 1)
    }
  }

  private set(value: ReadonlySet<unknown>, depth: number): void {
    this.writer.u8(rowTag.set)
    this.writer.varint(value.size)
    for (const item of value) this.value(item, depth + 1)
  }

  private regexp(value: RegExp): void {
    this.writer.u8(rowTag.regexp)
    this.writer.text(value.source)
    this.writer.text(value.flags)
    this.writer.varint(Math.min(Math.max(0, Math.floor(Number(value.lastIndex)) || 0), Number.MAX_SAFE_INTEGER))
  }

  /** The nearest built-in class, the class if it is registered, and all own properties. */
  private error(value: Error, depth: number): void {
    const known = classOfInstance(value)
    if (known?.codec !== undefined) this.instance(value, depth)
    else this.errorProperties(value, { classKey: known?.key ?? '' }, depth)
  }

  private errorProperties(value: Error, { classKey }: { classKey: string }, depth: number): void {
    const { writer } = this
    const base = builtInErrorOf(value)
    const own = Object.getPrototypeOf(value) === errorConstructors[base].prototype
    const names = Object.getOwnPropertyNames(value).filter((name) => name !== 'stack')
    writer.u8(rowTag.error)
    writer.text(base)
    writer.text(own ? '' : classKey)
    writer.text(names.includes('name') || own ? '' : String(value.name))
    this.value(typeof value.stack === 'string' ? value.stack : undefined, depth + 1)
    writer.varint(names.length)
    for (const name of names) {
      writer.text(name)
      writer.u8(Object.prototype.propertyIsEnumerable.call(value, name) ? 1 : 0)
      this.value((value as unknown as Record<string, unknown>)[name], depth + 1)
    }
  }

  private boxed(value: object, depth: number): void {
    const primitive: unknown = value.valueOf()
    if (typeof primitive === 'symbol' || typeof primitive === 'object') throw new UnsupportedValue()
    this.writer.u8(rowTag.boxed)
    this.value(primitive, depth + 1)
  }

  private instance(value: object, depth: number): void {
    const known = classOfInstance(value)
    if (known === undefined) throw new UnsupportedValue()
    if (known.codec !== undefined) {
      this.writer.u8(rowTag.encoded)
      this.classId(known.key)
      this.value(known.codec.encode(value), depth + 1)
    } else if (hasInternalState(value)) {
      throw new UnsupportedValue()
    } else {
      this.properties(value, { kind: shapeKind.instance, known }, depth)
    }
  }

  /** The number of a class in this column; its key follows where it is first used. */
  private classId(key: string): void {
    const id = this.classIds.get(key)
    this.writer.varint(id ?? this.classIds.size)
    if (id !== undefined) return
    this.classIds.set(key, this.classIds.size)
    this.writer.text(key)
  }
}

function hasHole(value: readonly unknown[]): boolean {
  for (let i = 0; i < value.length; i++) if (value[i] === undefined && !Object.hasOwn(value, i)) return true
  return false
}

function builtInErrorOf(value: Error): keyof typeof errorConstructors {
  for (let link: object | null = Object.getPrototypeOf(value); link !== null; link = Object.getPrototypeOf(link)) {
    const name = Object.hasOwn(link, 'constructor') ? link.constructor.name : ''
    if (Object.hasOwn(errorConstructors, name)) {
      const base = name as keyof typeof errorConstructors
      if (isBuiltIn(link, errorConstructors[base])) return base
    }
  }
  return 'Error'
}
