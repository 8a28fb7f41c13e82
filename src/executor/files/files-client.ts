import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as pause } from 'node:timers/promises'
import { FiresteelError } from '../../common/errors/index.js'
import type { RpcAddress, RpcEnvironment, RpcMessage, RpcPeer } from '../../rpc/index.js'
import {
  type FilePiece,
  type FilesAnswer,
  filesEndpoint,
  type PartsAnswer,
  type PartsMessage,
  type ReadFilesMessage,
  type SharedFile,
  type SharedPart,
} from './file-messages.js'
import { type FileFolders, fileFolders, isPackageHere, isPackagePlaced, placeFile } from './place-file.js'

export interface FilesClientOptions {
  readonly executorId: string
  readonly rpc: RpcEnvironment
  /** The control channel to the driver. */
  readonly driver: RpcPeer
  /** Where the driver is dialled for the bytes; none in its own process, where its folders are ours. */
  readonly driverAddress?: RpcAddress
  /** The first of the executor's local directories. */
  readonly localDir: string
  /** Longest wait for the next piece. */
  readonly timeoutMs: number
  /** Whether an installed package is on this machine too; apart for tests. */
  readonly isHere?: (file: SharedFile) => boolean
}

/**
 * An executor's side of `addFile` and its like. A task says the version of the list that it counts on; when that is newer than what is
 * here, the list is asked for, and what is new fetched over a connection of its own and put into place, before the task starts. So each
 * content comes once to each executor, and only when a task may need it.
 */
export class FilesClient {
  readonly folders: FileFolders
  readonly #options: FilesClientOptions
  #version = 0
  #updating: Promise<void> | undefined

  constructor(options: FilesClientOptions) {
    this.#options = options
    this.folders = fileFolders(options.localDir)
  }

  /** Whether everything up to this version is here. */
  has(version: number): boolean {
    return this.#options.driverAddress === undefined || version <= this.#version
  }

  /** Gets what is missing up to this version. @throws FS_FILES_FETCH and what placing throws */
  async update(version: number): Promise<void> {
    while (!this.has(version)) {
      this.#updating ??= this.#update().finally(() => {
        this.#updating = undefined
      })
      await this.#updating
    }
  }

  async #update(): Promise<void> {
    const answer = await this.#ask('list', {})
    const { version, files } = answer.body as FilesAnswer
    const wanted = files.filter((file) => file.version > this.#version)
    const connection = new BulkConnection(this.#options)
    try {
      for (const file of wanted) await this.#add(file, connection)
      this.#version = version
    } finally {
      await connection.close()
      await rm(this.folders.store, { recursive: true, force: true })
    }
  }

  async #add(file: SharedFile, connection: BulkConnection): Promise<void> {
    const parts = await this.#partsOf(file)
    await this.#fetch(file, parts, connection)
    const contentPath = (hash: string) => join(this.folders.store, hash)
    for (const _ of placeFile(file, { folders: this.folders, parts, contentPath })) await pause()
  }

  async #partsOf(file: SharedFile): Promise<readonly SharedPart[]> {
    const { isHere = isPackageHere } = this.#options
    if (file.kind === 'package' ? isHere(file) || isPackagePlaced(file, this.folders) : file.place !== undefined)
      return []
    const body: PartsMessage = { version: file.version }
    return ((await this.#ask('parts', body)).body as PartsAnswer).parts
  }

  async #fetch(file: SharedFile, parts: readonly SharedPart[], connection: BulkConnection): Promise<void> {
    const hashes = [...new Set(parts.map((part) => part.hash))].filter((h) => !existsSync(join(this.folders.store, h)))
    if (hashes.length === 0) return
    await mkdir(this.folders.store, { recursive: true })
    const { timeoutMs } = this.#options
    try {
      const peer = await connection.peer()
      const body: ReadFilesMessage = { hashes }
      await this.#receive(hashes, peer.askStream(filesEndpoint, 'read', { body }, { timeoutMs }))
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      const { executorId } = this.#options
      throw new FiresteelError('FS_FILES_FETCH', { name: file.name, executorId, problem }, { cause: error })
    }
  }

  async #receive(hashes: readonly string[], messages: AsyncIterable<RpcMessage>): Promise<void> {
    let content: IncomingContent | undefined
    let received = 0
    try {
      for await (const { body, attachments } of messages) {
        const { index, isLast } = body as FilePiece
        content ??= await IncomingContent.open(this.folders.store, hashes[index] as string)
        for (const piece of attachments ?? []) await content.add(piece)
        if (!isLast) continue
        await content.end()
        content = undefined
        received++
      }
    } finally {
      await content?.discard()
    }
    if (received < hashes.length) throw new Error(`the driver sent ${received} of ${hashes.length} contents`)
  }

  #ask(method: string, body: unknown): Promise<RpcMessage> {
    return this.#options.driver.ask(filesEndpoint, method, { body }, { timeoutMs: this.#options.timeoutMs })
  }
}

/** A connection for bytes, dialled when the first are wanted. */
class BulkConnection {
  readonly #options: FilesClientOptions
  #peer: Promise<RpcPeer> | undefined

  constructor(options: FilesClientOptions) {
    this.#options = options
  }

  peer(): Promise<RpcPeer> {
    const { rpc, driverAddress, timeoutMs } = this.#options
    this.#peer ??= rpc.connect(driverAddress as RpcAddress, { timeoutMs })
    return this.#peer
  }

  async close(): Promise<void> {
    await this.#peer?.then(
      (peer) => peer.close(),
      () => undefined, // said where it was wanted
    )
  }
}

/** A content that is being received; what is there under its name in the end has that hash. */
class IncomingContent {
  readonly #hash = createHash('sha256')
  readonly #path: string
  readonly #expected: string
  readonly #file: FileHandle

  private constructor(path: string, expected: string, file: FileHandle) {
    this.#path = path
    this.#expected = expected
    this.#file = file
  }

  static async open(folder: string, hash: string): Promise<IncomingContent> {
    const path = join(folder, hash)
    return new IncomingContent(path, hash, await open(path, 'w', 0o600))
  }

  async add(piece: Uint8Array): Promise<void> {
    this.#hash.update(piece)
    for (let at = 0; at < piece.byteLength; ) at += (await this.#file.write(piece, at)).bytesWritten
  }

  async end(): Promise<void> {
    await this.#file.close()
    if (this.#hash.digest('hex') === this.#expected) return
    await rm(this.#path, { force: true })
    throw new Error('the bytes that came have another hash than those that were added')
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined)
    await rm(this.#path, { force: true })
  }
}
