import { FiresteelError } from '../common/errors/index.js'
import { estimateBytes, type MemoryReservation } from '../memory/index.js'
import { PartitionOutput } from './partition-output.js'
import type { PartitionWriterOptions, ShuffleFileInfo, SpillMetrics } from './types.js'

/** Estimated bytes of records that wait to be encoded, at most. */
const BUFFER_BYTES = 16 * 1024 * 1024
/** Records per partition to wait for: enough that a frame's columns pay. */
const RECORDS_PER_PARTITION = 1024
const MIN_BUFFERED = 16 * 1024
const MAX_BUFFERED = 256 * 1024
/** Looked at before the first estimate. */
const FIRST_LOOK = 64
const SAMPLES = 16

/** Writes a map task's records to their reduce partitions, without combining. */
export class PartitionWriter {
  readonly #output: PartitionOutput
  readonly #reservation: MemoryReservation
  readonly #numPartitions: number
  readonly #pairs: boolean
  readonly #capacity: number
  #keys: unknown[] = []
  #values: unknown[] = []
  #partitions: Int32Array
  #count = 0
  /** At this count the buffer's size is looked at, or it is written. */
  #lookAt = FIRST_LOOK
  #bytesPerRecord = 64

  constructor(options: PartitionWriterOptions) {
    this.#numPartitions = options.numPartitions
    this.#pairs = options.pairs
    this.#capacity = Math.min(MAX_BUFFERED, Math.max(MIN_BUFFERED, options.numPartitions * RECORDS_PER_PARTITION))
    this.#partitions = new Int32Array(FIRST_LOOK * 16)
    this.#output = new PartitionOutput(options)
    this.#reservation = options.memory.reservation()
  }

  get metrics(): Readonly<SpillMetrics> {
    return this.#output.metrics
  }

  /** Adds a pair. Throws FS_SHUFFLE_PARTITION when there is no such partition. */
  add(partition: number, key: unknown, value: unknown): void {
    const at = this.#count
    if (at === this.#lookAt) {
      this.#look()
      this.add(partition, key, value)
      return
    }
    if (partition >>> 0 !== partition || partition >= this.#numPartitions) throw this.#wrong(partition)
    this.#keys[at] = key
    this.#values[at] = value
    this.#partitions[at] = partition
    this.#count = at + 1
  }

  /** Adds a record that is no pair. Throws as `add` does. */
  addRecord(partition: number, record: unknown): void {
    const at = this.#count
    if (at === this.#lookAt) {
      this.#look()
      this.addRecord(partition, record)
      return
    }
    if (partition >>> 0 !== partition || partition >= this.#numPartitions) throw this.#wrong(partition)
    this.#keys[at] = record
    this.#partitions[at] = partition
    this.#count = at + 1
  }

  /** Spills when memory is short. */
  afterBatch(): void {
    const bytes = this.#output.pendingBytes + this.#count * this.#bytesPerRecord
    const { metrics } = this.#output
    if (bytes > metrics.peakMemoryBytes) metrics.peakMemoryBytes = bytes
    if (!this.#reservation.resize(bytes)) return
    this.#write()
    this.#dropBuffers()
    metrics.memoryBytesSpilled += bytes
    this.#reservation.spilled(bytes, this.#output.spill())
  }

  /** Writes the output file and returns what is in it. */
  commit(): ShuffleFileInfo {
    this.#write()
    this.#dropBuffers()
    const info = this.#output.commit()
    this.#reservation.release()
    return info
  }

  /** Removes everything written; safe at any time. */
  abort(): void {
    this.#dropBuffers()
    this.#output.abort()
    this.#reservation.release()
  }

  #look(): void {
    this.#estimate()
    const fitting = Math.max(1, Math.floor(BUFFER_BYTES / this.#bytesPerRecord))
    if (this.#count >= Math.min(this.#capacity, fitting)) {
      this.#write()
      this.afterBatch()
    }
    const next = this.#count === 0 ? this.#lookAt : this.#count * 4
    this.#lookAt = Math.max(this.#count + 1, Math.min(next, this.#capacity, fitting))
    if (this.#partitions.length < this.#lookAt) {
      const grown = new Int32Array(Math.min(this.#capacity, Math.max(this.#lookAt, this.#partitions.length * 4)))
      grown.set(this.#partitions.subarray(0, this.#count))
      this.#partitions = grown
    }
  }

  #estimate(): void {
    const step = Math.max(1, Math.floor(this.#count / SAMPLES))
    let bytes = 0
    let looked = 0
    for (let i = 0; i < this.#count; i += step) {
      bytes += 20 + estimateBytes(this.#keys[i]) + (this.#pairs ? estimateBytes(this.#values[i]) : 0)
      looked++
    }
    this.#bytesPerRecord = Math.max(16, bytes / looked)
  }

  #write(): void {
    if (this.#count === 0) return
    this.#output.write({
      keys: this.#keys,
      values: this.#pairs ? this.#values : undefined,
      partitions: this.#partitions,
      count: this.#count,
      bytesPerRecord: this.#bytesPerRecord,
    })
    this.#count = 0
  }

  /** Forgets the buffered records; otherwise the arrays stay for the next ones, which spares the collector much. */
  #dropBuffers(): void {
    this.#keys = []
    this.#values = []
    this.#count = 0
  }

  #wrong(partition: number): FiresteelError {
    return new FiresteelError('FS_SHUFFLE_PARTITION', { partition, numPartitions: this.#numPartitions })
  }
}
