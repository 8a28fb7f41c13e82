import type { RpcPeer } from '../rpc/index.js'
import { driverEndpoint } from './executor-messages.js'
import type { ExecutorStorage } from './executor-storage.js'
import type { ShuffleFetches } from './shuffle-fetch.js'

export interface SlotAnswersOptions {
  readonly storage: ExecutorStorage
  readonly fetches: ShuffleFetches
  readonly driver: RpcPeer
  readonly askTimeoutMs: number
}

/** Answers what tasks ask the main thread for: blocks, broadcasts, other executors' map outputs, leave to commit. */
export class SlotAnswers {
  readonly #options: SlotAnswersOptions

  constructor(options: SlotAnswersOptions) {
    this.#options = options
  }

  answer(method: string, argument: unknown): unknown {
    const { storage, fetches, driver, askTimeoutMs } = this.#options
    switch (method) {
      case 'getBlock':
        return storage.get((argument as { block: string }).block)
      case 'putBlock': {
        const { block, ...options } = argument as { block: string; level: string; batches: Uint8Array[]; slot: number }
        return storage.put(block, options)
      }
      case 'broadcast':
        return storage.broadcast((argument as { id: number }).id)
      case 'openFetch':
        return fetches.open(argument as Parameters<ShuffleFetches['open']>[0])
      case 'nextPiece':
        return fetches.next((argument as { fetch: number }).fetch)
      case 'closeFetch':
        return fetches.closeFetch((argument as { fetch: number }).fetch)
      case 'canCommit':
        return driver
          .ask(driverEndpoint, 'canCommit', { body: argument }, { timeoutMs: askTimeoutMs })
          .then((answer) => answer.body)
      default:
        throw new Error(`a slot asked for ${method}, which is not known`)
    }
  }
}
