import type { ExecutorTemplate } from '../../src/cluster/standalone/index.js'
import { createNetworkRpc, type RpcAddress, type RpcEnvironment, type RpcPeer } from '../../src/rpc/index.js'
import { eventually } from './eventually.js'

/** A driver's end that lets executors register and leaves them alone. */
export class PlayedDriver {
  readonly executors: { readonly message: unknown; readonly peer: RpcPeer }[] = []
  readonly #rpc: RpcEnvironment
  #address: RpcAddress | undefined

  private constructor() {
    this.#rpc = createNetworkRpc({ name: 'driver' })
    this.#rpc.register('driver', {
      register: ({ body }, { peer }) => {
        this.executors.push({ message: body, peer })
        return { body: {} }
      },
    })
  }

  static async open(): Promise<PlayedDriver> {
    const driver = new PlayedDriver()
    driver.#address = (await driver.#rpc.listen()).address
    return driver
  }

  template(more: Partial<ExecutorTemplate> = {}): ExecutorTemplate {
    const usual = { security: { encrypt: false }, settings: {}, environment: {} }
    return { driver: this.#address as RpcAddress, ...usual, ...more }
  }

  registered(count = 1): Promise<boolean> {
    return eventually(`${count} executors at the driver`, () => this.executors.length >= count)
  }

  close(): Promise<void> {
    return this.#rpc.close()
  }
}
