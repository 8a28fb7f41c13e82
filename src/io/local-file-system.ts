import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { mkdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FiresteelError } from '../common/errors/index.js'
import type { FileStatus, FileSystem, ReadableFile, WritableFile } from './file-system.js'

/** The machine's own files: scheme `file:`. */
export const localFileSystem: FileSystem = {
  scheme: 'file',
  resolve: (path) => resolve(path),

  stat(path) {
    try {
      return statusOf(path, statSync(path))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw notReadable(path, error)
    }
  },

  checkReadable(path) {
    try {
      accessSync(path, constants.R_OK)
    } catch (error) {
      throw notReadable(path, error)
    }
  },

  list(directory) {
    try {
      const names = readdirSync(directory).sort()
      const found = names.map((name) => localFileSystem.stat(join(directory, name)))
      return found.filter((status) => status !== undefined)
    } catch (error) {
      throw notReadable(directory, error)
    }
  },

  async mkdir(path) {
    try {
      await mkdir(dirname(path), { recursive: true })
      await mkdir(path)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      throw notWritable(path, error)
    }
  },

  async rename(from, to) {
    try {
      // Where a directory does not replace an empty one (Windows), the empty one has to go first.
      if (process.platform === 'win32') await rmdir(to).catch(() => {})
      await rename(from, to)
    } catch (error) {
      throw notWritable(to, error)
    }
  },

  async remove(path) {
    try {
      await rm(path, { recursive: true, force: true, maxRetries: 3 })
    } catch (error) {
      throw notWritable(path, error)
    }
  },

  openSync: (path) => new LocalReadableFile(path),

  createSync: (path) => new LocalWritableFile(path),

  renameSync(from, to) {
    try {
      renameSync(from, to)
    } catch (error) {
      throw notWritable(to, error)
    }
  },

  removeSync(path) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    } catch (error) {
      throw notWritable(path, error)
    }
  },
}

class LocalReadableFile implements ReadableFile {
  readonly path: string
  #fd: number | undefined

  constructor(path: string) {
    this.path = path
    try {
      this.#fd = openSync(path, 'r')
    } catch (error) {
      if (isMissing(error)) throw new FiresteelError('FS_IO_PATH_NOT_FOUND', { path }, { cause: error })
      throw notReadable(path, error)
    }
  }

  size(): number {
    return fstatSync(this.#open()).size
  }

  readSync(target: Uint8Array, targetStart: number, length: number, position: number): number {
    try {
      return readSync(this.#open(), target, targetStart, length, position)
    } catch (error) {
      throw notReadable(this.path, error)
    }
  }

  closeSync(): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    this.#fd = undefined
  }

  #open(): number {
    if (this.#fd === undefined)
      throw new FiresteelError('FS_IO_NOT_READABLE', { path: this.path, reason: 'it was closed' })
    return this.#fd
  }
}

class LocalWritableFile implements WritableFile {
  readonly path: string
  #fd: number | undefined

  constructor(path: string) {
    this.path = path
    try {
      this.#fd = openSync(path, 'w')
    } catch (error) {
      throw notWritable(path, error)
    }
  }

  writeSync(bytes: Uint8Array): void {
    if (this.#fd === undefined)
      throw new FiresteelError('FS_IO_NOT_WRITABLE', { path: this.path, reason: 'it was closed' })
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done, bytes.length - done)
    } catch (error) {
      throw notWritable(this.path, error)
    }
  }

  closeSync(): void {
    if (this.#fd === undefined) return
    const fd = this.#fd
    this.#fd = undefined
    try {
      closeSync(fd)
    } catch (error) {
      throw notWritable(this.path, error)
    }
  }
}

function statusOf(path: string, stats: { isDirectory(): boolean; size: number; mtimeMs: number }): FileStatus {
  const isDirectory = stats.isDirectory()
  return {
    path,
    kind: isDirectory ? 'directory' : 'file',
    size: isDirectory ? 0 : stats.size,
    modified: Math.trunc(stats.mtimeMs),
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
}

function notReadable(path: string, error: unknown): FiresteelError {
  if (error instanceof FiresteelError) return error
  return new FiresteelError('FS_IO_NOT_READABLE', { path, reason: reasonOf(error) }, { cause: error })
}

function notWritable(path: string, error: unknown): FiresteelError {
  if (error instanceof FiresteelError) return error
  const code = codeOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new FiresteelError('FS_IO_DISK_FULL', { path, freeBytes: freeBytesAt(path) }, { cause: error })
  }
  return new FiresteelError('FS_IO_NOT_WRITABLE', { path, reason: reasonOf(error) }, { cause: error })
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of it is a file, not a directory',
  ELOOP: 'its symbolic links go in a circle',
  EMFILE: 'this process has too many files open',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'it is not there, or the directory that it lies in',
  ENOTEMPTY: 'it is there already, with something in it',
  EIO: 'the device reports an input/output error',
}

function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const reason = reasons[code]
  if (reason !== undefined) return `${reason} (${code})`
  return error instanceof Error ? error.message : String(error)
}

function freeBytesAt(path: string): number | undefined {
  for (let at = resolve(path); ; at = dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at)
      return bavail * bsize
    } catch {
      if (dirname(at) === at) return undefined
    }
  }
}
