import { FiresteelError } from '../common/errors/index.js'
import { shown } from './fault-log.js'
import type { RpcHandler, RpcHandlers } from './message.js'

/** The endpoints that one environment offers. */
export class Endpoints {
  readonly #environment: string
  readonly #methods = new Map<string, Map<string, RpcHandler>>()

  constructor(environment: string) {
    this.#environment = environment
  }

  register(endpoint: string, handlers: RpcHandlers): { unregister(): void } {
    if (this.#methods.has(endpoint)) {
      throw new FiresteelError('FS_RPC_ENDPOINT_TAKEN', { environment: this.#environment, endpoint })
    }
    // A map, so that no name a peer sends can reach a property of Object.prototype.
    const methods = new Map(Object.entries(handlers))
    this.#methods.set(endpoint, methods)
    return {
      unregister: () => {
        if (this.#methods.get(endpoint) === methods) this.#methods.delete(endpoint)
      },
    }
  }

  /** @throws FS_RPC_NO_ENDPOINT, FS_RPC_NO_METHOD */
  find(endpoint: string, method: string): RpcHandler {
    const methods = this.#methods.get(endpoint)
    const handler = methods?.get(method)
    if (handler !== undefined) return handler
    const code = methods === undefined ? 'FS_RPC_NO_ENDPOINT' : 'FS_RPC_NO_METHOD'
    throw new FiresteelError(code, { environment: this.#environment, endpoint: shown(endpoint), method: shown(method) })
  }
}
