/** What a file system says of one path. */
export interface FileStatus {
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** Bytes; 0 for a directory. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly modified: number
}

/** An open file to read from, at any position. */
export interface ReadableFile {
  readonly path: string
  /** Size in bytes now. */
  size(): number
  /** Fills `target` from `targetStart` with up to `length` bytes found at `position`; returns how many; 0 at the end. */
  readSync(target: Uint8Array, targetStart: number, length: number, position: number): number
  closeSync(): void
}

/** A new file being written from its start to its end. */
export interface WritableFile {
  readonly path: string
  /** Writes all of `bytes` at the end. */
  writeSync(bytes: Uint8Array): void
  closeSync(): void
}

/**
 * The seam under all file input and output: one implementation for a scheme. What a job commits with is asynchronous; looking at files and what a
 * slot thread calls is synchronous. Errors are `FiresteelError`s with a code `FS_IO_…` that name the path.
 */
export interface FileSystem {
  /** `file`, `hdfs`, … */
  readonly scheme: string
  /** The full form of a path as a user wrote it (without `file:`), relative ones from the working directory. */
  resolve(path: string): string
  /** `undefined` when there is nothing at `path`. Follows symbolic links. */
  stat(path: string): FileStatus | undefined
  /** Throws FS_IO_NOT_READABLE when this process may not read the file. */
  checkReadable(path: string): void
  /** What lies directly in a directory, ordered by name. */
  list(directory: string): FileStatus[]
  /** Makes a directory, with its parents; returns false when it was there before. */
  mkdir(path: string): Promise<boolean>
  /** Moves a file or directory in one step. `to` may be there as an empty directory, or as a file if `from` is one. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file, or a directory with all in it; nothing there is no error. */
  remove(path: string): Promise<void>

  openSync(path: string): ReadableFile
  /** Makes a new file in a directory that is there; an existing file is replaced. */
  createSync(path: string): WritableFile
  renameSync(from: string, to: string): void
  removeSync(path: string): void
}
