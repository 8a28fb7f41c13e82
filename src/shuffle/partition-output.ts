import { encodeBatch, encodePairs } from '../serializer/index.js'
import { AppendFile, temporaryPath } from './append-file.js'
import { FrameEncoder } from './frame-encoder.js'
import { recordsPerFrame } from './frame-size.js'
import { PartitionOrder } from './partition-order.js'
import { encodeFooter } from './shuffle-file.js'
import type { ShuffleFileInfo, ShuffleWriterOptions, SpillMetrics } from './types.js'

/** Encoded bytes kept in memory at most before they go to a spill file; a byte copy brings them back at commit. */
const MAX_PENDING_BYTES = 48 * 1024 * 1024

/** Records to be written, with the partition of each. */
export interface PartitionedBatch {
  readonly keys: readonly unknown[]
  /** Absent for records that are no pairs. */
  readonly values: readonly unknown[] | undefined
  readonly partitions: Int32Array
  readonly count: number
  /** Estimated bytes in memory of one record, to size frames by. */
  readonly bytesPerRecord: number
}

interface Spill {
  readonly file: AppendFile
  /** numPartitions + 1 offsets. */
  readonly offsets: Float64Array
}

/**
 * The output of one map task while it is being made: encoded frames for each reduce partition in memory, and earlier
 * ones in spill files. As frames can be concatenated, the spills are merged by copying bytes.
 */
export class PartitionOutput {
  readonly metrics: SpillMetrics = {
    records: 0,
    spills: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
    peakMemoryBytes: 0,
    writeNanos: 0,
  }
  readonly #options: ShuffleWriterOptions
  readonly #encoder: FrameEncoder
  /** Frames by partition; made when the first one is there, so that empty partitions cost nothing. */
  readonly #frames: (Uint8Array[] | undefined)[]
  /** Partitions that have frames in memory. */
  #pending = 0
  #spills: Spill[] = []
  readonly #sorted: PartitionOrder
  #target: AppendFile | undefined

  constructor(options: ShuffleWriterOptions) {
    this.#options = options
    this.#encoder = new FrameEncoder(options.codec)
    this.#frames = new Array(options.numPartitions)
    this.#sorted = new PartitionOrder(options.numPartitions)
  }

  /** Encoded bytes in memory. */
  get pendingBytes(): number {
    return this.#pending
  }

  /** Encodes a batch; its arrays are free for reuse afterwards. */
  write(batch: PartitionedBatch): void {
    const started = process.hrtime.bigint()
    this.#sorted.sort(batch.partitions, batch.count)
    const perFrame = recordsPerFrame(batch.bytesPerRecord)
    const { numPartitions } = this.#options
    for (let p = 0, from = 0; p < numPartitions && from < batch.count; p++) {
      const to = this.#sorted.ends[p] as number
      for (; from < to; from += perFrame) this.#encode(p, batch, { from, to: Math.min(to, from + perFrame) })
      from = to
    }
    this.metrics.records += batch.count
    this.metrics.writeNanos += Number(process.hrtime.bigint() - started)
    if (this.#pending > MAX_PENDING_BYTES) this.spill()
  }

  /** Moves the frames in memory to a spill file. Returns bytes written. */
  spill(): number {
    if (this.#pending === 0) return 0
    const started = process.hrtime.bigint()
    const { numPartitions, spillDir, files } = this.#options
    const file = new AppendFile(temporaryPath(spillDir, 'spill'), 'a spill file', { files })
    const offsets = new Float64Array(numPartitions + 1)
    this.#spills.push({ file, offsets })
    for (let p = 0; p < numPartitions; p++) {
      this.#appendPending(file, p)
      offsets[p + 1] = file.length
    }
    file.flush()
    this.#pending = 0
    this.metrics.spills++
    this.metrics.diskBytesSpilled += file.length
    this.metrics.writeNanos += Number(process.hrtime.bigint() - started)
    return file.length
  }

  /** Writes the output file. Nothing is to be seen under its name before; on an error `abort` cleans up. */
  commit(): ShuffleFileInfo {
    const started = process.hrtime.bigint()
    const { numPartitions, file: path, files } = this.#options
    const target = new AppendFile(
      temporaryPath(path.slice(0, Math.max(0, path.lastIndexOf('/'))) || '.', 'map'),
      'map output',
      {
        files,
      },
    )
    this.#target = target
    const lengths: number[] = new Array(numPartitions)
    for (let p = 0; p < numPartitions; p++) {
      const from = target.length
      for (const { file, offsets } of this.#spills) {
        const start = offsets[p] as number
        target.appendRange(file, start, (offsets[p + 1] as number) - start)
      }
      this.#appendPending(target, p)
      lengths[p] = target.length - from
    }
    target.append(encodeFooter(lengths))
    const bytes = target.length
    target.commit(path)
    this.#target = undefined
    this.#removeSpills()
    this.#pending = 0
    this.metrics.writeNanos += Number(process.hrtime.bigint() - started)
    return { path, lengths, records: this.metrics.records, bytes }
  }

  /** Removes all that was written. */
  abort(): void {
    this.#target?.remove()
    this.#target = undefined
    this.#removeSpills()
    this.#frames.fill(undefined)
    this.#pending = 0
  }

  #removeSpills(): void {
    for (const { file } of this.#spills) file.remove()
    this.#spills = []
  }

  #appendPending(file: AppendFile, partition: number): void {
    const frames = this.#frames[partition]
    if (frames === undefined) return
    for (const frame of frames) file.append(frame)
    this.#frames[partition] = undefined
  }

  #encode(partition: number, batch: PartitionedBatch, range: { from: number; to: number }): void {
    const count = range.to - range.from
    const keys = this.#sorted.gather(batch.keys, range.from, range.to)
    const payload =
      batch.values === undefined
        ? encodeBatch(keys)
        : encodePairs(keys, this.#sorted.gather(batch.values, range.from, range.to), count)
    const frame = this.#encoder.encode(payload, count)
    const frames = this.#frames[partition]
    if (frames === undefined) this.#frames[partition] = [frame]
    else frames.push(frame)
    this.#pending += frame.length
  }
}
