import { FiresteelError } from '../../common/errors/index.js'
import { isBinarySize, restoreBinary } from '../binary.js'
import type { ByteReader } from '../byte-reader.js'
import { type ClassCodec, classOfKey, type KnownClass } from '../class-registry.js'
import { defineProperty } from '../define-property.js'
import { type RowShape, readRowShape } from './row-shape.js'
import { errorConstructors, MAX_DEPTH, rowTag } from './row-tag.js'

/** Up to this length, arrays are trimmed to their size. */
const SHORT_ARRAY = 32

/** Reads what a `RowWriter` wrote. */
export class RowReader {
  private readonly reader: ByteReader
  private readonly pool: string
  private poolPosition = 0
  private readonly shapes: RowShape[] = []
  private readonly classes: KnownClass[] = []
  /** The objects of the row at hand; undefined when no row of the column refers back. */
  private readonly references: unknown[] | undefined
  private depth = 0

  constructor(reader: ByteReader, pool: string, hasReferences: boolean) {
    this.reader = reader
    this.pool = pool
    this.references = hasReferences ? [] : undefined
  }

  row(): unknown {
    if (this.references !== undefined) this.references.length = 0
    return this.value()
  }

  /** One value; public for the functions that are generated for a shape. */
  value(): unknown {
    const { reader } = this
    const tag = reader.u8()
    if (tag >= rowTag.smallInt) return tag - rowTag.smallInt
    switch (tag) {
      case rowTag.null:
        return null
      case rowTag.undefined:
        return undefined
      case rowTag.false:
        return false
      case rowTag.true:
        return true
      case rowTag.int:
        return reader.zigzag()
      case rowTag.double:
        return reader.f64()
      case rowTag.pooledText:
        return this.pooledText(reader.varint())
      case rowTag.text:
        return reader.text()
      case rowTag.bigint:
        return readBigInt(reader)
      case rowTag.reference:
        return this.reference(reader.varint())
      default:
        return this.nested(tag)
    }
  }

  private nested(tag: number): unknown {
    if (++this.depth > MAX_DEPTH + 1) throw this.reader.corrupt('values are nested too deeply')
    const value = this.object(tag)
    this.depth--
    return value
  }

  private object(tag: number): unknown {
    const { reader } = this
    switch (tag) {
      case rowTag.array:
        return this.array(reader.varint())
      case rowTag.shape:
        return this.shaped(this.shapes[reader.varint()])
      case rowTag.newShape:
        return this.shaped(this.newShape())
      case rowTag.date:
        return this.keep(new Date(reader.f64()))
      case rowTag.map:
        return this.map(reader.varint())
      case rowTag.set:
        return this.set(reader.varint())
      case rowTag.binary:
        return this.binary()
      case rowTag.regexp:
        return this.regexp()
      case rowTag.sparseArray:
        return this.sparseArray()
      case rowTag.error:
        return this.error()
      case rowTag.boxed:
        return this.boxed()
      case rowTag.encoded:
        return this.encoded()
      default:
        throw reader.corrupt(`no value starts with byte ${tag}`)
    }
  }

  private keep<T>(value: T): T {
    this.references?.push(value)
    return value
  }

  private reference(number: number): unknown {
    if (this.references === undefined || number >= this.references.length) {
      throw this.reader.corrupt(`no object has number ${number}`)
    }
    return this.references[number]
  }

  private pooledText(length: number): string {
    const start = this.poolPosition
    const end = start + length
    if (end > this.pool.length) throw this.reader.corrupt(`${length} more characters are expected`)
    this.poolPosition = end
    return this.pool.slice(start, end)
  }

  private array(length: number): unknown[] {
    this.checkCount(length)
    const items: unknown[] = this.keep([])
    const { reader } = this
    for (let i = 0; i < length; i++) {
      if (reader.bytes[reader.position] === rowTag.hole) {
        reader.position++
        items.length = i + 1
      } else if (items.length === i) items.push(this.value())
      else items[i] = this.value()
    }
    // A copy has no room to spare, where an array that was pushed to has room for 17 items at least.
    return this.references === undefined && length <= SHORT_ARRAY ? items.slice() : items
  }

  private sparseArray(): unknown[] {
    const { reader } = this
    const items: unknown[] = this.keep([])
    const length = reader.varint()
    const count = reader.varint()
    if (length >= 2 ** 32) throw reader.corrupt(`an array cannot have length ${length}`)
    this.checkCount(count)
    // The longest length turns the array into one that stores only what is there.
    items.length = 2 ** 32 - 1
    items.length = length
    for (let i = 0; i < count; i++) {
      const name = reader.text()
      if (name === 'length') throw reader.corrupt('an array has a second length')
      defineProperty(items, name, this.value())
    }
    if (items.length !== length) throw reader.corrupt('an array is longer than its length')
    return items
  }

