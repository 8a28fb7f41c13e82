import { FiresteelError } from '../common/errors/index.js'
import { type Clock, systemClock } from '../common/index.js'
import { PeerPool, type RpcContext, type RpcEnvironment, type RpcMessage, type RpcPeer } from '../rpc/index.js'
import type { BlockId } from './block-id.js'
import type { BlockExecutor, BlockLocation } from './block-manager-master.js'
import {
  blockMasterEndpoint,
  blocksEndpoint,
  type CandidatesAnswer,
  type CopyToMessage,
  type GetMessage,
  type LocationsAnswer,
  type RemoveMessage,
  type ReplicateMessage,
  toWireStatus,
  type UpdateMessage,
} from './block-messages.js'
import { type BlockLease, type BlockStatus, BlockStore, type StorageMemory } from './block-store.js'
import { blockMessages, readBlockMessages } from './block-stream.js'
import { DiskStore } from './disk-store.js'
import type { Frames } from './shared-frames.js'
import { StorageLevel } from './storage-level.js'

export interface BlockManagerOptions {
  readonly executorId: string
  readonly rpc: RpcEnvironment
  /** The connection to the driver; its control channel will do, since only small messages go there. */
  readonly driver: RpcPeer
  readonly memory: StorageMemory
  /** Existing folders (`spark.local.dir`). */
  readonly localDirs: readonly string[]
  /** Longest wait for an answer, and for the next piece of a block. */
  readonly timeoutMs: number
  /** How often all holders of a block are tried again when the network failed. Default 1. */
  readonly maxRetries?: number
  /** Milliseconds before such a retry. Default 1,000. */
  readonly retryWaitMs?: number
  readonly clock?: Clock
  /** Something failed that costs a block or a copy, but no task. */
  readonly onFault?: (error: unknown, block: BlockId) => void
  /** Told of each block that came, moved or went, besides the driver. */
  readonly onUpdate?: (status: BlockStatus) => void
}

/** How a slot's task hands over a block. */
export interface PutBlock {
  /** A name or description of a storage level. */
  readonly level: string | StorageLevel
  readonly batches: Frames
  readonly slot?: number
}

/**
 * The blocks of one executor: a store of its own, news of it to the driver, blocks of other executors over data connections,
 * and copies on other executors where the level asks for them. It runs on the executor's main thread.
 */
