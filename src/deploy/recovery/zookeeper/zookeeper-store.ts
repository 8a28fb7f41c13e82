import { randomUUID } from 'node:crypto'
import { FiresteelError } from '../../../common/errors/index.js'
import { compressionCodec } from '../../../serializer/index.js'
import type { RecordCipher } from '../record-cipher.js'
import { decodeRecord, encodeRecord } from '../record-codec.js'
import { recordName } from '../record-name.js'
import type { RecoveryContext, RecoveryRecord, RecoveryStore } from '../recovery-mode.js'
import type { Leadership } from './leadership.js'
import { decodeManifest, encodeManifest, maxNodeBytes, partNames, splitRecord } from './split-record.js'
import type { ZooKeeperElection } from './zookeeper-election.js'
import { isLoss, isZooKeeperError, ZooKeeperError, zooKeeperCode } from './zookeeper-error.js'
import type { ZooKeeperLayout } from './zookeeper-layout.js'
import type { Operation, ZooKeeperSession } from './zookeeper-session.js'

export interface ZooKeeperStoreOptions {
  readonly layout: ZooKeeperLayout
  readonly election: ZooKeeperElection
  readonly cipher?: RecordCipher
  readonly context: Pick<RecoveryContext, 'masterUrl' | 'log'>
}

interface Change {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly leadership: Leadership
  /** The record as it is to be stored; absent to remove it. */
  readonly bytes?: Buffer
  resolve(): void
  reject(error: unknown): void
}

const compressFrom = 1_024
/** Of one transaction; with the bytes it stays well below what a request may have. */
const maxBatch = 200
const maxBatchBytes = 400 * 1024
const maxReads = 64

/**
 * One node a record. Changes that come while others are under way are made in one transaction, in order; each transaction holds only as long as
 * nobody else has been elected (see ZooKeeperElection). One whose answer got lost is made again: with the same result, since each says what a
 * node is to be, not how it is to change.
 */
export class ZooKeeperStore implements RecoveryStore {
  readonly #options: ZooKeeperStoreOptions
  readonly #codec = compressionCodec('deflate')
  /** Records that are known to be there, with the names of their pieces. Whether a node is to be created or set depends on it. */
  readonly #known = new Map<string, readonly string[]>()
  #waiting: Change[] = []
  #writing: Promise<void> | undefined

  constructor(options: ZooKeeperStoreOptions) {
    this.#options = options
  }

