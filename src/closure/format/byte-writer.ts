/** Strings up to this length, and as many of them, are only written once. */
export const longestKept = 256
export const mostKept = 65_536

/** Writes numbers, strings and bytes into memory that grows. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(512)
  #length = 0
  readonly #strings = new Map<string, number>()

  /** Bytes written so far. */
  get length(): number {
    return this.#length
  }

  /** The bytes written so far; valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** A whole number from 0 to 2**53 - 1. */
  count(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  /** A whole number of 32 bits. */
  integer(value: number): void {
    this.count(((value << 1) ^ (value >> 31)) >>> 0)
  }

  double(value: number): void {
    this.#reserve(8)
    this.#bytes.writeDoubleLE(value, this.#length)
    this.#length += 8
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** A string; one that came before is a number. */
  string(value: string): void {
    if (value.length <= longestKept) {
      const seen = this.#strings.get(value)
      if (seen !== undefined) {
        this.count(seen * 4)
        return
      }
      if (this.#strings.size < mostKept) this.#strings.set(value, this.#strings.size)
    }
    this.#newString(value)
  }

  /** Low two bits: 0 a number of an earlier string, 1 ASCII, 2 UTF-8, 3 UTF-16 (lone surrogates). */
  #newString(value: string): void {
    if (value.length < 40 && this.#ascii(value)) return
    const isWellFormed = (value as string & { isWellFormed(): boolean }).isWellFormed()
    const encoding = isWellFormed ? 'utf8' : 'utf16le'
    const size = Buffer.byteLength(value, encoding)
    this.count(size * 4 + (isWellFormed ? 2 : 3))
    this.#reserve(size)
    this.#length += this.#bytes.write(value, this.#length, encoding)
  }

  #ascii(value: string): boolean {
    this.#reserve(value.length + 8)
    const start = this.#length
    this.count(value.length * 4 + 1)
    const bytes = this.#bytes
    let at = this.#length
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code > 0x7f) {
        this.#length = start
        return false
      }
      bytes[at++] = code
    }
    this.#length = at
    return true
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
