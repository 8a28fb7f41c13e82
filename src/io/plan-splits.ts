import type { FileSplit } from './file-split.js'

/** How input is cut into partitions. */
export interface PlanSplitsOptions {
  /** The least number of partitions wanted; a hint, as in Spark. */
  readonly minPartitions: number
  /** Upper limit for a split in bytes. Default: 33,554,432 (32 MiB, the block size of Hadoop's local file system). */
  readonly maxSplitBytes?: number
  /** Files stay whole, and small ones share a partition (as `wholeTextFiles` and `binaryFiles`). Default: false. */
  readonly wholeFiles?: boolean
  /** A file is one split, each its own partition (as CSV with line breaks in quotes needs). Default: false. */
  readonly unsplittable?: boolean
  /** Splits end at multiples of this number of bytes (as `binaryRecords`). */
  readonly recordLength?: number
  /** Descends into directories below the named ones. Default: false; a directory in a directory is then an error. */
  readonly recursive?: boolean
  /** Whether the end of a name (`.gz`, …) means that the file is decompressed. Default: true. */
  readonly decompress?: boolean
}

/** Expands `paths` and cuts what it finds into splits; one entry for each partition. */
export function planSplits(_paths: string, _options: PlanSplitsOptions): Promise<FileSplit[][]> {
  throw new Error('not yet')
}