  async readAll(): Promise<readonly RecoveryRecord[]> {
    const { layout, election, context } = this.#options
    const leadership = election.leadership()
    if (leadership === undefined) throw this.#notLeading('reading the state')
    const { session } = leadership
    this.#known.clear()
    const names = (await session.persist(() => session.getChildren(layout.records))) ?? []
    const records: RecoveryRecord[] = []
    const inUse = new Set<string>()
    await inParallel(names, async (name) => {
      const read = await this.#read(session, name)
      if (read === undefined) return
      this.#known.set(name, read.parts)
      for (const part of read.parts) inUse.add(part)
      try {
        records.push(decodeRecord(read.bytes, name, this.#options.cipher))
      } catch (error) {
        context.log('warn', `${layout.records}/${name} is not used, and left as it is: ${(error as Error).message}`)
      }
    })
    await this.#removeRemains(leadership, inUse)
    if (election.leadership() !== leadership) throw this.#notLeading('reading the state')
    return records
  }

  async store(record: RecoveryRecord): Promise<void> {
    const bytes = encodeRecord(record, { codec: this.#codec, compressFrom, cipher: this.#options.cipher })
    return this.#change({ kind: record.kind, id: record.id, name: recordName(record.kind, record.id), bytes })
  }

  remove(kind: string, id: string): Promise<void> {
    return this.#change({ kind, id, name: recordName(kind, id) })
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  // --- writing

  #change(change: Pick<Change, 'kind' | 'id' | 'name' | 'bytes'>): Promise<void> {
    const leadership = this.#options.election.leadership()
    const action = `${change.bytes === undefined ? 'removing' : 'storing'} ${change.kind} ${change.id}`
    if (leadership === undefined) return Promise.reject(this.#notLeading(action))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...change, leadership, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    await Promise.resolve() // those of the same moment come along
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      const first = batch[0]!
      try {
        if (first.bytes !== undefined && first.bytes.length > maxNodeBytes) await this.#writeLarge(first, first.bytes)
        else await this.#writeBatch(batch)
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const change of batch) change.reject(this.#failure(change, error))
      }
    }
    // In the same moment in which nothing waits: what comes later, even right behind, begins a writing of its own.
    this.#writing = undefined
  }

  /** The next changes of one leadership that fit into one transaction, or one that is too large for any. */
  #takeBatch(): Change[] {
    let bytes = 0
    let count = 0
    for (const change of this.#waiting) {
      bytes += change.bytes?.length ?? 0
      const isFull = bytes > maxBatchBytes || count >= maxBatch || change.leadership !== this.#waiting[0]!.leadership
      if (count > 0 && isFull) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #writeBatch(batch: readonly Change[]): Promise<void> {
    // Of several changes to one record the last counts: nobody sees what is between.
    const last = new Map(batch.map((change) => [change.name, change]))
    const { leadership } = batch[0]!
    await this.#commit(leadership, () => [...last.values()].flatMap(({ name, bytes }) => this.#replace(name, bytes)))
    for (const { name, bytes } of last.values()) {
      if (bytes === undefined) this.#known.delete(name)
      else this.#known.set(name, [])
    }
  }

  async #writeLarge({ name, leadership }: Change, bytes: Buffer): Promise<void> {
    const pieces = splitRecord(bytes)
    const manifest = { generation: randomUUID(), count: pieces.length }
    const parts = partNames(name, manifest)
    for (const [at, data] of pieces.entries()) {
      await this.#commit(leadership, () => [{ type: 'create', path: this.#partPath(parts[at]!), data }], {
        mayExist: true,
      })
    }
    await this.#commit(leadership, () => this.#replace(name, encodeManifest(manifest)))
    this.#known.set(name, parts)
  }

  /** What makes a record's node hold these bytes, or be gone, with the pieces of what it held before. */
  #replace(name: string, bytes: Buffer | undefined): Operation[] {
    const path = `${this.#options.layout.records}/${name}`
    const parts = this.#known.get(name)
    const removals = (parts ?? []).map((part): Operation => ({ type: 'remove', path: this.#partPath(part) }))
    if (bytes === undefined) return parts === undefined ? [] : [{ type: 'remove', path }, ...removals]
    return [{ type: parts === undefined ? 'create' : 'set', path, data: bytes }, ...removals]
  }

  /** Until it went through, or this one leads no longer. What turns out to be there, or not, changes `#known` and with it the operations. */
  async #commit(leadership: Leadership, operationsNow: () => Operation[], { mayExist = false } = {}): Promise<void> {
    for (;;) {
      const operations = operationsNow()
      if (operations.length === 0) return
      try {
        return await this.#options.election.commit(operations, { leadership, action: 'a change of the state' })
      } catch (error) {
        if (!(error instanceof ZooKeeperError)) throw error
        if (isLoss(error)) {
          // Ends at the latest when this one steps down, which closes its session.
          await leadership.session.connected().catch(() => undefined)
          continue
        }
        const operation = error.index === undefined ? undefined : operations[error.index]
        if (operation === undefined) throw error
        if (mayExist && isZooKeeperError(error, zooKeeperCode.nodeExists)) return
        if (!(await this.#learn(leadership.session, operation, error))) throw error
      }
    }
  }

  /** Corrects what is known of a node after an operation on it failed. False when that is not why. */
  async #learn(session: ZooKeeperSession, { path }: Operation, error: ZooKeeperError): Promise<boolean> {
    const { records, parts } = this.#options.layout
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (path.startsWith(`${parts}/`) && isZooKeeperError(error, zooKeeperCode.noNode)) {
      for (const [record, known] of this.#known)
        this.#known.set(
          record,
          known.filter((part) => part !== name),
        )
      return true
    }
    if (!path.startsWith(`${records}/`)) return false
    if (isZooKeeperError(error, zooKeeperCode.noNode)) return this.#known.delete(name)
    if (!isZooKeeperError(error, zooKeeperCode.nodeExists)) return false
    const node = await session.persist(() => session.getData(path))
    const manifest = node === undefined ? undefined : decodeManifest(node.data)
    if (node !== undefined) this.#known.set(name, manifest === undefined ? [] : partNames(name, manifest))
    return true
  }

  // --- reading

  async #read(session: ZooKeeperSession, name: string): Promise<{ bytes: Buffer; parts: string[] } | undefined> {
    const node = await session.persist(() => session.getData(`${this.#options.layout.records}/${name}`))
    if (node === undefined) return undefined
    const manifest = decodeManifest(node.data)
    if (manifest === undefined) return { bytes: node.data, parts: [] }
    const parts = partNames(name, manifest)
    const pieces: Buffer[] = []
    for (const part of parts) {
      const piece = await session.persist(() => session.getData(this.#partPath(part)))
      pieces.push(piece?.data ?? Buffer.alloc(0))
    }
    return { bytes: Buffer.concat(pieces), parts }
  }

  /** Pieces that a leader wrote and did not come to use, or did not come to remove. */
  async #removeRemains(leadership: Leadership, inUse: ReadonlySet<string>): Promise<void> {
    const { session } = leadership
    const all = (await session.persist(() => session.getChildren(this.#options.layout.parts))) ?? []
    const remains = all.filter((part) => !inUse.has(part))
    for (const part of remains) {
      try {
        await this.#options.election.commit([{ type: 'remove', path: this.#partPath(part) }], {
          leadership,
          action: 'tidying up',
        })
      } catch (error) {
        if (!(error instanceof ZooKeeperError)) throw error // else the next leader may try
      }
    }
  }

  #partPath(part: string): string {
    return `${this.#options.layout.parts}/${part}`
  }

  #notLeading(action: string): FiresteelError {
    return new FiresteelError('FS_RECOVERY_NOT_LEADER', { masterUrl: this.#options.context.masterUrl, action })
  }

  #failure({ kind, id, bytes }: Change, error: unknown): unknown {
    if (error instanceof FiresteelError) return error
    const details = {
      kind,
      id,
      action: bytes === undefined ? 'removed' : 'stored',
      place: this.#options.layout.records,
      problem: (error as Error).message,
    }
    return new FiresteelError('FS_RECOVERY_STORE', details, { cause: error })
  }
}

async function inParallel<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const worker = async () => {
    for (const item of rest) await action(item)
  }
  await Promise.all(Array.from({ length: Math.min(maxReads, items.length) }, worker))
}
