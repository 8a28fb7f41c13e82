import { copyMatch, copyRaw } from './copy.js'
import { findMatches, type MatchSink } from './matches.js'

/**
 * Snappy's block format (https://github.com/google/snappy/blob/main/format_description.txt): the raw length as varint, then elements,
 * of which the low two bits of the first byte tell the kind: literals, or a copy with a distance of 11, 16 or 32 bits.
 */
const kind = { literals: 0, near: 1, far: 2, farther: 3 } as const
/** Up to this many literals, their number less one stands in the first byte; above, it says how many bytes follow. */
const MAX_SHORT = 60
const MAX_COPY = 64
const MAX_NEAR_COPY = 11
const NEAR = 2048

/** Compresses one block. */
export function snappyCompress(source: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafeSlow(32 + source.length + Math.floor(source.length / 6))
  const writer = new SnappyWriter(source, out)
  writer.varint(source.length)
  const rest = findMatches(source, writer, { lastStart: 15, lastEnd: 0 })
  writer.literals(rest, source.length)
  return out.subarray(0, writer.position)
}

/**
 * Decompresses one block whose length is known.
 * @throws RangeError when the block is damaged
 */
export function snappyDecompress(source: Uint8Array, rawLength: number): Uint8Array {
  const header = readVarint(source)
  if (header.value !== rawLength) throw new RangeError(`a Snappy block has ${header.value} bytes, not ${rawLength}`)
  // A copy of 64 bytes takes three.
  if (rawLength > source.length * 22)
    throw new RangeError(`${source.length} bytes of Snappy cannot become ${rawLength}`)
  const out = Buffer.allocUnsafeSlow(rawLength)
  const end = source.length
  let from = header.length
  let to = 0
  while (from < end) {
    const tag = source[from++] as number
    if ((tag & 3) === kind.literals) {
      const size = tag >>> 2
      const extra = size < MAX_SHORT ? 0 : size - MAX_SHORT + 1
      const length = (extra === 0 ? size : readLittle(source, from, extra)) + 1
      from += extra
      if (length > end - from || length > rawLength - to) throw new RangeError('Snappy literals pass the end')
      copyRaw(source, from, out, { to, length })
      from += length
      to += length
    } else {
      const isNear = (tag & 3) === kind.near
      const extra = isNear ? 1 : (tag & 3) === kind.far ? 2 : 4
      const length = isNear ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
      const distance = readLittle(source, from, extra) + (isNear ? (tag >>> 5) << 8 : 0)
      from += extra
      if (distance === 0 || distance > to || length > rawLength - to)
        throw new RangeError('a Snappy copy passes the end')
      copyMatch(out, to, distance, length)
      to += length
    }
  }
  if (to !== rawLength) throw new RangeError(`Snappy gave ${to} bytes, not ${rawLength}`)
  return out
}

class SnappyWriter implements MatchSink {
  private readonly source: Uint8Array
  private readonly out: Uint8Array
  position = 0

  constructor(source: Uint8Array, out: Uint8Array) {
    this.source = source
    this.out = out
  }

  varint(value: number): void {
    let rest = value
    for (; rest > 0x7f; rest >>>= 7) this.out[this.position++] = (rest & 0x7f) | 0x80
    this.out[this.position++] = rest
  }

  sequence(start: number, end: number, distance: number, length: number): void {
    this.literals(start, end)
    let rest = length
    // A last copy of fewer than four bytes would need the long form; so leave at least four.
    for (; rest >= MAX_COPY + 4; rest -= MAX_COPY) this.copy(distance, MAX_COPY)
    if (rest > MAX_COPY) {
      this.copy(distance, MAX_COPY - 4)
      rest -= MAX_COPY - 4
    }
    this.copy(distance, rest)
  }

  literals(start: number, end: number): void {
    const count = end - start
    if (count === 0) return
    const last = count - 1
    if (last < MAX_SHORT) {
      this.out[this.position++] = last << 2
    } else {
      const extra = last < 0x100 ? 1 : last < 0x10000 ? 2 : last < 0x1000000 ? 3 : 4
      this.out[this.position++] = (MAX_SHORT + extra - 1) << 2
      for (let i = 0; i < extra; i++) this.out[this.position++] = last >>> (8 * i)
    }
    copyRaw(this.source, start, this.out, { to: this.position, length: count })
    this.position += count
  }

  private copy(distance: number, length: number): void {
    if (distance < NEAR && length <= MAX_NEAR_COPY) {
      this.out[this.position++] = kind.near | ((length - 4) << 2) | ((distance >>> 8) << 5)
      this.out[this.position++] = distance
      return
    }
    this.out[this.position++] = kind.far | ((length - 1) << 2)
    this.out[this.position++] = distance
    this.out[this.position++] = distance >>> 8
  }
}

function readVarint(source: Uint8Array): { value: number; length: number } {
  let value = 0
  for (let i = 0; i < 5 && i < source.length; i++) {
    const byte = source[i] as number
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, length: i + 1 }
  }
  throw new RangeError('a Snappy block has no length')
}

function readLittle(source: Uint8Array, from: number, size: number): number {
  if (size > source.length - from) throw new RangeError('a Snappy element is cut short')
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (source[from + i] as number)
  return value
}
