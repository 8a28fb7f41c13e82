import { FrameFile, type FrameList } from './frame-file.js'
import { recordsPerFrame } from './frame-size.js'
import type { KeyTable } from './key-table.js'
import { PartitionOrder } from './partition-order.js'
import type { PairBatch, SpillOptions } from './types.js'

/** Bits of the mixed hash that choose a bucket at each level. */
const BUCKET_BITS = 5
const BUCKETS = 1 << BUCKET_BITS
/** Levels of splitting: after them, keys of one bucket agree in nearly all bits of their hash. */
export const MAX_LEVEL = 6

/** What one bucket holds, to be read back once. */
export interface Bucket {
  readonly level: number
  /** Bytes on disk. */
  readonly bytes: number
  /** Frame by frame, in the order they were written. */
  read(): Iterable<PairBatch>
  /** The bucket is done with; with the last one the file goes. */
  release(): void
}

/** A temporary file of a table's entries, split into buckets by hash; filled by one spill after another. */
export class BucketFile {
  readonly level: number
  readonly #file: FrameFile
  readonly #sorted = new PartitionOrder(BUCKETS)
  /** The frames of each bucket. */
  readonly #frames: FrameList[] = Array.from({ length: BUCKETS }, () => [])
  #unread = 0

  constructor(options: SpillOptions, level: number) {
    this.level = level
    this.#file = new FrameFile(options)
  }

  /** Appends all entries of a table. Returns the bytes written. */
  write(table: KeyTable, bytesPerEntry: number): number {
    const before = this.#file.length
    const buckets = new Int32Array(table.size)
    for (let i = 0; i < table.size; i++) buckets[i] = bucketOf(table.hashAt(i), this.level)
    this.#sorted.sort(buckets, table.size)
    const perFrame = recordsPerFrame(bytesPerEntry)
    for (let bucket = 0, from = 0; bucket < BUCKETS; bucket++) {
      const to = this.#sorted.ends[bucket] as number
      for (; from < to; from += perFrame) this.#writeFrame(table, bucket, { from, to: Math.min(to, from + perFrame) })
      from = to
    }
    return this.#file.length - before
  }

  /** The buckets that hold anything. */
  buckets(): Bucket[] {
    const full = this.#frames.filter((frames) => frames.length > 0)
    this.#unread = full.length
    return full.map((frames) => ({
      level: this.level,
      bytes: frames.reduce((sum, value, i) => (i % 2 === 1 ? sum + value : sum), 0),
      read: () => this.#read(frames),
      release: () => {
        if (--this.#unread === 0) this.remove()
      },
    }))
  }

  remove(): void {
    this.#file.remove()
  }

  #writeFrame(table: KeyTable, bucket: number, range: { from: number; to: number }): void {
    const keys = this.#sorted.gather(table.keys, range.from, range.to)
    const values = this.#sorted.gather(table.values, range.from, range.to)
    this.#file.append(this.#frames[bucket] as FrameList, keys, values)
  }

  *#read(frames: FrameList): Generator<PairBatch> {
    for (let at = 0; at < frames.length; at += 2) yield this.#file.read(frames, at)
  }
}

/**
 * The bucket of a hash at a level. A partition's keys agree in what the partitioner looked at, and a bucket's in what
 * the level above did, so each level mixes the hash anew.
 */
function bucketOf(hash: number, level: number): number {
  let h = hash ^ Math.imul(level + 1, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> (32 - BUCKET_BITS)
}
