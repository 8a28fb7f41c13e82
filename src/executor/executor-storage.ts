import { BroadcastClient } from '../broadcast/index.js'
import type { MemoryPool } from '../memory/index.js'
import type { RpcAddress, RpcEnvironment, RpcPeer } from '../rpc/index.js'
import { BlockManager } from '../storage/index.js'

export interface ExecutorStorageOptions {
  readonly executorId: string
  readonly rpc: RpcEnvironment
  readonly driver: RpcPeer
  readonly pool: MemoryPool
  readonly localDirs: readonly string[]
  readonly timeoutMs: number
  /** Where the driver is dialled for bulk data; none in the driver's own process. */
  readonly driverAddress?: RpcAddress
  /** Where others fetch from here. */
  readonly address?: RpcAddress
}

/** The cached blocks and broadcasts of one executor process. */
export class ExecutorStorage {
  readonly #pool: MemoryPool
  readonly #blocks: BlockManager
  readonly #broadcasts: BroadcastClient

  constructor(options: ExecutorStorageOptions) {
    const { executorId, rpc, driver, pool, localDirs, timeoutMs } = options
    this.#pool = pool
    this.#blocks = new BlockManager({
      executorId,
      rpc,
      driver,
      localDirs,
      timeoutMs,
      memory: {
        get freeBytes() {
          return pool.freeBytes
        },
        tryAcquire: (bytes) => pool.acquireStorage(bytes),
        release: (bytes) => pool.releaseStorage(bytes),
      },
    })
    const { driverAddress, address } = options
    this.#broadcasts = new BroadcastClient({
      executorId,
      rpc,
      driver,
      driverAddress,
      address,
      store: this.#blocks.store,
      timeoutMs,
    })
  }

  get usedBytes(): number {
    return this.#blocks.usedBytes
  }

  get(block: string): Promise<readonly Uint8Array[] | undefined> {
    return this.#blocks.get(block)
  }

  async put(block: string, options: { level: string; batches: readonly Uint8Array[]; slot: number }): Promise<boolean> {
    const isKept = await this.#blocks.put(block, options)
    this.relieve()
    return isKept
  }

  broadcast(id: number): Promise<Uint8Array> {
    return this.#broadcasts.fetch(id)
  }

  forgetBroadcast(id: number): void {
    this.#broadcasts.forget(id)
  }

  /** Drops cached blocks when running tasks have asked for their memory. */
  relieve(): void {
    const wanted = this.#pool.evictionWanted
    if (wanted > 0) this.#blocks.store.evict(wanted)
  }

  async close(): Promise<void> {
    await this.#broadcasts.close()
    await this.#blocks.close()
  }
}