export class BlockManager {
  readonly store: BlockStore
  readonly #options: BlockManagerOptions
  readonly #clock: Clock
  readonly #peers: PeerPool
  readonly #endpoint: { unregister(): void }
  readonly #copying = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(options: BlockManagerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#peers = new PeerPool(options.rpc, { connectTimeoutMs: options.timeoutMs })
    this.store = new BlockStore({
      memory: options.memory,
      disk: new DiskStore({ dirs: options.localDirs, id: options.executorId }),
      onUpdate: (status) => this.#updated(status),
      onFault: options.onFault,
    })
    this.#endpoint = options.rpc.register(blocksEndpoint, {
      get: (message) => this.#serve((message.body as GetMessage).block),
      replicate: (message, context) => this.#takeCopy(message, context),
      copyTo: ({ body }) => this.#copyTo(body as CopyToMessage),
      remove: ({ body }) => this.#remove((body as RemoveMessage).group),
    })
  }

  /** Bytes of blocks in memory. */
  get usedBytes(): number {
    return this.store.memoryBytes
  }

  /** A block's frames from here or, if this executor has none, from another one; undefined when nobody has it. */
  async get(block: BlockId): Promise<Frames | undefined> {
    const lease = await this.store.get(block)
    if (lease !== undefined) {
      lease.release()
      return lease.frames
    }
    return this.fetch(block)
  }

  /** As `get`, but only what is here, and it stays in its place until released. */
  lease(block: BlockId): Promise<BlockLease | undefined> {
    return this.store.get(block)
  }

  /**
   * Keeps a block here, and copies of it on other executors if its level says so. Resolves to false when there was no room for it. A
   * copy that cannot be made is a fault and no failure. @throws FS_STORAGE_DISK_FULL, FS_STORAGE_IO, FS_STORAGE_LEVEL
   */
  async put(block: BlockId, { level, batches, slot }: PutBlock): Promise<boolean> {
    const parsed = typeof level === 'string' ? StorageLevel.parse(level) : level
    if (!parsed.isValid) return false
    const isNew = !this.store.has(block)
    const status = await this.store.put(block, batches, { level: parsed, slot })
    if (status.memoryBytes + status.diskBytes === 0) return false
    if (isNew && parsed.replication > 1) await this.#replicate(block, parsed)
    return true
  }

  /** A block from another executor. */
  async fetch(block: BlockId): Promise<Frames | undefined> {
    const { maxRetries = 1, retryWaitMs = 1_000 } = this.#options
    for (let attempt = 0; ; attempt++) {
      const locations = await this.#locations(block)
      let failed = 0
      for (const location of locations) {
        try {
          return await this.#fetchFrom(location, block)
        } catch (error) {
          // It has it no more: that is an answer. Anything else may pass.
          if (FiresteelError.is(error, 'FS_STORAGE_BLOCK_GONE')) continue
          failed++
          this.#options.onFault?.(error, block)
        }
      }
      if (failed === 0 || attempt >= maxRetries) return undefined
      await new Promise<void>((resolve) => this.#clock.after(retryWaitMs, resolve, { keepAlive: true }))
    }
  }

  removeRdd(rdd: number): void {
    this.store.removeGroup(`rdd_${rdd}`)
  }

  /** Waits for copies that are on their way, then forgets all blocks and removes their files. */
  async close(): Promise<void> {
    this.#endpoint.unregister()
    this.#closing.abort(new FiresteelError('FS_RPC_CLOSED', { environment: this.#options.rpc.name }))
    await Promise.allSettled(this.#copying)
    await this.#peers.close()
    await this.store.close()
  }

  async #locations(block: BlockId): Promise<readonly BlockLocation[]> {
    const { driver, executorId, timeoutMs } = this.#options
    const answer = await driver.ask(blockMasterEndpoint, 'locations', { body: { block } }, { timeoutMs })
    const { locations } = answer.body as LocationsAnswer
    return locations.filter((location) => location.executorId !== executorId && location.address !== undefined)
  }

  async #fetchFrom(location: BlockLocation, block: BlockId): Promise<Frames> {
    const peer = await this.#peers.get(location.address as { host: string; port: number })
    return this.#pull(peer, block)
  }

  #pull(peer: RpcPeer, block: BlockId): Promise<Frames> {
    const options = { timeoutMs: this.#options.timeoutMs, signal: this.#closing.signal }
    return readBlockMessages(peer.askStream(blocksEndpoint, 'get', { body: { block } satisfies GetMessage }, options))
  }

  async *#serve(block: BlockId): AsyncGenerator<RpcMessage> {
    const lease = await this.store.get(block)
    if (lease === undefined) {
      throw new FiresteelError('FS_STORAGE_BLOCK_GONE', { executorId: this.#options.executorId, block })
    }
    try {
      yield* blockMessages(lease.frames)
    } finally {
      lease.release()
    }
  }

  async #replicate(block: BlockId, level: StorageLevel): Promise<void> {
    const { driver, timeoutMs } = this.#options
    try {
      const answer = await driver.ask(blockMasterEndpoint, 'candidates', { body: { block } }, { timeoutMs })
      await this.#copy(block, level, (answer.body as CandidatesAnswer).candidates)
    } catch (error) {
      this.#options.onFault?.(error, block)
    }
  }

  /** Gives copies to as many of the candidates as the level asks for, going on to the next when one cannot. */
  async #copy(block: BlockId, level: StorageLevel, candidates: readonly BlockExecutor[]): Promise<void> {
    const { executorId, timeoutMs } = this.#options
    const body: ReplicateMessage = { block, level: level.description }
    let missing = level.replication - 1
    for (const candidate of candidates) {
      if (missing === 0) return
      if (candidate.executorId === executorId || candidate.address === undefined) continue
      try {
        const peer = await this.#peers.get(candidate.address)
        const answer = await peer.ask(
          blocksEndpoint,
          'replicate',
          { body },
          { timeoutMs, signal: this.#closing.signal },
        )
        if ((answer.body as { kept: boolean }).kept) missing--
      } catch (error) {
        this.#options.onFault?.(error, block)
      }
    }
  }

  #copyTo({ block, level, to }: CopyToMessage): void {
    const wanted = StorageLevel.parse(level)
    const copying = this.#copy(block, wanted, to).finally(() => this.#copying.delete(copying))
    this.#copying.add(copying)
  }

  async #takeCopy(message: RpcMessage, { peer }: RpcContext): Promise<RpcMessage> {
    const { block, level } = message.body as ReplicateMessage
    if (!this.store.has(block))
      await this.store.put(block, await this.#pull(peer, block), { level: StorageLevel.parse(level) })
    return { body: { kept: this.store.has(block) } }
  }

  async #remove(group: string): Promise<RpcMessage> {
    this.store.removeGroup(group)
    await this.store.settled()
    return { body: null }
  }

  #updated(status: BlockStatus): void {
    const message: UpdateMessage = { executorId: this.#options.executorId, status: toWireStatus(status) }
    this.#options.driver.send(blockMasterEndpoint, 'update', { body: message })
    this.#options.onUpdate?.(status)
  }
}
