import type { CodecName } from './codec/codec-name.js'

/**
 * A piece of input: plain JSON, made by the driver, read by a slot. A record belongs to the split in which it starts, so
 * the splits of a file, read apart, give each record exactly once.
 */
export interface FileSplit {
  /** Absolute path, or a URL for a file system other than the local one. */
  readonly path: string
  /** First byte, counted from 0. */
  readonly start: number
  /** Bytes; the whole file's for a compressed file. */
  readonly length: number
  /** The file's size in bytes when the work was planned; a file that is shorter when it is read is an error. */
  readonly fileSize: number
  /** How the file is compressed; absent: not at all. Such a file has one split. */
  readonly codec?: CodecName
  /** When the file was last modified, in milliseconds since the epoch, as known at planning. */
  readonly modified: number
}
