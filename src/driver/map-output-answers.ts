import type { ExecutorId, ShuffleId } from '../common/index.js'
import {
  type EncodedOutputs,
  encodeOutputs,
  type ListedOutput,
  type MapExecutor,
  mapOutputMessages,
} from '../executor/index.js'
import type { RpcMessage } from '../rpc/index.js'
import type { MapOutput, MapOutputTracker } from '../scheduler/index.js'
import type { ExecutorBackend } from './executor-backend.js'

interface Encoded {
  readonly version: number
  readonly outputs: EncodedOutputs
}

const nothing: EncodedOutputs = { executorIds: [], numMaps: 0, bytes: new Uint8Array(0) }

/**
 * Tells executors where the outputs of a shuffle are. Every executor asks once its first task needs to know, so that the answer is
 * encoded once, and again only when outputs were made or lost since.
 */
export class MapOutputAnswers {
  readonly #tracker: MapOutputTracker
  /** By the tracker's own list, so that an answer goes when its shuffle does. */
  readonly #encoded = new WeakMap<readonly (MapOutput | undefined)[], Encoded>()

  constructor(tracker: MapOutputTracker) {
    this.#tracker = tracker
  }

  answer(shuffleId: ShuffleId, backend: ExecutorBackend): AsyncIterable<RpcMessage> {
    const outputs = this.#tracker.hasShuffle(shuffleId) ? this.#encode(shuffleId) : nothing
    const executors = outputs.executorIds.map((id): MapExecutor => {
      const info = backend.get(id as ExecutorId)?.info
      return { id, host: info?.host ?? '', localDirs: info?.localDirs ?? [] }
    })
    return mapOutputMessages({ epoch: this.#tracker.epoch, executors, addresses: backend.addresses() }, outputs)
  }

  #encode(shuffleId: ShuffleId): EncodedOutputs {
    const version = this.#tracker.version(shuffleId)
    const listed = this.#tracker.statuses(shuffleId)
    const known = this.#encoded.get(listed)
    if (known?.version === version) return known.outputs
    const outputs = encodeOutputs(listed as readonly (ListedOutput | undefined)[])
    this.#encoded.set(listed, { version, outputs })
    return outputs
  }
}
