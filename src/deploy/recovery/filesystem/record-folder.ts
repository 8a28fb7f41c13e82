import { readdir, readFile, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { FiresteelError } from '../../../common/errors/index.js'
import { type CompressionCodec, compressionCodec } from '../../../serializer/index.js'
import { decodeRecord, encodeRecord } from '../record-codec.js'
import { recordName } from '../record-name.js'
import type { LeaderElection, RecoveryContext, RecoveryRecord, RecoveryStore } from '../recovery-mode.js'
import { syncFolder, temporaryPrefix, writeTemporary } from './durable-file.js'

/** A record's file ends so; everything else in the folder is none. */
export const recordSuffix = '.record'

interface Change {
  readonly kind: string
  readonly id: string
  /** The new record; absent to remove it. */
  readonly record?: RecoveryRecord
  readonly term: number
  resolve(): void
  reject(error: Error): void
}

export interface RecordFolderOptions {
  readonly folder: string
  readonly codec?: CompressionCodec
  readonly election: Pick<LeaderElection, 'isLeading'> & {
    /** Changes with each time that it is elected: what was decided in an earlier one is refused. */
    readonly term: number
  }
  readonly context: Pick<RecoveryContext, 'masterUrl' | 'log'>
}

const maxBatch = 64
const maxReads = 64

/**
 * One file a record, each written whole: a new file reaches the disk under another name and then takes its place. Changes that come while
 * others are being written are made together, in order, so that a thousand cost little more than one.
 */
export class RecordFolder implements RecoveryStore {
  readonly #options: RecordFolderOptions
  readonly #codec: CompressionCodec
  #waiting: Change[] = []
  #writing: Promise<void> | undefined

  constructor(options: RecordFolderOptions) {
    this.#options = options
    this.#codec = options.codec ?? compressionCodec('none')
  }

  async readAll(): Promise<readonly RecoveryRecord[]> {
    this.#requireLeading('reading the state')
    const { folder, election } = this.#options
    const { term } = election
    const names = await readdir(folder)
    await Promise.all(names.filter((name) => name.startsWith(temporaryPrefix)).map((name) => this.#discard(name)))
    const files = names.filter((name) => name.endsWith(recordSuffix))
    const records: RecoveryRecord[] = []
    for (let at = 0; at < files.length; at += maxReads) {
      const some = await Promise.all(files.slice(at, at + maxReads).map((name) => this.#read(name)))
      for (const record of some) if (record !== undefined) records.push(record)
    }
    this.#requireLeading('reading the state', term)
    return records
  }

  store(record: RecoveryRecord): Promise<void> {
    return this.#change({ kind: record.kind, id: record.id, record })
  }

  remove(kind: string, id: string): Promise<void> {
    return this.#change({ kind, id })
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  #change(change: Pick<Change, 'kind' | 'id' | 'record'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...change, term: this.#options.election.term, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve() // those of the same moment come along
    while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0, maxBatch))
    // In the same moment in which nothing waits: what comes later, even right behind, begins a writing of its own.
    this.#writing = undefined
  }

  /** Contents first, side by side; then names, in the order of the calls; then one wait for the disk. Never rejects. */
  async #writeBatch(batch: readonly Change[]): Promise<void> {
    const { folder } = this.#options
    const written = await Promise.allSettled(
      batch.map(({ record }) =>
        record === undefined ? undefined : writeTemporary(folder, encodeRecord(record, { codec: this.#codec })),
      ),
    )
    const done: Change[] = []
    for (const [at, change] of batch.entries()) {
      const result = written[at]!
      try {
        if (result.status === 'rejected') throw result.reason
        await this.#settle(change, result.value)
        done.push(change)
      } catch (error) {
        change.reject(this.#failure(change, error as Error))
      }
    }
    try {
      await syncFolder(folder)
      for (const { resolve } of done) resolve()
    } catch (error) {
      for (const change of done) change.reject(this.#failure(change, error as Error))
    }
  }

  async #settle({ kind, id, term }: Change, temporary: string | undefined): Promise<void> {
    const path = join(this.#options.folder, `${recordName(kind, id)}${recordSuffix}`)
    try {
      this.#requireLeading(`storing ${kind} ${id}`, term)
      if (temporary === undefined) await unlink(path)
      else await rename(temporary, path)
    } catch (error) {
      if (temporary === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return
      if (temporary !== undefined) await unlink(temporary).catch(() => undefined) // the first error is the one to tell
      throw error
    }
  }

  async #read(name: string): Promise<RecoveryRecord | undefined> {
    const { folder, context } = this.#options
    const path = join(folder, name)
    let bytes: Buffer
    try {
      bytes = await readFile(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new FiresteelError('FS_RECOVERY_DIRECTORY', { path, problem: (error as Error).message }, { cause: error })
    }
    try {
      return decodeRecord(bytes, name.slice(0, -recordSuffix.length))
    } catch (error) {
      const aside = `${path}.damaged-${Date.now()}`
      await rename(path, aside).catch(() => undefined) // left where it is, it is skipped again next time
      context.log('warn', `${path} is not used: ${(error as Error).message}; it is kept as ${aside}`)
      return undefined
    }
  }

  async #discard(name: string): Promise<void> {
    await unlink(join(this.#options.folder, name)).catch(() => undefined) // it only takes room
  }

  #requireLeading(action: string, term = this.#options.election.term): void {
    if (this.#options.election.isLeading() && this.#options.election.term === term) return
    throw new FiresteelError('FS_RECOVERY_NOT_LEADER', { masterUrl: this.#options.context.masterUrl, action })
  }

  #failure({ kind, id, record }: Change, error: Error): Error {
    if (error instanceof FiresteelError) return error
    const details = {
      kind,
      id,
      action: record === undefined ? 'removed' : 'stored',
      place: this.#options.folder,
      problem: error.message,
    }
    return new FiresteelError('FS_RECOVERY_STORE', details, { cause: error })
  }
}
