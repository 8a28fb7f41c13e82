import { FiresteelError } from '../common/errors/index.js'
import { codecOfPath, unreadableSuffix } from './codec/codec-name.js'
import { expandPaths, type FoundFile } from './expand-paths.js'
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

const defaultMaxSplitBytes = 32 * 1024 * 1024

/** The last split of a file may be this much longer than the others, as in Hadoop, rather than leave a tiny one. */
const slop = 1.1

/**
 * Expands `paths` (a comma-separated list of files, directories, patterns and `file:` URLs) and cuts the files into splits
 * as Hadoop does: of total size / `minPartitions` bytes, at most `maxSplitBytes`. A compressed file is one split, an empty
 * file an empty one, an empty directory none.
 * @returns one entry for each partition; more than one split in it only with `wholeFiles`
 * @throws FS_IO_PATH_NOT_FOUND, FS_IO_NOT_READABLE, FS_IO_NESTED_DIRECTORY, FS_IO_GLOB, FS_IO_SCHEME, FS_IO_CODEC,
 * FS_IO_PARTIAL_RECORD, FS_IO_OPTION
 */
export function planSplits(paths: string, options: PlanSplitsOptions): FileSplit[][] {
  checkOptions(options)
  const files = expandPaths(paths, options)
  for (const file of files) file.fileSystem.checkReadable(file.path)
  const whole = files.map((file) => wholeSplit(file, options))
  if (options.wholeFiles) return packed(whole, options)
  const splitBytes = splitBytesFor(whole, options)
  return whole.flatMap((split) => cut(split, splitBytes, options)).map((split) => [split])
}

function checkOptions(options: PlanSplitsOptions): void {
  checkCount('minPartitions', options.minPartitions, 0)
  if (options.maxSplitBytes !== undefined) checkCount('maxSplitBytes', options.maxSplitBytes, 1)
  if (options.recordLength !== undefined) checkCount('recordLength', options.recordLength, 1)
}

function checkCount(option: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new FiresteelError('FS_IO_OPTION', { option, value, reason: `it must be a whole number of at least ${least}` })
}

function wholeSplit(file: FoundFile, options: PlanSplitsOptions): FileSplit {
  const { path, size, modified } = file
  const split: FileSplit = { path, start: 0, length: size, fileSize: size, modified }
  if (options.decompress === false) return split
  const suffix = unreadableSuffix(path)
  if (suffix !== undefined) {
    throw new FiresteelError('FS_IO_CODEC', { path, reason: `files compressed as ${suffix} cannot be read` })
  }
  const codec = codecOfPath(path)
  return codec === undefined ? split : { ...split, codec }
}

/** Several whole files to a partition, up to an even share of the bytes. */
function packed(files: readonly FileSplit[], options: PlanSplitsOptions): FileSplit[][] {
  const share = Math.ceil(totalBytes(files) / Math.max(1, options.minPartitions))
  const partitions: FileSplit[][] = []
  let current: FileSplit[] = []
  let bytes = 0
  for (const file of files) {
    current.push(file)
    bytes += file.length
    if (bytes >= share && share > 0) {
      partitions.push(current)
      current = []
      bytes = 0
    }
  }
  if (current.length > 0) partitions.push(current)
  return partitions
}

function splitBytesFor(files: readonly FileSplit[], options: PlanSplitsOptions): number {
  const goal = Math.floor(totalBytes(files) / Math.max(1, options.minPartitions))
  const splitBytes = Math.max(1, Math.min(goal, options.maxSplitBytes ?? defaultMaxSplitBytes))
  const { recordLength } = options
  return recordLength === undefined ? splitBytes : Math.max(recordLength, splitBytes - (splitBytes % recordLength))
}

function cut(file: FileSplit, splitBytes: number, options: PlanSplitsOptions): FileSplit[] {
  if (file.codec !== undefined || options.unsplittable) return [file]
  checkRecords(file, options.recordLength)
  const splits: FileSplit[] = []
  let start = 0
  for (; (file.length - start) / splitBytes > slop; start += splitBytes) {
    splits.push({ ...file, start, length: splitBytes })
  }
  if (start < file.length || file.length === 0) splits.push({ ...file, start, length: file.length - start })
  return splits
}

function checkRecords(file: FileSplit, recordLength: number | undefined): void {
  if (recordLength === undefined || file.length % recordLength === 0) return
  const offset = file.length - (file.length % recordLength)
  throw new FiresteelError('FS_IO_PARTIAL_RECORD', { path: file.path, size: file.length, recordLength, offset })
}

function totalBytes(files: readonly FileSplit[]): number {
  return files.reduce((sum, file) => sum + file.length, 0)
}
