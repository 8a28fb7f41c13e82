import type { CodecName } from './codec/codec-name.js'

/** An output being made: plain JSON, travels to the slots. */
export interface OutputJob {
  /** Where the output becomes visible. */
  readonly path: string
  /** Names this attempt to write it. */
  readonly jobId: string
  /** How many part files there will be. */
  readonly partitions: number
  readonly codec?: CodecName
  /** The path was a directory before: files are added to it, and those of the same names replaced. */
  readonly addsToExisting?: true
}

/** One attempt to write one partition. */
export interface TaskAttempt {
  readonly partition: number
  /** Unique among the attempts at this partition. */
  readonly attempt: number
}

/** Writes the records of one partition to a file that nobody sees before it is committed; synchronous. */
export interface RecordWriter<T> {
  write(records: readonly T[]): void
  /** Ends the file. */
  close(): void
  /** Lets go of the file as it is, after a failure; may be called at any time. */
  discard(): void
  /** Bytes in the file so far. */
  readonly bytesWritten: number
  readonly recordsWritten: number
}
