import { FiresteelError } from '../common/errors/index.js'
import { decodedSource } from './codec/decoded-source.js'
import type { FileSplit } from './file-split.js'
import type { ReadableFile } from './file-system.js'
import { locate } from './file-systems.js'

/** Bytes in order, read synchronously. */
export interface ByteSource {
  /** Fills `target` from `start` with up to `length` bytes; returns how many; 0 only at the end. */
  read(target: Uint8Array, start: number, length: number): number
  close(): void
  /** Bytes taken from storage so far. */
  readonly bytesRead: number
}

/** The bytes of a file from `position` on, as they are. */
export class FileByteSource implements ByteSource {
  readonly #file: ReadableFile
  #position: number
  #bytesRead = 0

  constructor(file: ReadableFile, position: number) {
    this.#file = file
    this.#position = position
  }

  read(target: Uint8Array, start: number, length: number): number {
    const count = this.#file.readSync(target, start, length, this.#position)
    this.#position += count
    this.#bytesRead += count
    return count
  }

  close(): void {
    this.#file.closeSync()
  }

  get bytesRead(): number {
    return this.#bytesRead
  }
}

/**
 * Opens a split's file, whose state must still be as planned.
 * @throws FS_IO_FILE_CHANGED when it has become shorter; one that grew is read as far as was planned
 */
export function openSplitFile(split: FileSplit): ReadableFile {
  const { fileSystem, path } = locate(split.path)
  const file = fileSystem.openSync(path)
  try {
    const actual = file.size()
    if (actual < split.fileSize) throw fileChanged(split, actual)
    return file
  } catch (error) {
    file.closeSync()
    throw error
  }
}

/** The bytes of a split's file, decompressed if it is compressed; from `position` on if not. */
export function openSplitSource(split: FileSplit, position: number): ByteSource {
  const source = new FileByteSource(openSplitFile(split), split.codec === undefined ? position : 0)
  return split.codec === undefined ? source : decodedSource(source, split.codec, split.path)
}

export function fileChanged(split: FileSplit, actual: number): FiresteelError {
  const modified = new Date(split.modified).toISOString()
  return new FiresteelError('FS_IO_FILE_CHANGED', { path: split.path, planned: split.fileSize, actual, modified })
}
