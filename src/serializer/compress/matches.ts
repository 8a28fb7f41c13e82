/** Shorter repetitions are not looked for. */
export const MIN_MATCH = 4
const MAX_DISTANCE = 0xffff
/** A table that fits the first-level cache finds a little less, faster. */
const HASH_BITS = 13
const HASH_SHIFT = 32 - HASH_BITS
/** Knuth's multiplier, 2^32 divided by the golden ratio. */
const HASH_FACTOR = 0x9e3779b1 | 0
/** After 2^6 misses the search steps two bytes at a time, after as many again three, and so on. */
const SKIP_SHIFT = 6

/** Where each hash of four bytes was seen last, plus `base`, so that it needs no clearing between blocks. */
const table = new Int32Array(1 << HASH_BITS)
let base = 0

/** What a block format does with what is found. */
export interface MatchSink {
  /** Takes the bytes from `start` to `end` as they are, and then `length` bytes that stand `distance` before `end` as well. */
  sequence(start: number, end: number, distance: number, length: number): void
}

/**
 * Finds repetitions of four bytes or more, at most 65,535 bytes apart, with one look at each position, as LZ4 and Snappy do.
 * None starts in the last `lastStart` bytes or ends in the last `lastEnd`.
 * @returns the position up to which the sink has got all bytes
 */
export function findMatches(
  source: Uint8Array,
  sink: MatchSink,
  { lastStart, lastEnd }: { lastStart: number; lastEnd: number },
): number {
  const view = new DataView(source.buffer, source.byteOffset, source.length)
  const start = nextBase(source.length)
  const searchEnd = source.length - lastStart
  const matchEnd = source.length - lastEnd
  let anchor = 0
  let position = 0
  let misses = 1 << SKIP_SHIFT
  while (position < searchEnd) {
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
    const end = endOfMatch(view, position + MIN_MATCH, candidate + MIN_MATCH, matchEnd)
    sink.sequence(anchor, position, position - candidate, end - position)
    position = end
    anchor = end
    if (position >= searchEnd) break
    table[Math.imul(view.getInt32(position - 2, true), HASH_FACTOR) >>> HASH_SHIFT] = position - 2 + start
  }
  return anchor
}

/** Where the bytes from `position` on stop being those from `candidate` on. */
function endOfMatch(view: DataView, position: number, candidate: number, limit: number): number {
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
