import { estimateBytes, type MemoryReservation } from '../memory/index.js'
import { FrameFile, type FrameList } from './frame-file.js'
import { arrange, RunMerge, type SortedRun } from './run-merge.js'
import { MAX_SORT, sortOrder } from './sort-order.js'
import type { PairBatch, SorterOptions, SpillMetrics } from './types.js'

/** Records handed out at a time. */
const BATCH = 4096
/** Estimated bytes in memory of a run's frame: one of each run is in memory during a merge. */
const RUN_FRAME_BYTES = 256 * 1024
/** Runs merged at once. */
const MERGE_WIDTH = 64
const SAMPLES = 8

interface DiskRun {
  readonly file: FrameFile
  readonly frames: FrameList
}

/**
 * Sorts pairs by key in bounded memory: fills memory, sorts, writes the sorted run to disk, and merges the runs at the
 * end. Stable: pairs of equal keys stay in the order in which they were added, descending too.
 */
export class Sorter {
  readonly metrics: SpillMetrics = {
    records: 0,
    spills: 0,
    memoryBytesSpilled: 0,
    diskBytesSpilled: 0,
    peakMemoryBytes: 0,
    writeNanos: 0,
  }
  readonly #options: SorterOptions
  readonly #reservation: MemoryReservation
  #keys: unknown[] = []
  #values: unknown[] = []
  #bytes = 0
  #file: FrameFile | undefined
  #runs: DiskRun[] = []
  #output: SortedRun | undefined

  constructor(options: SorterOptions) {
    this.#options = options
    this.#reservation = options.memory.reservation()
  }

  /** Adds pairs; the arrays are free for reuse afterwards. Spills when memory is short. */
  addAll(keys: readonly unknown[], values: readonly unknown[]): void {
    const count = keys.length
    if (count === 0) return
    if (this.#keys.length + count > MAX_SORT) this.#spill()
    for (let i = 0; i < count; i++) this.#keys.push(keys[i])
    for (let i = 0; i < count; i++) this.#values.push(values[i])
    this.metrics.records += count
    this.#bytes += count * sampleBytes(keys, values)
    if (this.#bytes > this.metrics.peakMemoryBytes) this.metrics.peakMemoryBytes = this.#bytes
    if (this.#reservation.resize(this.#bytes)) this.#spill()
  }

  /** All pairs have been added. */
  finish(): void {
    if (this.#output !== undefined) return
    if (this.#runs.length >= MERGE_WIDTH) this.#spill()
    this.#mergeToWidth()
    const runs: SortedRun[] = this.#runs.map(readRun)
    if (this.#keys.length > 0) runs.push(this.#memoryRun())
    this.#output = runs.length === 1 ? (runs[0] as SortedRun) : new RunMerge(runs, this.#options)
  }

  /** The next pairs in order, or undefined at the end. */
  next(): PairBatch | undefined {
    this.finish()
    return this.#output?.next()
  }

  /** Gives memory back and removes temporary files; safe at any time. */
  close(): void {
    this.#forget()
    for (const { file } of this.#runs) file.remove()
    this.#file?.remove()
    this.#runs = []
    this.#file = undefined
    this.#output = { next: () => undefined }
    this.#reservation.release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #forget(): void {
    this.#keys = []
    this.#values = []
    this.#bytes = 0
  }

  #spill(): void {
    if (this.#keys.length === 0) return
    const bytes = this.#bytes
    this.#file ??= new FrameFile(this.#options)
    const written = this.#writeRun(this.#file, this.#memoryRun(recordsPerRunFrame(bytes / this.#keys.length)))
    this.#forget()
    this.#count(bytes, written)
    this.#reservation.spilled(bytes, written)
  }

  /** Writes a run; returns the bytes written. */
  #writeRun(file: FrameFile, run: SortedRun): number {
    const started = process.hrtime.bigint()
    const before = file.length
    const frames: FrameList = []
    for (let batch = run.next(); batch !== undefined; batch = run.next()) file.append(frames, batch.keys, batch.values)
    this.#runs.push({ file, frames })
    this.metrics.writeNanos += Number(process.hrtime.bigint() - started)
    return file.length - before
  }

  #count(memoryBytes: number, diskBytes: number): void {
    this.metrics.spills++
    this.metrics.memoryBytesSpilled += memoryBytes
    this.metrics.diskBytesSpilled += diskBytes
  }

  /** Merges neighbouring runs until few enough are left to be merged at once. */
  #mergeToWidth(): void {
    while (this.#runs.length > MERGE_WIDTH) {
      const old = this.#runs
      const oldFile = this.#file
      this.#runs = []
      this.#file = new FrameFile(this.#options)
      try {
        for (let from = 0; from < old.length; from += MERGE_WIDTH) {
          const merge = new RunMerge(old.slice(from, from + MERGE_WIDTH).map(readRun), this.#options)
          this.#count(0, this.#writeRun(this.#file, merge))
        }
      } finally {
        oldFile?.remove()
      }
    }
  }

  /** What is in memory, sorted; what is handed out is forgotten, so that others can use the memory. */
  #memoryRun(perBatch = BATCH): SortedRun {
    const keys = this.#keys
    const values = this.#values
    const bytes = this.#bytes
    const order = sortOrder(keys, keys.length, this.#options)
    let at = 0
    return {
      next: () => {
        if (at >= order.length) return undefined
        const part = order.subarray(at, at + perBatch)
        at += part.length
        const batch = arrange(keys, values, part)
        for (const place of part) {
          keys[place] = undefined
          values[place] = undefined
        }
        this.#reservation.resize(bytes * (1 - at / order.length))
        return batch
      },
    }
  }
}

function readRun({ file, frames }: DiskRun): SortedRun {
  let at = 0
  return {
    next: () => {
      if (at >= frames.length) return undefined
      at += 2
      return file.read(frames, at - 2)
    },
  }
}

function recordsPerRunFrame(bytesPerRecord: number): number {
  return Math.min(BATCH, Math.max(1, Math.floor(RUN_FRAME_BYTES / Math.max(1, bytesPerRecord))))
}

/** Mean bytes of a pair, the sorter's own slots included: two references and a sort word. */
function sampleBytes(keys: readonly unknown[], values: readonly unknown[]): number {
  const step = Math.max(1, Math.floor(keys.length / SAMPLES))
  let bytes = 0
  let looked = 0
  for (let i = 0; i < keys.length; i += step) {
    bytes += estimateBytes(keys[i]) + estimateBytes(values[i])
    looked++
  }
  return 36 + bytes / looked
}
