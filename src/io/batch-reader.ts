/**
 * A synchronous source of records, batch by batch (of some 32 to 128 KB of input each), read by a slot thread.
 * An array handed out is the caller's own.
 */
export interface BatchReader<T> {
  /** The next records, at least one; `undefined` at the end. */
  next(): T[] | undefined
  /** Lets go of the file; may be called at any time and more than once. */
  close(): void
  /** Bytes read from storage so far (compressed bytes, if the file is compressed). */
  readonly bytesRead: number
  /** Records handed out so far. */
  readonly recordsRead: number
}
