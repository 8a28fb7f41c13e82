import { FiresteelError } from '../common/errors/index.js'
import { ZERO_WIDTH_LIMIT } from './zero-width.js'

/** A position in bytes of which none are trusted: every read is checked against the end. */
export class ByteReader {
  readonly bytes: Uint8Array
  position = 0
  private view: DataView | undefined
  private buffer: Buffer | undefined
  private zeroWidthLeft = ZERO_WIDTH_LIMIT

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** Moves on by `size` bytes and says where they start. */
  take(size: number): number {
    const start = this.position
    if (!(size <= this.bytes.length - start)) throw this.corrupt(`${size} more bytes are expected`)
    this.position = start + size
    return start
  }

  u8(): number {
    return this.bytes[this.take(1)] as number
  }

  u32(): number {
    return this.viewed().getUint32(this.take(4), true)
  }

  f64(): number {
    return this.viewed().getFloat64(this.take(8), true)
  }

  varint(): number {
    const bytes = this.bytes
    let byte = bytes[this.take(1)] as number
    if (byte < 0x80) return byte
    let value = byte & 0x7f
    let scale = 0x80
    do {
      byte = bytes[this.take(1)] as number
      value += (byte & 0x7f) * scale
      scale *= 0x80
    } while (byte >= 0x80 && scale <= 2 ** 49)
    if (byte >= 0x80 || value > Number.MAX_SAFE_INTEGER) throw this.corrupt('a number is too long')
    return value
  }

  zigzag(): number {
    const value = this.varint()
    return (value >>> 1) ^ -(value & 1)
  }

  text(): string {
    const header = this.varint()
    const length = Math.floor(header / 2)
    return header % 2 === 0 ? this.chars('latin1', length) : this.chars('utf16le', length * 2)
  }

  chars(encoding: 'latin1' | 'utf8' | 'utf16le', byteLength: number): string {
    const start = this.take(byteLength)
    if (byteLength < SHORT && encoding === 'latin1') return shortText(this.bytes, start, byteLength)
    this.buffer ??= Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    return this.buffer.toString(encoding, start, start + byteLength)
  }

  /** A copy of the next `size` bytes in memory of their own, aligned for any typed array. */
  copy(size: number): ArrayBuffer {
    const start = this.take(size)
    return copyToArrayBuffer(this.bytes, start, start + size)
  }

  /** Accounts for `count` values that take no bytes, so that a few damaged bytes cannot claim all memory. */
  zeroWidth(count: number): void {
    this.zeroWidthLeft -= count
    if (this.zeroWidthLeft < 0) throw this.corrupt(`${count} values are claimed to take no space`)
  }

  private viewed(): DataView {
    this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    return this.view
  }

  corrupt(reason: string, options: { cause?: unknown } = {}): FiresteelError {
    return new FiresteelError('FS_SERIALIZER_CORRUPT', { offset: this.position, reason }, options)
  }
}

/** Shorter texts are put together here, which costs less than a call of a Buffer. */
const SHORT = 12

function shortText(bytes: Uint8Array, start: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[start + i] as number)
  return text
}

function copyToArrayBuffer(bytes: Uint8Array, start: number, end: number): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + end) as ArrayBuffer
}
