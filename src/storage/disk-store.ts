import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import type { BlockId } from './block-id.js'
import { bytesOf, cutFrames, type Frames, sharedBytes } from './shared-frames.js'

/** A block on disk. What is needed to read it back stays in memory; the file holds its bytes alone. */
export interface DiskBlock {
  readonly path: string
  readonly bytes: number
  readonly lengths: readonly number[]
  /** CRC-32 of each frame. */
  readonly checksums: readonly number[]
}

export interface DiskStoreOptions {
  /** Existing folders (`spark.local.dir`). */
  readonly dirs: readonly string[]
  /** Unique among the processes that share the folders. */
  readonly id: string
}

const subFolders = 64

/**
 * Blocks as files below `<dir>/blockmgr-<id>/<00 to 3f>/`, each in the folder that its name hashes to; when one disk is full, the
 * others are tried. All calls are asynchronous: the executor's main thread must go on talking while disks are slow.
 */
export class DiskStore {
  readonly #roots: readonly string[]
  /** A part of every file name: the removal of a block's old file must never hit its new one. */
  #writes = 0

  constructor(options: DiskStoreOptions) {
    this.#roots = options.dirs.map((dir) => join(dir, `blockmgr-${options.id}`))
  }

  /** Where the next write goes first, if it is of this block. */
  nextPath(block: BlockId): string {
    return this.#paths(block, this.#writes)[0] ?? ''
  }

  /** @throws FS_STORAGE_DISK_FULL when no disk has room, FS_STORAGE_IO; nothing is left behind then. */
  async write(block: BlockId, frames: Frames): Promise<DiskBlock> {
    const bytes = bytesOf(frames)
    let failure: unknown
    for (const path of this.#paths(block, this.#writes++)) {
      try {
        await writeFrames(path, frames)
        return { path, bytes, lengths: frames.map((f) => f.byteLength), checksums: frames.map((f) => crc32(f)) }
      } catch (error) {
        await rm(path, { force: true }).catch(() => undefined)
        failure = writeError({ block, path, bytes }, error)
        if (!FiresteelError.is(failure, 'FS_STORAGE_DISK_FULL')) break
      }
    }
    throw failure
  }

  /** Reads a block into shared memory. @throws FS_STORAGE_BLOCK_CORRUPT, FS_STORAGE_IO */
  async read(block: BlockId, file: DiskBlock): Promise<Frames> {
    const bytes = sharedBytes(file.bytes)
    const read = await readInto(bytes, file.path).catch((error: NodeJS.ErrnoException) => {
      const problem = error.code ?? error.message
      throw new FiresteelError('FS_STORAGE_IO', { block, path: file.path, action: 'read', problem }, { cause: error })
    })
    const corrupt = (problem: string) =>
      new FiresteelError('FS_STORAGE_BLOCK_CORRUPT', { block, path: file.path, problem })
    if (read !== file.bytes) throw corrupt(`it has ${read} bytes of ${file.bytes}`)
    const frames = cutFrames(bytes, file.lengths)
    if (frames.some((frame, i) => crc32(frame) !== file.checksums[i])) throw corrupt('its checksum is wrong')
    return frames
  }

  async remove(file: DiskBlock): Promise<void> {
    await rm(file.path, { force: true }).catch(() => undefined)
  }

  /** Removes everything that this store wrote. */
  async close(): Promise<void> {
    await Promise.all(this.#roots.map((root) => rm(root, { recursive: true, force: true, maxRetries: 3 })))
  }

  /** The place for a block in each folder, the preferred one first. */
  #paths(block: BlockId, write: number): string[] {
    const hash = createHash('md5').update(block).digest().readUInt32LE(0)
    const subFolder = (Math.floor(hash / this.#roots.length) % subFolders).toString(16).padStart(2, '0')
    const first = hash % this.#roots.length
    return this.#roots.map((_, i) =>
      join(this.#roots[(first + i) % this.#roots.length] as string, subFolder, `${block}.${write}`),
    )
  }
}

async function writeFrames(path: string, frames: Frames): Promise<void> {
  await withFile(await openForWriting(path), async (file) => {
    for (const frame of frames) {
      for (let at = 0; at < frame.byteLength; ) at += (await file.write(frame, at)).bytesWritten
    }
  })
}

async function openForWriting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(join(path, '..'), { recursive: true })
    return open(path, 'w')
  }
}

async function readInto(bytes: Uint8Array, path: string): Promise<number> {
  return withFile(await open(path, 'r'), async (file) => {
    let at = 0
    while (at < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, at, bytes.byteLength - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return at
  })
}

async function withFile<T>(file: FileHandle, action: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await action(file)
  } finally {
    await file.close()
  }
}

function writeError(what: { block: BlockId; path: string; bytes: number }, error: unknown): unknown {
  const problem = (error as NodeJS.ErrnoException).code
  if (problem === undefined) return error
  const isFull = problem === 'ENOSPC' || problem === 'EDQUOT' || problem === 'EFBIG'
  if (isFull) return new FiresteelError('FS_STORAGE_DISK_FULL', { ...what, problem }, { cause: error })
  return new FiresteelError('FS_STORAGE_IO', { ...what, action: 'written', problem }, { cause: error })
}
