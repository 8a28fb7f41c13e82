import { FiresteelError } from '../../common/errors/index.js'
import type { ByteReader } from '../byte-reader.js'
import { classOfKey } from '../class-registry.js'
import { defineProperty } from '../define-property.js'
import { objectLiteral } from '../object-literal.js'
import { shapeKind } from './row-tag.js'

/** Where the values of a row's properties come from, in order. */
interface ValueSource {
  value(): unknown
}

/** A shape as read: makes its objects. */
export interface RowShape {
  readonly names: readonly string[]
  /** An object without properties yet. */
  empty(): object
  /** An object with all properties. */
  build(source: ValueSource): object
}

/** From this object of a shape on, a generated function makes them; generating it costs as much as some objects. */
const COMPILED_FROM = 16

/** Reads the description of a shape. */
export function readRowShape(reader: ByteReader): RowShape {
  const kind = reader.u8()
  if (kind > shapeKind.instance) throw reader.corrupt(`no shape has kind ${kind}`)
  const prototype =
    kind === shapeKind.plain ? Object.prototype : kind === shapeKind.nullPrototype ? null : readPrototype(reader)
  const count = reader.varint()
  if (count > reader.bytes.length - reader.position) throw reader.corrupt(`${count} property names are expected`)
  const names: string[] = []
  for (let i = 0; i < count; i++) names.push(reader.text())
  return kind === shapeKind.plain ? new PlainShape(names) : new PrototypeShape(names, prototype)
}

function readPrototype(reader: ByteReader): object {
  const key = reader.text()
  const known = classOfKey(key)
  if (known === undefined) throw new FiresteelError('FS_SERIALIZER_CLASS_UNKNOWN', { key })
  return known.prototype
}

class PlainShape implements RowShape {
  readonly names: readonly string[]
  private uses = 0
  private compiled: ((source: ValueSource) => object) | undefined

  constructor(names: readonly string[]) {
    this.names = names
  }

  empty(): object {
    return {}
  }

  build(source: ValueSource): object {
    if (this.compiled !== undefined) return this.compiled(source)
    if (++this.uses === COMPILED_FROM) this.compiled = objectLiteral(this.names, 'source', () => 'source.value()')
    return fill({}, this.names, source)
  }
}

class PrototypeShape implements RowShape {
  readonly names: readonly string[]
  private readonly prototype: object | null

  constructor(names: readonly string[], prototype: object | null) {
    this.names = names
    this.prototype = prototype
  }

  empty(): object {
    return Object.create(this.prototype) as object
  }

  build(source: ValueSource): object {
    const { prototype } = this
    const object = this.empty() as Record<string, unknown>
    for (const name of this.names) {
      if (prototype !== null && name in prototype) defineProperty(object, name, source.value())
      else object[name] = source.value()
    }
    return object
  }
}

function fill(object: Record<string, unknown>, names: readonly string[], source: ValueSource): object {
  for (const name of names) {
    if (name === '__proto__') defineProperty(object, name, source.value())
    else object[name] = source.value()
  }
  return object
}
