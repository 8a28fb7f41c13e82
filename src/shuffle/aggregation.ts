import type { MemoryReservation } from '../memory/index.js'
import { type Bucket, BucketFile, MAX_LEVEL } from './bucket-file.js'
import { KeyTable } from './key-table.js'
import type { AggregationOptions, PairBatch, SpillMetrics } from './types.js'

/** Entries handed out at a time. */
const BATCH = 4096

/** Counters of an aggregation. */
export interface AggregationMetrics extends SpillMetrics {
  /** Buckets that were held in memory beyond what was granted, because splitting them further would not help. */
  heldBuckets: number
}

/**
 * Aggregates by key in bounded memory. The generated loop combines into `table` and calls `afterBatch`; when memory is
 * short, the table's entries go to one of 32 buckets on disk by their hash, and the table starts anew. After `finish`,
 * `next` hands out the results: bucket by bucket, each aggregated by itself, and split again by other bits of the hash
 * when it does not fit either. Without a spill, keys come in the order in which they were first seen.
 *
 * A limit: what belongs to one key must fit into memory. A bucket that cannot get smaller is held beyond what was
 * granted, counted in the metrics and told to `warn`.
 */
export class Aggregation {
  readonly table = new KeyTable()
  readonly metrics: AggregationMetrics = {
    records: 0,
    spills: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
    peakMemoryBytes: 0,
    writeNanos: 0,
    heldBuckets: 0,
  }
  readonly #options: AggregationOptions
  readonly #reservation: MemoryReservation
  /** Where the table goes when memory is short. */
  #spillFile: BucketFile | undefined
  #level = 0
  #buckets: Bucket[] = []
  /** Files with buckets that have not been read. */
  readonly #files = new Set<BucketFile>()
  /** Entries of the table that have been handed out; -1 before `finish`. */
  #emitted = -1
  #held = false
  /** Estimate of the table that is being handed out. */
  #tableBytes = 0

  constructor(options: AggregationOptions) {
    this.#options = options
    this.#reservation = options.memory.reservation()
  }

  /** Spills when memory is short. */
  afterBatch(): void {
    const bytes = this.table.estimateBytes()
    if (bytes > this.metrics.peakMemoryBytes) this.metrics.peakMemoryBytes = bytes
    if (!this.#reservation.resize(bytes)) return
    if (this.#level > 0 && (this.table.size <= 1 || this.#level >= MAX_LEVEL)) this.#hold(bytes)
    else this.#spill(bytes)
  }

  /** All input has been seen. */
  finish(): void {
    if (this.#emitted >= 0) return
    if (this.#spillFile === undefined) this.metrics.records += this.table.updates
    this.#settle()
  }

  /** The next aggregated pairs, or undefined at the end. */
  next(): PairBatch | undefined {
    this.finish()
    while (this.#emitted >= this.table.size) {
      this.table.clear()
      this.#emitted = 0
      this.#reservation.release()
      const bucket = this.#buckets.pop()
      if (bucket === undefined) return undefined
      this.#load(bucket)
    }
    return this.#emit()
  }

  /** Gives memory back and removes temporary files; safe at any time. */
  close(): void {
    this.table.clear()
    for (const file of this.#files) file.remove()
    this.#files.clear()
    this.#buckets = []
    this.#spillFile = undefined
    this.#emitted = 0
    this.#reservation.release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** The next entries of the table; what is handed out is forgotten, so that others can use the memory. */
  #emit(): PairBatch {
    const { table, metrics } = this
    const from = this.#emitted
    const to = Math.min(table.size, from + BATCH)
    this.#emitted = to
    if (from === 0 && to === table.size) return { keys: table.keys, values: table.values }
    if (from === 0) this.#tableBytes = Math.min(table.estimateBytes(), metrics.peakMemoryBytes)
    const batch = { keys: table.keys.slice(from, to), values: table.values.slice(from, to) }
    table.keys.fill(undefined, from, to)
    table.values.fill(undefined, from, to)
    this.#reservation.resize(this.#tableBytes * (1 - to / table.size))
    return batch
  }

  /** Aggregates a bucket in the table, splitting it further where memory is short. */
  #load(bucket: Bucket): void {
    this.#level = bucket.level + 1
    this.#held = false
    for (const { keys, values } of bucket.read()) {
      this.#options.mergeSpilled(this.table, keys, values)
      this.afterBatch()
    }
    bucket.release()
    this.#settle()
  }

  /** The table is complete, or the rest of what has been spilled. */
  #settle(): void {
    this.#emitted = 0
    const file = this.#spillFile
    if (file === undefined) return
    if (this.table.size > 0) this.#spill(this.table.estimateBytes())
    this.#spillFile = undefined
    this.#buckets.push(...file.buckets().reverse())
  }

  #spill(bytes: number): void {
    const { table, metrics } = this
    const started = process.hrtime.bigint()
    this.#spillFile ??= this.#newFile()
    const written = this.#spillFile.write(table, bytes / table.size)
    if (this.#level === 0) metrics.records += table.updates
    table.clear()
    metrics.spills++
    metrics.memoryBytesSpilled += bytes
    metrics.diskBytesSpilled += written
    metrics.writeNanos += Number(process.hrtime.bigint() - started)
    this.#reservation.spilled(bytes, written)
  }

  #newFile(): BucketFile {
    const file = new BucketFile(this.#options, this.#level)
    this.#files.add(file)
    return file
  }

  #hold(bytes: number): void {
    if (this.#held) return
    this.#held = true
    this.metrics.heldBuckets++
    const megabytes = Math.ceil(bytes / 1024 / 1024)
    const { size } = this.table
    this.#options.warn?.(
      `an aggregation holds ${size === 1 ? 'one key' : `${size} keys with equal hashes`} of about ${megabytes} MB in memory: what belongs to one key cannot be spilled`,
    )
  }
}
