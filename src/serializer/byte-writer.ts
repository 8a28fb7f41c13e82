const INITIAL_BYTES = 1 << 16
/** A writer that grew beyond this gives its memory back after the batch. */
const KEPT_BYTES = 1 << 22
/** Shorter texts are written here, which costs less than a call of a Buffer. */
const SHORT = 16

/** A growing buffer with a position. Numbers of several bytes are little-endian. */
export class ByteWriter {
  bytes: Buffer
  position = 0
  private view: DataView

  /** @param room - bytes to make room for at first */
  constructor(room = INITIAL_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(room)
    this.view = viewOf(this.bytes)
  }

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    const needed = this.position + size
    if (needed > this.bytes.length) this.grow(needed)
  }

  u8(value: number): void {
    this.reserve(1)
    this.bytes[this.position++] = value
  }

  u32(value: number): void {
    this.reserve(4)
    this.view.setUint32(this.position, value, true)
    this.position += 4
  }

  f64(value: number): void {
    this.reserve(8)
    this.view.setFloat64(this.position, value, true)
    this.position += 8
  }

  /** An unsigned integer below 2^53, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.reserve(8)
    const bytes = this.bytes
    let rest = value
    while (rest > 0x7f) {
      bytes[this.position++] = (rest % 0x80) | 0x80
      rest = rest > 0x7fffffff ? Math.floor(rest / 0x80) : rest >>> 7
    }
    bytes[this.position++] = rest
  }

  /** An int32 as varint: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
  zigzag(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0)
  }

  raw(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.position)
    this.position += source.length
  }

  /** A string with its length, as Latin-1 or UTF-16; for keys and names, not for bulk. */
  text(value: string): void {
    const isLatin = !beyondLatin1.test(value)
    this.varint(value.length * 2 + (isLatin ? 0 : 1))
    this.chars(value, isLatin ? 'latin1' : 'utf16le', isLatin ? value.length : value.length * 2)
  }

  /** The characters of a string whose byte length in `encoding` is known. */
  chars(value: string, encoding: 'latin1' | 'utf8' | 'utf16le', byteLength: number): void {
    this.reserve(byteLength)
    if (byteLength < SHORT && encoding === 'latin1') {
      for (let i = 0; i < byteLength; i++) this.bytes[this.position++] = value.charCodeAt(i)
      return
    }
    this.bytes.write(value, this.position, byteLength, encoding)
    this.position += byteLength
  }

  /** A copy of what was written since `start`; the writer can be used anew. */
  copyFrom(start: number): Uint8Array {
    return new Uint8Array(this.bytes.subarray(start, this.position))
  }

  /** Forgets what was written. */
  rewind(): void {
    this.position = 0
  }

  /** Forgets everything, and gives back the memory of an unusually large batch. */
  reset(): void {
    this.rewind()
    if (this.bytes.length > KEPT_BYTES) this.replace(Buffer.allocUnsafeSlow(INITIAL_BYTES))
  }

  protected grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(larger, 0, 0, this.position)
    this.replace(larger)
  }

  protected replace(bytes: Buffer): void {
    this.bytes = bytes
    this.view = viewOf(bytes)
  }
}

/**
 * Finds a character that Latin-1 does not have. V8 knows without looking that a string it stores in one byte a character
 * has none, so that this costs nothing for most strings.
 */
export const beyondLatin1 = /[\u0100-\uffff]/

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
