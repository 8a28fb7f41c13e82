import type { WritableFile } from './file-system.js'

/** Takes bytes in order, synchronously. */
export interface ByteSink {
  /** Takes the bytes; they may be overwritten by the caller afterwards. */
  write(bytes: Uint8Array): void
  /** Writes what is left and ends the file. */
  close(): void
  /** Lets go of the file as it is; may be called at any time. */
  discard(): void
  /** Bytes in the file so far. */
  readonly bytesWritten: number
}

/** Bytes go into a file as they are. */
export class FileByteSink implements ByteSink {
  readonly #file: WritableFile
  #bytesWritten = 0

  constructor(file: WritableFile) {
    this.#file = file
  }

  write(bytes: Uint8Array): void {
    this.#file.writeSync(bytes)
    this.#bytesWritten += bytes.length
  }

  close(): void {
    this.#file.closeSync()
  }

  discard(): void {
    this.#file.closeSync()
  }

  get bytesWritten(): number {
    return this.#bytesWritten
  }
}
