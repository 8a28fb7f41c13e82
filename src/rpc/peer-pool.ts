import type { RpcAddress, RpcEnvironment } from './environment.js'
import type { RpcPeer } from './peer.js'

export interface PeerPoolOptions {
  /** For dialling and the handshake, in milliseconds. */
  readonly connectTimeoutMs: number
}

/**
 * Connections for bulk data, dialled when first needed and kept: one to each address, apart from the control channel, which they
 * would otherwise hold up.
 */
export class PeerPool {
  readonly #rpc: RpcEnvironment
  readonly #options: PeerPoolOptions
  readonly #peers = new Map<string, Promise<RpcPeer>>()

  constructor(rpc: RpcEnvironment, options: PeerPoolOptions) {
    this.#rpc = rpc
    this.#options = options
  }

  /** The connection to an address. One that failed or has ended is dialled anew by the next call. @throws as `connect` */
  get(address: RpcAddress): Promise<RpcPeer> {
    const key = `${address.host} ${address.port}`
    const known = this.#peers.get(key)
    if (known !== undefined) return known
    const dialled = this.#rpc.connect(address, { timeoutMs: this.#options.connectTimeoutMs })
    this.#peers.set(key, dialled)
    const forget = () => {
      if (this.#peers.get(key) === dialled) this.#peers.delete(key)
    }
    dialled.then((peer) => peer.onClose(forget), forget)
    return dialled
  }

  async close(): Promise<void> {
    const peers = [...this.#peers.values()]
    this.#peers.clear()
    await Promise.allSettled(peers.map(async (peer) => (await peer).close()))
  }
}
