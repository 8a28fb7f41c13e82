import { mkdirSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import { type Clock, systemClock } from '../../common/index.js'
import { Draft } from './draft.js'

export interface BlobStoreOptions {
  /** Largest content, in bytes. */
  readonly maxBytes: number
  /** All contents together, those on their way included, in bytes. */
  readonly maxTotalBytes: number
  readonly clock?: Clock
}

/** A content that is there whole. */
export interface StoredBlob {
  readonly path: string
  readonly bytes: number
}

export interface CleanOptions {
  /** Age since the last use, in milliseconds. */
  readonly olderThanMs: number
  /** Hashes that stay whatever their age: `blobsOf` each driver that has not ended. */
  readonly needed: ReadonlySet<string>
}

const hashPattern = /^[0-9a-f]{64}$/
const draftPattern = /^([0-9a-f]{64})\.(\d+)\.part$/

/**
 * Contents in a folder, each a file named by its SHA-256. A content is seen when it is whole and verified, never before. When a file was
 * used last is its modification time, so that this outlives the process.
 */
export class BlobStore {
  readonly #folder: string
  readonly #options: BlobStoreOptions
  readonly #clock: Clock
  readonly #drafts = new Map<string, Draft>()
  /** Name of each file of the folder -> the bytes that it takes or will take. */
  readonly #sizes = new Map<string, number>()

  /** Opens a folder, which is made if there is none, with what is in it. */
  constructor(folder: string, options: BlobStoreOptions) {
    this.#folder = folder
    this.#options = options
    this.#clock = options.clock ?? systemClock
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(folder)) {
      const declared = draftPattern.exec(name)?.[2]
      if (declared !== undefined) this.#sizes.set(name, Number(declared))
      else if (hashPattern.test(name)) this.#sizes.set(name, statSync(join(folder, name)).size)
    }
  }

  /** Bytes of all contents, those on their way as if they were whole. */
  get heldBytes(): number {
    return [...this.#sizes.values()].reduce((sum, bytes) => sum + bytes, 0)
  }

  /** Which of these are not here whole. The others count as used now. @throws FS_BLOB_HASH */
  missing(hashes: readonly string[]): string[] {
    return hashes.filter((hash) => this.find(hash) === undefined)
  }

  /** A content that is here, which counts as used now. @throws FS_BLOB_HASH */
  find(hash: string): StoredBlob | undefined {
    if (!hashPattern.test(hash)) throw new FiresteelError('FS_BLOB_HASH', { hash: String(hash).slice(0, 80) })
    const path = join(this.#folder, hash)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) {
      this.#sizes.delete(hash) // somebody may have emptied the folder
      return undefined
    }
    const now = this.#clock.now() / 1000
    utimesSync(path, now, now)
    this.#sizes.set(hash, stat.size)
    return { path, bytes: stat.size }
  }

  /**
   * Adds a piece of a content. One that does not join what is here adds nothing: the answer tells where to go on.
   *
   * @param bytes of the whole content
   * @returns bytes that are here now; all of them once it is whole and verified
   * @throws FS_BLOB_HASH, FS_BLOB_TOO_LARGE, FS_BLOB_STORE_FULL; FS_BLOB_CORRUPT when the last piece came and the hash is another, after
   *   which the upload begins anew
   */
  async put(hash: string, bytes: number, { piece, offset }: { piece: Uint8Array; offset: number }): Promise<number> {
    if (this.find(hash) !== undefined) return bytes
    const name = `${hash}.${bytes}.part`
    if (!this.#sizes.has(name)) this.#reserve(name, hash, bytes)
    const draft = this.#drafts.get(name) ?? new Draft(join(this.#folder, name), { hash, bytes })
    this.#drafts.set(name, draft)
    const finished = () => {
      this.#sizes.set(hash, bytes)
      this.#forget(name)
    }
    try {
      return await draft.add(piece, offset, { path: join(this.#folder, hash), finished })
    } catch (error) {
      if (FiresteelError.is(error, 'FS_BLOB_CORRUPT')) this.#forget(name)
      throw error
    }
  }

  /** Removes what nobody has used for long, drafts that were given up included. Returns how many files went. */
  clean({ olderThanMs, needed }: CleanOptions): number {
    const limit = this.#clock.now() - olderThanMs
    let removed = 0
    for (const name of [...this.#sizes.keys()]) {
      const hash = draftPattern.exec(name)?.[1] ?? name
      if (needed.has(hash)) continue
      const path = join(this.#folder, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat !== undefined && stat.mtimeMs > limit) continue
      rmSync(path, { force: true })
      this.#forget(name)
      removed++
    }
    return removed
  }

  #forget(name: string): void {
    this.#sizes.delete(name)
    this.#drafts.delete(name)
  }

  #reserve(name: string, hash: string, bytes: number): void {
    const { maxBytes, maxTotalBytes } = this.#options
    if (!Number.isSafeInteger(bytes) || bytes < 0 || bytes > maxBytes) {
      throw new FiresteelError('FS_BLOB_TOO_LARGE', { hash, bytes, limit: maxBytes })
    }
    const held = this.heldBytes
    if (held + bytes > maxTotalBytes) {
      throw new FiresteelError('FS_BLOB_STORE_FULL', { held, bytes, limit: maxTotalBytes })
    }
    this.#sizes.set(name, bytes)
  }
}
