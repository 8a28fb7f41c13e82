import type { RpcEnvironment, RpcPeer } from '../rpc/index.js'
import type { BlockEffect, BlockManagerMaster } from './block-manager-master.js'
import {
  blockMasterEndpoint,
  blocksEndpoint,
  type CandidatesAnswer,
  type CopyToMessage,
  fromWireStatus,
  type LocationsAnswer,
  type LocationsMessage,
  type RemoveMessage,
  type UpdateMessage,
} from './block-messages.js'
import type { BlockStatus } from './block-store.js'

export interface BlockMasterServiceOptions {
  readonly master: BlockManagerMaster
  readonly rpc: RpcEnvironment
  /** The control channel of an executor, while it is there. */
  readonly peerOf: (executorId: string) => RpcPeer | undefined
  readonly timeoutMs: number
  /** Told of each block that came, moved or went on an executor. */
  readonly onUpdate?: (executorId: string, status: BlockStatus) => void
}

/** The driver's shell around `BlockManagerMaster`: answers executors and tells them what the registry decides. */
export class BlockMasterService {
  readonly #options: BlockMasterServiceOptions
  readonly #endpoint: { unregister(): void }

  constructor(options: BlockMasterServiceOptions) {
    this.#options = options
    const { master } = options
    this.#endpoint = options.rpc.register(blockMasterEndpoint, {
      update: ({ body }) => this.#update(body as UpdateMessage),
      locations: ({ body }) => {
        const answer: LocationsAnswer = { locations: master.locations((body as LocationsMessage).block) }
        return { body: answer }
      },
      candidates: ({ body }) => {
        const answer: CandidatesAnswer = { candidates: master.replicaCandidates((body as LocationsMessage).block) }
        return { body: answer }
      },
    })
  }

  /** Removes an RDD's blocks from all executors; resolves when they are gone or their executor is. */
  removeRdd(rdd: number): Promise<void> {
    return this.perform(this.#options.master.removeRdd(rdd))
  }

  /** Removes a broadcast's blocks from all executors; resolves when they are gone or their executor is. */
  removeBroadcast(broadcast: number, options: { readonly destroyed: boolean }): Promise<void> {
    return this.perform(this.#options.master.removeBroadcast(broadcast, options))
  }

  /** An executor is lost; replicated blocks are copied again. */
  removeExecutor(executorId: string, options: { readonly proactive?: boolean } = {}): void {
    void this.perform(this.#options.master.removeExecutor(executorId, options))
  }

  /** Tells executors what the registry decided. An executor that does not answer has its own end, which others notice. */
  async perform(effects: readonly BlockEffect[]): Promise<void> {
    await Promise.allSettled(effects.map((effect) => this.#tell(effect)))
  }

  close(): void {
    this.#endpoint.unregister()
  }

  async #tell(effect: BlockEffect): Promise<void> {
    const peer = this.#options.peerOf(effect.executorId)
    if (peer === undefined) return
    if (effect.kind === 'remove') {
      const body: RemoveMessage = { group: effect.group }
      await peer.ask(blocksEndpoint, 'remove', { body }, { timeoutMs: this.#options.timeoutMs })
    } else {
      const body: CopyToMessage = { block: effect.block, level: effect.level.description, to: effect.to }
      peer.send(blocksEndpoint, 'copyTo', { body })
    }
  }

  #update({ executorId, status }: UpdateMessage): void {
    const update = fromWireStatus(status)
    void this.perform(this.#options.master.update(executorId, update))
    this.#options.onUpdate?.(executorId, update)
  }
}
