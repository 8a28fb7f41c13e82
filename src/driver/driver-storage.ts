import { type Broadcast, BroadcastServer } from '../broadcast/index.js'
import { callSite } from '../closure/index.js'
import {
  BROADCAST_BLOCK_SIZE,
  BROADCAST_CHECKSUM,
  NETWORK_TIMEOUT,
  RPC_MESSAGE_MAX_SIZE,
  type SparkConf,
  STORAGE_REPLICATION_PROACTIVE,
} from '../common/conf/index.js'
import { broadcastId, executorId, type RddId, systemClock } from '../common/index.js'
import type { RegisterExecutor } from '../executor/index.js'
import type { ListenerBus } from '../listener/index.js'
import type { RpcEnvironment } from '../rpc/index.js'
import { type CacheView, executorLocation } from '../scheduler/index.js'
import { BlockManagerMaster, BlockMasterService, rddBlockId } from '../storage/index.js'
import type { ExecutorBackend } from './executor-backend.js'

export interface DriverStorageOptions {
  readonly rpc: RpcEnvironment
  readonly backend: ExecutorBackend
  readonly bus: ListenerBus
  readonly conf: SparkConf
}

/** The driver's side of cached blocks and broadcasts: who has what, and what is to go. */
export class DriverStorage implements CacheView {
  readonly master = new BlockManagerMaster({ seed: 1 })
  readonly #service: BlockMasterService
  readonly #broadcasts: BroadcastServer
  readonly #proactive: boolean

  constructor({ rpc, backend, bus, conf }: DriverStorageOptions) {
    this.#proactive = conf.get(STORAGE_REPLICATION_PROACTIVE)
    this.#service = new BlockMasterService({
      master: this.master,
      rpc,
      peerOf: (id) => backend.get(executorId(id))?.peer,
      timeoutMs: conf.get(NETWORK_TIMEOUT),
      onUpdate: (id, status) =>
        bus.post(() => ({
          type: 'blockUpdated',
          time: systemClock.now(),
          executorId: id,
          block: status.block,
          memoryBytes: status.memoryBytes,
          diskBytes: status.diskBytes,
          level: status.level.description,
        })),
    })
    this.#broadcasts = new BroadcastServer({
      rpc,
      pieceBytes: Math.min(conf.get(BROADCAST_BLOCK_SIZE), conf.get(RPC_MESSAGE_MAX_SIZE) / 2),
      checksum: conf.get(BROADCAST_CHECKSUM),
      removeFromExecutors: async (id, options) => {
        backend.sendAll('forgetBroadcast', { id })
        await this.#service.removeBroadcast(id, options)
      },
      site: () => callSite('broadcast').short,
    })
  }

  broadcast<T>(value: T): Broadcast<T> {
    return this.#broadcasts.broadcast(value)
  }

  /** Task locations of the executors that hold a cached partition. */
  locations(rddId: RddId, partition: number): readonly string[] {
    return this.master
      .locations(rddBlockId(rddId, partition))
      .map(({ host, executorId: id, slot }) => executorLocation(host, executorId(id), slot))
  }

  /** Removes a broadcast that nothing refers to any more. */
  destroyBroadcast(id: number): Promise<void> {
    return this.#broadcasts.remove(broadcastId(id), { destroyed: true })
  }

  executorAdded(info: RegisterExecutor): void {
    const { host, data, storageBytes } = info
    this.master.addExecutor({ executorId: info.executorId, host, address: data, maxMemoryBytes: storageBytes })
  }

  executorLost(id: string): void {
    this.#service.removeExecutor(id, { proactive: this.#proactive })
    this.#broadcasts.executorLost(id)
  }

  persist(rdd: RddId): void {
    this.master.allowRdd(rdd)
  }

  unpersist(rdd: RddId): Promise<void> {
    return this.#service.removeRdd(rdd)
  }

  close(): void {
    this.#service.close()
    this.#broadcasts.close()
  }
}
