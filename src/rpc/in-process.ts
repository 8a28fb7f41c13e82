import { FiresteelError } from '../common/errors/index.js'
import type { CommonRpcOptions, ListenOptions, RpcAddress, RpcEnvironment, RpcServer } from './environment.js'
import { joinInProcess } from './in-process-transport.js'
import type { RpcHandlers } from './message.js'
import type { RpcPeer } from './peer.js'
import { Switchboard } from './switchboard.js'

/** A network within one process: environments made by one hub reach each other by the addresses they listen on. */
export interface InProcessHub {
  environment(options: CommonRpcOptions): RpcEnvironment
}

/** The host in the address of everything that listens on a hub. */
const inProcessHost = 'in-process'

/**
 * Makes a hub. Bodies and attachments pass by reference, never in the turn in which they were sent, in the order of a
 * connection; there is no size limit, and nothing that needs a secret.
 */
export function createInProcessHub(): InProcessHub {
  const listening = new Map<number, Switchboard>()
  let lastPort = 0
  const listen = (switchboard: Switchboard): RpcServer => {
    const address: RpcAddress = { host: inProcessHost, port: ++lastPort }
    listening.set(address.port, switchboard)
    return { address, bound: address, close: async () => void listening.delete(address.port) }
  }
  const find = (address: RpcAddress) => (address.host === inProcessHost ? listening.get(address.port) : undefined)
  return { environment: (options) => new InProcessEnvironment(options, { listen, find }) }
}

/** Two environments in one process joined without sockets: `connect` on either, with any address, reaches the other. */
export function createInProcessPair(
  options: { left?: Partial<CommonRpcOptions>; right?: Partial<CommonRpcOptions> } = {},
): [RpcEnvironment, RpcEnvironment] {
  const ends: Switchboard[] = []
  const bound: RpcAddress = { host: inProcessHost, port: 0 }
  const listen = (): RpcServer => ({ address: bound, bound, close: async () => undefined })
  const environment = (defaults: { name: string }, own: Partial<CommonRpcOptions> = {}) => {
    const find = (_: RpcAddress, self: Switchboard) => ends.find((end) => end !== self)
    const made = new InProcessEnvironment({ ...defaults, ...own }, { listen, find })
    ends.push(made.switchboard)
    return made
  }
  return [environment({ name: 'left' }, options.left), environment({ name: 'right' }, options.right)]
}

interface Exchange {
  listen(switchboard: Switchboard): RpcServer
  find(address: RpcAddress, self: Switchboard): Switchboard | undefined
}

class InProcessEnvironment implements RpcEnvironment {
  readonly switchboard: Switchboard
  readonly #exchange: Exchange
  readonly #servers: RpcServer[] = []

  constructor(options: CommonRpcOptions, exchange: Exchange) {
    this.switchboard = new Switchboard(options)
    this.#exchange = exchange
  }

  get name(): string {
    return this.switchboard.name
  }

  get peers(): readonly RpcPeer[] {
    return this.switchboard.peers
  }

  register(endpoint: string, handlers: RpcHandlers): { unregister(): void } {
    return this.switchboard.endpoints.register(endpoint, handlers)
  }

  async listen(_options?: ListenOptions): Promise<RpcServer> {
    this.switchboard.assertOpen()
    const server = this.#exchange.listen(this.switchboard)
    this.#servers.push(server)
    return server
  }

  async connect(address: RpcAddress): Promise<RpcPeer> {
    this.switchboard.assertOpen()
    const other = this.#exchange.find(address, this.switchboard)
    if (other === undefined || other.closed) {
      throw new FiresteelError('FS_RPC_UNREACHABLE', { ...address, problem: 'nothing listens there in this process' })
    }
    const [here, there] = joinInProcess()
    other.accepted(there, this.name)
    return this.switchboard.dialled(here, other.name)
  }

  onPeer(listener: (peer: RpcPeer) => void): void {
    this.switchboard.onPeer(listener)
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()))
    await this.switchboard.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
