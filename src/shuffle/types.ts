import type { TaskMemory } from '../memory/index.js'
import type { CompressionCodec } from '../serializer/index.js'
import type { KeyTable } from './key-table.js'
import type { PartRange } from './part-offsets.js'
import type { SyncFiles } from './sync-files.js'

/** What everything that may spill needs. */
export interface SpillOptions {
  /** The running task's memory. */
  readonly memory: TaskMemory
  /** Folder for temporary files; must exist. */
  readonly spillDir: string
  /** How frames are compressed. */
  readonly codec: CompressionCodec
  /** The file system; default the real one. */
  readonly files?: SyncFiles
}

/** Options of what writes a map task's output file. */
export interface ShuffleWriterOptions extends SpillOptions {
  /** Reduce partitions, at least 1. */
  readonly numPartitions: number
  /** Where the output appears at `commit`; written beside it under a temporary name until then. */
  readonly file: string
}

/** Options of a writer without map-side combine. */
export interface PartitionWriterOptions extends ShuffleWriterOptions {
  /** Whether records are pairs (`add`) or single values (`addRecord`). */
  readonly pairs: boolean
}

/** Options of a writer with map-side combine. */
export interface CombineWriterOptions extends ShuffleWriterOptions {
  /** The reduce partition of a key; `hash` is the key's 32-bit hash. */
  readonly partitionOf: (key: unknown, hash: number) => number
  /** Turns a table's value into the combiner that travels, once per entry when it is written; default as it is. */
  readonly toCombined?: (value: unknown) => unknown
}

/** What a map task left behind. */
export interface ShuffleFileInfo {
  readonly path: string
  /** Bytes per reduce partition, in the file's order. */
  readonly lengths: number[]
  /** Records written (after combining). */
  readonly records: number
  /** The file's size, footer included. */
  readonly bytes: number
}

/** Counters of one writer, aggregation or sorter. */
export interface SpillMetrics {
  /** Records written to the shuffle file, or read in. */
  records: number
  spills: number
  /** Estimated size in memory of what was spilled. */
  memoryBytesSpilled: number
  /** Bytes written to temporary files. */
  diskBytesSpilled: number
  /** Largest estimated use. */
  peakMemoryBytes: number
  /** Nanoseconds spent encoding and writing. */
  writeNanos: number
}

/** A batch of pairs; the first `keys.length` entries of both arrays count. */
export interface PairBatch {
  keys: unknown[]
  values: unknown[]
}

/** A reduce partition's bytes in a file that this process can open. */
export interface LocalSource {
  readonly kind: 'local'
  readonly mapId: number
  readonly executorId: string
  readonly path: string
  /** Where it is in the file; absent when only the file's own index knows. */
  readonly range?: PartRange
}

/** A reduce partition's bytes behind another executor. */
export interface RemoteSource {
  readonly kind: 'remote'
  readonly mapId: number
  readonly executorId: string
}

export type ShuffleSource = LocalSource | RemoteSource

/** One piece of a remote block; pieces of a block come in order up to its last, those of different blocks may interleave. */
export type FetchedPiece =
  | { readonly request: number; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly request: number; readonly failure: 'missing' | 'corrupt' | 'network'; readonly error?: unknown }

/** Starts fetching at once; iterating blocks the thread until the next piece is there. `request` counts within `requests`. */
export type BlockFetch<R extends RemoteSource = RemoteSource> = (requests: readonly R[]) => Iterable<FetchedPiece>

/** Options of a reduce task's input. */
export interface ShuffleInputOptions<R extends RemoteSource = RemoteSource> {
  readonly shuffleId: number
  readonly reduceId: number
  readonly sources: readonly (LocalSource | R)[]
  /** Needed when there are remote sources. */
  readonly fetch?: BlockFetch<R>
  /** Told of each block that has been read, with its bytes. */
  readonly onBlock?: (kind: ShuffleSource['kind'], bytes: number) => void
  /** The file system; default the real one. */
  readonly files?: SyncFiles
}

/** Options of a reduce-side aggregation. */
export interface AggregationOptions extends SpillOptions {
  /** Merges combiners of keys into the table: the generated loop that a spilled bucket is read back through. */
  readonly mergeSpilled: (table: KeyTable, keys: unknown[], combiners: unknown[]) => void
  /** Told once when something cannot be held to its memory; default silent. */
  readonly warn?: (message: string) => void
}

/** Options of a sort. */
export interface SorterOptions extends SpillOptions {
  readonly ascending: boolean
  /** Order of keys; default their natural order. Descending is its reverse; equal keys keep their order either way. */
  readonly compare?: (a: unknown, b: unknown) => number
}