  private shaped(shape: RowShape | undefined): unknown {
    if (shape === undefined) throw this.reader.corrupt('an object has an unknown shape')
    if (this.references === undefined) return shape.build(this)
    const object = this.keep(shape.empty())
    for (const name of shape.names) defineProperty(object, name, this.value())
    return object
  }

  private newShape(): RowShape {
    const shape = readRowShape(this.reader)
    this.shapes.push(shape)
    return shape
  }

  private map(size: number): Map<unknown, unknown> {
    this.checkCount(size)
    const map = this.keep(new Map<unknown, unknown>())
    for (let i = 0; i < size; i++) {
      const key = this.value()
      map.set(key, this.value())
    }
    return map
  }

  private set(size: number): Set<unknown> {
    this.checkCount(size)
    const set = this.keep(new Set<unknown>())
    for (let i = 0; i < size; i++) set.add(this.value())
    return set
  }

  private binary(): object {
    const { reader } = this
    const kind = reader.u8()
    const size = reader.varint()
    if (!isBinarySize(kind, size)) throw reader.corrupt(`no binary value of kind ${kind} has ${size} bytes`)
    return this.keep(restoreBinary(kind, reader.copy(size)))
  }

  private regexp(): RegExp {
    const source = this.reader.text()
    const flags = this.reader.text()
    try {
      const regexp = this.keep(new RegExp(source, flags))
      regexp.lastIndex = this.reader.varint()
      return regexp
    } catch (error) {
      if (error instanceof FiresteelError) throw error
      throw this.reader.corrupt(`/${source}/${flags} is no regular expression`)
    }
  }

  private error(): Error {
    const { reader } = this
    const base = reader.text()
    const key = reader.text()
    const name = reader.text()
    if (!Object.hasOwn(errorConstructors, base)) throw reader.corrupt(`'${base}' is no built-in error`)
    const error = this.keep(emptyError(base as keyof typeof errorConstructors))
    if (key !== '') Object.setPrototypeOf(error, this.known(key).prototype)
    else if (name !== '' && error.name !== name) defineProperty(error, 'name', name, false)
    const stack = this.value()
    defineProperty(error, 'stack', stack, false)
    const count = reader.varint()
    for (let i = 0; i < count; i++) {
      const property = reader.text()
      const isEnumerable = reader.u8() === 1
      defineProperty(error, property, this.value(), isEnumerable)
    }
    return error
  }

  private boxed(): object {
    const number = this.references === undefined ? -1 : this.references.push(undefined) - 1
    const value = this.value()
    if (value === null || value === undefined || typeof value === 'object')
      throw this.reader.corrupt('nothing is boxed')
    const boxed = Object(value) as object
    if (this.references !== undefined) this.references[number] = boxed
    return boxed
  }

  private encoded(): object {
    const { reader } = this
    const number = this.references === undefined ? -1 : this.references.push(undefined) - 1
    const id = reader.varint()
    if (id === this.classes.length) this.classes.push(this.known(reader.text()))
    const known = this.classes[id]
    if (known?.codec === undefined) throw reader.corrupt('an instance has an unknown class')
    const instance = restore(reader, known, this.value())
    if (this.references !== undefined) this.references[number] = instance
    return instance
  }

  private known(key: string): KnownClass {
    const known = classOfKey(key)
    if (known === undefined) throw new FiresteelError('FS_SERIALIZER_CLASS_UNKNOWN', { key })
    return known
  }

  /** Every item takes a byte at least. */
  private checkCount(count: number): void {
    const { reader } = this
    if (count > reader.bytes.length - reader.position) throw reader.corrupt(`${count} more items are expected`)
  }
}

function readBigInt(reader: ByteReader): bigint {
  const text = reader.text()
  const digits = text.startsWith('-') ? text.slice(1) : text
  if (!/^[0-9a-f]+$/.test(digits)) throw reader.corrupt('a bigint has no digits')
  const value = BigInt(`0x${digits}`)
  return text.startsWith('-') ? -value : value
}

function restore(reader: ByteReader, known: KnownClass, data: unknown): object {
  try {
    return (known.codec as ClassCodec).decode(data)
  } catch (cause) {
    throw reader.corrupt(`an instance of class '${known.key}' cannot be restored: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function emptyError(base: keyof typeof errorConstructors): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return base === 'AggregateError' ? new AggregateError([]) : new errorConstructors[base]()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}
