import { threadId } from 'node:worker_threads'
import { errorCodeOf, type FileUse, withFileErrors } from './io-errors.js'
import { type SyncFiles, systemFiles } from './sync-files.js'

/** Bytes gathered before the file is written to. */
const STAGING_BYTES = 256 * 1024
/** Larger parts are written as they are. */
const DIRECT_BYTES = 64 * 1024

let counter = 0

/** A name in `folder` that no other thread or process uses. */
export function temporaryPath(folder: string, prefix: string): string {
  return `${folder}/${prefix}-${process.pid}-${threadId}-${++counter}`
}

/** A file that is written at its end, through a staging buffer, and can be read back while it is open. */
export class AppendFile {
  readonly path: string
  readonly #what: string
  readonly #files: SyncFiles
  readonly #fd: number
  #staging: Buffer | undefined
  #staged = 0
  #written = 0
  #open = true

  /** Creates the file; it must not exist. `what` names it in errors. */
  constructor(path: string, what: string, options: { files?: SyncFiles } = {}) {
    this.path = path
    this.#what = what
    this.#files = options.files ?? systemFiles
    this.#fd = withFileErrors(this.#use('opened'), () => this.#files.open(path, 'wx+'))
  }

  /** Bytes appended so far. */
  get length(): number {
    return this.#written + this.#staged
  }

  append(bytes: Uint8Array): void {
    if (bytes.length >= DIRECT_BYTES) {
      this.flush()
      this.#write(bytes)
      return
    }
    if (this.#staged + bytes.length > STAGING_BYTES) this.flush()
    this.#stagingBuffer().set(bytes, this.#staged)
    this.#staged += bytes.length
  }

  /** Appends `length` bytes of another file from `offset`. */
  appendRange(source: AppendFile, offset: number, length: number): void {
    source.flush()
    for (let done = 0; done < length; ) {
      if (this.#staged === STAGING_BYTES) this.flush()
      const piece = Math.min(length - done, STAGING_BYTES - this.#staged)
      source.readInto(this.#stagingBuffer().subarray(this.#staged, this.#staged + piece), offset + done)
      this.#staged += piece
      done += piece
    }
  }

  /** Reads `into.length` bytes at `position`, all of which must have been appended. */
  readInto(into: Uint8Array, position: number): void {
    if (position + into.length > this.#written) this.flush()
    for (let done = 0; done < into.length; ) {
      const at = { offset: done, length: into.length - done, position: position + done }
      const got = withFileErrors(this.#use('read'), () => this.#files.read(this.#fd, into, at))
      if (got === 0) throw new Error(`${this.path} ends at ${position + done}, ${at.length} bytes are missing`)
      done += got
    }
  }

  /** Writes what is staged. */
  flush(): void {
    if (this.#staged === 0) return
    const staged = this.#stagingBuffer().subarray(0, this.#staged)
    this.#staged = 0
    this.#write(staged)
  }

  /** Writes the rest, closes the file and gives it its final name. */
  commit(path: string): void {
    this.flush()
    this.#close()
    withFileErrors({ ...this.#use('moved'), path }, () => this.#files.rename(this.path, path))
  }

  /** Closes and deletes the file; what it holds is lost. Never throws: there may be nothing left to delete. */
  remove(): void {
    try {
      this.#close()
    } catch {
      // A descriptor that cannot be closed changes nothing about a file that is to go.
    }
    try {
      this.#files.unlink(this.path)
    } catch (error) {
      if (errorCodeOf(error) === undefined) throw error
    }
  }

  #close(): void {
    if (!this.#open) return
    this.#open = false
    this.#staging = undefined
    this.#staged = 0
    this.#files.close(this.#fd)
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const rest = done === 0 ? bytes : bytes.subarray(done)
      const wrote = withFileErrors(this.#use('written'), () => this.#files.write(this.#fd, rest))
      done += wrote
      this.#written += wrote
    }
  }

  #stagingBuffer(): Buffer {
    this.#staging ??= Buffer.allocUnsafeSlow(STAGING_BYTES)
    return this.#staging
  }

  #use(action: FileUse['action']): FileUse {
    return { path: this.path, what: this.#what, action }
  }
}
