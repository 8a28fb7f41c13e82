import { constants } from 'node:buffer'
import { FiresteelError } from '../common/errors/index.js'
import { registerClass } from '../serializer/index.js'
import { locate } from './file-systems.js'

const usualChunkBytes = 65_536

/** Reads a file from its start to its end. */
export interface FileStream {
  /** Up to `length` bytes (default: 65,536), at least one; `undefined` at the end. */
  read(length?: number): Buffer | undefined
  /** May be called more than once. */
  close(): void
}

/**
 * A file by its name, which is read only when asked to: it may be sent to other executors and collected, as long as they see
 * the same files. Bytes come as they are, compressed or not.
 */
export class PortableFile {
  readonly path: string
  /** Bytes, as known when the job was planned. */
  readonly size: number

  constructor(path: string, size: number) {
    this.path = path
    this.size = size
  }

  /** Opens the file; close the stream, or read it to its end. */
  open(): FileStream {
    const { fileSystem, path } = locate(this.path)
    const file = fileSystem.openSync(path)
    let position = 0
    let isOpen = true
    const close = (): void => {
      isOpen = false
      file.closeSync()
    }
    return {
      read(length = usualChunkBytes) {
        if (!isOpen) return undefined
        const buffer = Buffer.allocUnsafeSlow(length)
        const count = file.readSync(buffer, 0, length, position)
        position += count
        if (count > 0) return buffer.subarray(0, count)
        close()
        return undefined
      },
      close,
    }
  }

  /**
   * All bytes of the file.
   * @throws FS_IO_FILE_TOO_LARGE when they do not fit into one Buffer
   */
  read(): Buffer {
    const { fileSystem, path } = locate(this.path)
    const file = fileSystem.openSync(path)
    try {
      const size = file.size()
      if (size > constants.MAX_LENGTH) {
        throw new FiresteelError('FS_IO_FILE_TOO_LARGE', { path, limit: constants.MAX_LENGTH, what: 'Buffer' })
      }
      const buffer = Buffer.allocUnsafeSlow(size)
      let filled = 0
      for (let count = 1; count > 0 && filled < size; filled += count) {
        count = file.readSync(buffer, filled, size - filled, filled)
      }
      return buffer.subarray(0, filled)
    } finally {
      file.closeSync()
    }
  }

  /** The file's bytes in pieces. */
  *[Symbol.iterator](): Generator<Buffer, void, undefined> {
    const stream = this.open()
    try {
      for (let piece = stream.read(); piece !== undefined; piece = stream.read()) yield piece
    } finally {
      stream.close()
    }
  }
}

registerClass('firesteel.PortableFile', PortableFile)
