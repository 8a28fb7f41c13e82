import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import { makeFolder } from './work-folder.js'

/** A content by its SHA-256 in hexadecimal digits. */
export interface Blob {
  readonly name: string
  readonly hash: string
  readonly bytes: number
}

/** Gives the pieces of a content, in order. */
export type FetchBlob = (hash: string, signal: AbortSignal) => AsyncIterable<Uint8Array>

const hashPattern = /^[0-9a-f]{64}$/
let drafts = 0

/**
 * What drivers consist of, by content hash: each content is fetched once, also when two drivers ask at the same time, and again by nobody who
 * comes later. Workers of a machine may share the folder.
 */
export class BlobCache {
  readonly #folder: string
  readonly #fetch: FetchBlob
  readonly #fetching = new Map<string, Promise<string>>()
  /** Those that this process has verified. */
  readonly #verified = new Set<string>()

  constructor(folder: string, fetch: FetchBlob) {
    this.#folder = folder
    this.#fetch = fetch
  }

  /**
   * Path of a content that is here whole and is what its hash says.
   * @throws FS_WORKER_FETCH; what fetching throws
   */
  async get(blob: Blob, signal: AbortSignal): Promise<string> {
    const { hash } = blob
    if (!hashPattern.test(hash)) throw failure(blob, `'${String(hash).slice(0, 80)}' is no SHA-256`)
    for (;;) {
      const earlier = this.#fetching.get(hash)
      const work = earlier ?? this.#get(blob, signal).finally(() => this.#fetching.delete(hash))
      if (earlier === undefined) this.#fetching.set(hash, work)
      try {
        return await work
      } catch (error) {
        // The one who fetched it was called off; that is no reason for us.
        if (earlier === undefined || signal.aborted) throw error
        if (!isAbort(error)) throw error
      }
    }
  }

  /** Removes contents that no driver has been given since then. Returns how many. */
  clean(usedBefore: number): number {
    if (!existsSync(this.#folder)) return 0
    let removed = 0
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name)
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat === undefined || stat.mtimeMs >= usedBefore || this.#fetching.has(name)) continue
      rmSync(path, { force: true })
      this.#verified.delete(name)
      removed++
    }
    return removed
  }

  async #get(blob: Blob, signal: AbortSignal): Promise<string> {
    const path = join(this.#folder, blob.hash)
    if (await this.#isHere(path, blob)) {
      const now = new Date()
      utimesSync(path, now, now)
      return path
    }
    makeFolder(this.#folder)
    const draft = join(this.#folder, `${blob.hash}.${process.pid}.${++drafts}.part`)
    try {
      await this.#download(blob, draft, signal)
      renameSync(draft, path)
      this.#verified.add(blob.hash)
      return path
    } finally {
      rmSync(draft, { force: true })
    }
  }

  async #isHere(path: string, { hash, bytes }: Blob): Promise<boolean> {
    if (statSync(path, { throwIfNoEntry: false })?.size !== bytes) return false
    if (this.#verified.has(hash)) return true
    const actual = createHash('sha256')
    for await (const piece of createReadStream(path)) actual.update(piece as Buffer)
    if (actual.digest('hex') !== hash) return false
    this.#verified.add(hash)
    return true
  }

  async #download(blob: Blob, draft: string, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256')
    const file = await open(draft, 'wx', 0o600)
    let length = 0
    try {
      for await (const piece of this.#fetch(blob.hash, signal)) {
        length += piece.byteLength
        if (length > blob.bytes) throw failure(blob, `more than its ${blob.bytes} bytes came`)
        hash.update(piece)
        await file.writeFile(piece)
      }
    } finally {
      await file.close()
    }
    if (length < blob.bytes) throw failure(blob, `${length} of its ${blob.bytes} bytes came`)
    const actual = hash.digest('hex')
    if (actual !== blob.hash) throw failure(blob, `what came has the hash ${actual} instead of ${blob.hash}`)
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

function failure({ name }: Blob, problem: string): FiresteelError {
  return new FiresteelError('FS_WORKER_FETCH', { name, problem })
}
