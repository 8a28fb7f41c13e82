import { FiresteelError } from '../common/errors/index.js'
import { type Clock, systemClock } from '../common/index.js'
import { Connection } from './connection.js'
import { Endpoints } from './endpoints.js'
import type { CommonRpcOptions, Fault } from './environment.js'
import type { Transport } from './packet.js'
import type { RpcPeer } from './peer.js'

/** What every environment has, whatever its transport: endpoints, the peers that are connected, and who is told of them. */
export class Switchboard {
  readonly name: string
  readonly clock: Clock
  readonly endpoints: Endpoints
  readonly #onFault: (error: Error, fault: Fault) => void
  readonly #connections = new Set<Connection>()
  readonly #listeners: ((peer: RpcPeer) => void)[] = []
  #closed = false

  /** @throws FS_RPC_NAME_TOO_LONG */
  constructor(options: CommonRpcOptions) {
    if (Buffer.byteLength(options.name) > longestName) {
      throw new FiresteelError('FS_RPC_NAME_TOO_LONG', { name: options.name, limit: longestName })
    }
    this.name = options.name
    this.clock = options.clock ?? systemClock
    this.endpoints = new Endpoints(options.name)
    this.#onFault = options.onFault ?? warn
  }

  get peers(): readonly RpcPeer[] {
    return [...this.#connections]
  }

  get closed(): boolean {
    return this.#closed
  }

  onPeer(listener: (peer: RpcPeer) => void): void {
    this.#listeners.push(listener)
  }

  /** @throws FS_RPC_CLOSED */
  assertOpen(): void {
    if (this.#closed) throw new FiresteelError('FS_RPC_CLOSED', { environment: this.name })
  }

  /** A connection that this side dialled. */
  dialled(transport: Transport, name: string): RpcPeer {
    return this.#adopt(transport, name)
  }

  /** A connection that the other side dialled; the listeners are told before anything is delivered. */
  accepted(transport: Transport, name: string): RpcPeer {
    return this.#adopt(transport, name, this.#listeners)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#connections].map((connection) => connection.close()))
  }

  #adopt(transport: Transport, name: string, listeners: readonly ((peer: RpcPeer) => void)[] = []): RpcPeer {
    const { endpoints, clock } = this
    const connection = new Connection(transport, { name, endpoints, clock, onFault: this.#onFault })
    this.#connections.add(connection)
    connection.onClose(() => void this.#connections.delete(connection))
    for (const listener of listeners) {
      try {
        listener(connection)
      } catch (error) {
        this.#onFault(error as Error, { peer: connection })
      }
    }
    connection.start()
    return connection
  }
}

/** In bytes; a handshake has one byte for the length. */
const longestName = 255

/** Nothing is swallowed: without an owner who listens, Node shows it. */
function warn(error: Error, fault: Fault): void {
  const where = fault.endpoint === undefined ? '' : ` in ${fault.endpoint}.${fault.method}`
  process.emitWarning(`${error.stack ?? error}`, {
    type: 'FiresteelRpcWarning',
    detail: `from ${fault.peer.name}${where}`,
  })
}
