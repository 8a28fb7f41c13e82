import { types } from 'node:util'
import { binaryKinds } from './row/row-tag.js'

/** A kind of binary value: its place in `binaryKinds`. */
export type BinaryKind = number

const kindOfTag = new Map<string, BinaryKind>(binaryKinds.map((name, index) => [name, index]))
const BUFFER = binaryKinds.indexOf('Buffer')
const elementSizes = [1, 1, 1, 1, 1, 2, 4, 1, 2, 4, 4, 8, 8, 8]

/** The kind of a binary value; undefined for anything else, for subclasses, and for memory shared between threads. */
export function binaryKindOf(value: object): BinaryKind | undefined {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Buffer.prototype) return BUFFER
  if (!ArrayBuffer.isView(value) && !types.isArrayBuffer(value)) return undefined
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  const own = (globalThis as unknown as Record<string, { prototype: object } | undefined>)[tag]?.prototype
  if (prototype !== own && prototype?.constructor.name !== tag) return undefined
  return kindOfTag.get(tag)
}

/** The bytes of a binary value, not copied. */
export function bytesOf(value: object): Uint8Array {
  if (!ArrayBuffer.isView(value)) return new Uint8Array(value as ArrayBuffer)
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}

/** Whether `byteLength` bytes can be a value of this kind. */
export function isBinarySize(kind: BinaryKind, byteLength: number): boolean {
  const size = elementSizes[kind]
  return size !== undefined && byteLength % size === 0
}

/** A value of `kind` over its own memory. */
export function restoreBinary(kind: BinaryKind, memory: ArrayBuffer): object {
  switch (binaryKinds[kind]) {
    case 'ArrayBuffer':
      return memory
    case 'Buffer':
      return Buffer.from(memory)
    case 'DataView':
      return new DataView(memory)
    case 'Uint8Array':
      return new Uint8Array(memory)
    case 'Uint8ClampedArray':
      return new Uint8ClampedArray(memory)
    case 'Uint16Array':
      return new Uint16Array(memory)
    case 'Uint32Array':
      return new Uint32Array(memory)
    case 'Int8Array':
      return new Int8Array(memory)
    case 'Int16Array':
      return new Int16Array(memory)
    case 'Int32Array':
      return new Int32Array(memory)
    case 'Float32Array':
      return new Float32Array(memory)
    case 'Float64Array':
      return new Float64Array(memory)
    case 'BigInt64Array':
      return new BigInt64Array(memory)
    case 'BigUint64Array':
      return new BigUint64Array(memory)
    default:
      throw new RangeError(`no binary kind has number ${kind}`)
  }
}
