/**
 * The LZ4 block format (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md): sequences of a token, literals, and a copy
 * of at least four bytes from at most 65,535 bytes back. The last five bytes are literals, and no copy starts in the last twelve.
 */
const MIN_MATCH = 4
const LAST_LITERALS = 5
const LAST_MATCH_START = 12
const MAX_DISTANCE = 0xffff
const HASH_BITS = 14
const HASH_SHIFT = 32 - HASH_BITS
/** Knuth's multiplier, 2^32 divided by the golden ratio. */
const HASH_FACTOR = 0x9e3779b1 | 0
/** After 2^6 misses the search steps two bytes at a time, after as many again three, and so on. */
const SKIP_SHIFT = 6

/** Where each hash of four bytes was seen last, plus `base`, so that it needs no clearing between blocks. */
const table = new Int32Array(1 << HASH_BITS)
let base = 0

/** Compresses one block. */
export function lz4Compress(source: Uint8Array): Uint8Array {
  const out = Buffer.allocUnsafeSlow(source.length + Math.floor(source.length / 255) + 16)
  return out.subarray(0, compressInto(source, out))
}

/**
 * Decompresses one block whose length is known.
 * @throws RangeError when the block is damaged
 */
export function lz4Decompress(source: Uint8Array, rawLength: number): Uint8Array {
  const maximum = source.length * 255
  if (rawLength > maximum) throw new RangeError(`${source.length} bytes of LZ4 cannot become ${rawLength}`)
  const out = Buffer.allocUnsafeSlow(rawLength)
  const end = source.length
  let from = 0
  let to = 0
  while (from < end) {
    const token = source[from++] as number
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255 && from < end) {
        more = source[from++] as number
        literals += more
      }
    }
    if (literals > end - from || literals > rawLength - to) throw new RangeError('LZ4 literals pass the end')
    if (literals > 32) {
      out.set(source.subarray(from, from + literals), to)
      to += literals
      from += literals
    } else {
      for (const stop = to + literals; to < stop; ) out[to++] = source[from++] as number
    }
    if (from === end) break
    if (end - from < 2) throw new RangeError('an LZ4 copy is cut short')
    const distance = (source[from] as number) | ((source[from + 1] as number) << 8)
    from += 2
    let length = (token & 15) + MIN_MATCH
    if (length === 15 + MIN_MATCH) {
      let more = 255
      while (more === 255 && from < end) {
        more = source[from++] as number
        length += more
      }
    }
    if (distance === 0 || distance > to || length > rawLength - to) throw new RangeError('an LZ4 copy passes the end')
    if (length > 64 && distance >= length) {
      out.copyWithin(to, to - distance, to - distance + length)
      to += length
    } else {
      for (const stop = to + length; to < stop; to++) out[to] = out[to - distance] as number
    }
  }
  if (to !== rawLength) throw new RangeError(`LZ4 gave ${to} bytes, not ${rawLength}`)
  return out
}

function compressInto(source: Uint8Array, out: Uint8Array): number {
  const { length } = source
  const view = new DataView(source.buffer, source.byteOffset, length)
  const start = nextBase(length)
  const searchLimit = length - LAST_MATCH_START
  let anchor = 0
  let position = 0
  let to = 0
  let misses = 1 << SKIP_SHIFT
  while (position < searchLimit) {
    const word = view.getInt32(position, true)
    const slot = Math.imul(word, HASH_FACTOR) >>> HASH_SHIFT
    let candidate = (table[slot] as number) - start
    table[slot] = position + start
    if (candidate < 0 || position - candidate > MAX_DISTANCE || view.getInt32(candidate, true) !== word) {
      position += misses++ >>> SKIP_SHIFT
      continue
    }
    misses = 1 << SKIP_SHIFT
    while (position > anchor && candidate > 0 && source[position - 1] === source[candidate - 1]) {
      position--
      candidate--
    }
    const matchEnd = endOfMatch(view, position + MIN_MATCH, candidate + MIN_MATCH)
    const match = { distance: position - candidate, length: matchEnd - position - MIN_MATCH }
    to = writeSequence(source, out, { anchor, position, to, match })
    position = matchEnd
    anchor = matchEnd
    if (position >= searchLimit) break
    const before = view.getInt32(position - 2, true)
    table[Math.imul(before, HASH_FACTOR) >>> HASH_SHIFT] = position - 2 + start
  }
  return writeLiterals(source, out, { anchor, position: length, to, low: 0 })
}

/** Where the bytes from `position` on stop being those from `candidate` on; before the last literals. */
function endOfMatch(view: DataView, position: number, candidate: number): number {
  const limit = view.byteLength - LAST_LITERALS
  let end = position
  let other = candidate
  while (end + 4 <= limit) {
    const difference = view.getInt32(end, true) ^ view.getInt32(other, true)
    if (difference !== 0) return end + ((31 - Math.clz32(difference & -difference)) >>> 3)
    end += 4
    other += 4
  }
  while (end < limit && view.getUint8(end) === view.getUint8(other)) {
    end++
    other++
  }
  return end
}

interface Sequence {
  readonly anchor: number
  readonly position: number
  readonly to: number
  /** The copy; its length beyond the shortest one. */
  readonly match: { readonly distance: number; readonly length: number }
}

function writeSequence(source: Uint8Array, out: Uint8Array, { anchor, position, to: start, match }: Sequence): number {
  const { distance, length } = match
  let to = writeLiterals(source, out, { anchor, position, to: start, low: Math.min(length, 15) })
  out[to++] = distance
  out[to++] = distance >>> 8
  return length >= 15 ? writeLength(out, to, length - 15) : to
}

function writeLiterals(
  source: Uint8Array,
  out: Uint8Array,
  { anchor, position, to: start, low }: { anchor: number; position: number; to: number; low: number },
): number {
  const count = position - anchor
  let to = start
  out[to++] = (Math.min(count, 15) << 4) | low
  if (count >= 15) to = writeLength(out, to, count - 15)
  if (count > 32) {
    out.set(source.subarray(anchor, position), to)
    return to + count
  }
  for (let from = anchor; from < position; from++) out[to++] = source[from] as number
  return to
}

function writeLength(out: Uint8Array, start: number, length: number): number {
  let to = start
  let rest = length
  for (; rest >= 255; rest -= 255) out[to++] = 255
  out[to++] = rest
  return to
}

/** Moves past all positions of earlier blocks; entries of the table below the base are of no use. */
function nextBase(length: number): number {
  if (base + length > 0x3fffffff) {
    table.fill(0)
    base = 0
  }
  const start = base + 1
  base = start + length
  return start
}
