import { FiresteelError } from '../common/errors/index.js'
import type { MemoryReservation } from '../memory/index.js'
import { KeyTable } from './key-table.js'
import { PartitionOutput } from './partition-output.js'
import type { CombineWriterOptions, ShuffleFileInfo, SpillMetrics } from './types.js'

/** From this size on a table that hardly combines anything is written out, memory or not: it only costs cache misses. */
const LARGE_TABLE = 1 << 20
/** Fewer updates per entry than this is hardly combining. */
const POOR_RATIO = 1.25

/**
 * Writes a map task's records combined by key. The generated loop combines into `table`; when memory is short, the
 * table's entries are written as they are and it starts anew: the reduce side combines once more anyway.
 */
export class CombineWriter {
  readonly table = new KeyTable()
  readonly #options: CombineWriterOptions
  readonly #output: PartitionOutput
  readonly #reservation: MemoryReservation
  #partitions = new Int32Array(0)

  constructor(options: CombineWriterOptions) {
    this.#options = options
    this.#output = new PartitionOutput(options)
    this.#reservation = options.memory.reservation()
  }

  get metrics(): Readonly<SpillMetrics> {
    return this.#output.metrics
  }

  /** Spills when memory is short. */
  afterBatch(): void {
    const { table } = this
    const tableBytes = table.estimateBytes()
    const bytes = tableBytes + this.#output.pendingBytes
    const { metrics } = this.#output
    if (bytes > metrics.peakMemoryBytes) metrics.peakMemoryBytes = bytes
    if (this.#reservation.resize(bytes)) {
      this.#flush(tableBytes)
      metrics.memoryBytesSpilled += bytes
      this.#reservation.spilled(bytes, this.#output.spill())
    } else if (table.size >= LARGE_TABLE && table.updates < table.size * POOR_RATIO) {
      this.#flush(tableBytes)
    }
  }

  /** Writes the output file and returns what is in it. */
  commit(): ShuffleFileInfo {
    this.#flush(this.table.estimateBytes())
    const info = this.#output.commit()
    this.#reservation.release()
    return info
  }

  /** Removes everything written; safe at any time. */
  abort(): void {
    this.table.clear()
    this.#output.abort()
    this.#reservation.release()
  }

  #flush(tableBytes: number): void {
    const { table } = this
    const count = table.size
    if (count === 0) return
    this.#assignPartitions()
    const { toCombined } = this.#options
    this.#output.write({
      keys: table.keys,
      values: toCombined === undefined ? table.values : table.values.map((value) => toCombined(value)),
      partitions: this.#partitions,
      count,
      bytesPerRecord: tableBytes / count,
    })
    table.clear()
  }

  #assignPartitions(): void {
    const { table } = this
    const { partitionOf, numPartitions } = this.#options
    if (this.#partitions.length < table.size) this.#partitions = new Int32Array(table.size)
    for (let i = 0; i < table.size; i++) {
      const partition = partitionOf(table.keys[i], table.hashAt(i))
      if (partition >>> 0 !== partition || partition >= numPartitions) {
        throw new FiresteelError('FS_SHUFFLE_PARTITION', { partition, numPartitions })
      }
      this.#partitions[i] = partition
    }
  }
}
