import { copyMatch, copyRaw } from './copy.js'
import { findMatches, type MatchSink, MIN_MATCH } from './matches.js'

/**
 * The LZ4 block format (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): sequences of a token, literals, and a copy
 * of at least four bytes from at most 65,535 bytes back. The last five bytes are literals, and no copy starts in the last twelve.
 */
const BORDERS = { lastStart: 12, lastEnd: 5 } as const
/** A nibble of the token with this value is continued in further bytes. */
const CONTINUED = 15

/** Compresses one block. */
export function lz4Compress(source: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafeSlow(source.length + Math.floor(source.length / 255) + 16)
  const writer = new Lz4Writer(source, out)
  const rest = findMatches(source, writer, BORDERS)
  writer.literals(rest, source.length, 0)
  return out.subarray(0, writer.position)
}

/**
 * Decompresses one block whose length is known.
 * @throws RangeError when the block is damaged
 */
export function lz4Decompress(source: Uint8Array, rawLength: number): Uint8Array {
  if (rawLength > source.length * 255) throw new RangeError(`${source.length} bytes of LZ4 cannot become ${rawLength}`)
  const out = Buffer.allocUnsafeSlow(rawLength)
  const end = source.length
  let from = 0
  let to = 0
  while (from < end) {
    const token = source[from++] as number
    let literals = token >>> 4
    if (literals === CONTINUED) {
      let more = 255
      while (more === 255 && from < end) literals += more = source[from++] as number
    }
    if (literals > end - from || literals > rawLength - to) throw new RangeError('LZ4 literals pass the end')
    copyRaw(source, from, out, { to, length: literals })
    from += literals
    to += literals
    if (from === end) break
    if (end - from < 2) throw new RangeError('an LZ4 copy is cut short')
    const distance = (source[from] as number) | ((source[from + 1] as number) << 8)
    from += 2
    let length = token & 15
    if (length === CONTINUED) {
      let more = 255
      while (more === 255 && from < end) length += more = source[from++] as number
    }
    length += MIN_MATCH
    if (distance === 0 || distance > to || length > rawLength - to) throw new RangeError('an LZ4 copy passes the end')
    copyMatch(out, to, distance, length)
    to += length
  }
  if (to !== rawLength) throw new RangeError(`LZ4 gave ${to} bytes, not ${rawLength}`)
  return out
}

class Lz4Writer implements MatchSink {
  private readonly source: Uint8Array
  private readonly out: Uint8Array
  position = 0

  constructor(source: Uint8Array, out: Uint8Array) {
    this.source = source
    this.out = out
  }

  sequence(start: number, end: number, distance: number, length: number): void {
    const beyond = length - MIN_MATCH
    this.literals(start, end, Math.min(beyond, CONTINUED))
    this.out[this.position++] = distance
    this.out[this.position++] = distance >>> 8
    if (beyond >= CONTINUED) this.continued(beyond - CONTINUED)
  }

  /** A token with `low` as its low nibble, and the bytes from `start` to `end`. */
  literals(start: number, end: number, low: number): void {
    const count = end - start
    this.out[this.position++] = (Math.min(count, CONTINUED) << 4) | low
    if (count >= CONTINUED) this.continued(count - CONTINUED)
    copyRaw(this.source, start, this.out, { to: this.position, length: count })
    this.position += count
  }

  private continued(length: number): void {
    let rest = length
    for (; rest >= 255; rest -= 255) this.out[this.position++] = 255
    this.out[this.position++] = rest
  }
}
