import type { CodecName } from './codec-name.js'

/** An output being made; plain JSON, travels to the slots. */
export interface OutputJob {
  /** Where the output becomes visible. */
  readonly path: string
  /** Names this attempt to write it; part of the folder's name. */
  readonly jobId: string
  readonly partitions: number
  readonly codec?: CodecName
}

/** One attempt to write one partition. */
export interface TaskAttempt {
  readonly partition: number
  /** Unique among the attempts at this partition. */
  readonly attempt: number
}

/** Writes the records of one partition; everything is synchronous. */
export interface RecordWriter<T> {
  write(records: readonly T[]): void
  /** Ends the file. Nothing is visible before `commitTask` and `commitJob`. */
  close(): void
  readonly bytesWritten: number
  readonly recordsWritten: number
}
