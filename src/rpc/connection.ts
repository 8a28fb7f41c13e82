import { FiresteelError, fromWireError } from '../common/errors/index.js'
import type { Clock } from '../common/index.js'
import type { Endpoints } from './endpoints.js'
import type { Fault } from './environment.js'
import { IncomingCalls } from './incoming-calls.js'
import type { RpcMessage } from './message.js'
import { OutgoingCalls } from './outgoing-calls.js'
import type { Packet, PacketSink, Transport } from './packet.js'
import type { AskOptions, AskStreamOptions, RpcPeer } from './peer.js'

export interface ConnectionOptions {
  /** The other side's name. */
  readonly name: string
  readonly endpoints: Endpoints
  readonly clock: Clock
  readonly onFault: (error: Error, fault: Fault) => void
}

let connections = 0

/**
 * One end of a connection. It joins a transport to the calls of this side (`OutgoingCalls`) and those of the other
 * (`IncomingCalls`), and settles both when the transport ends. It is the same over sockets and in-process.
 */
export class Connection implements RpcPeer, PacketSink {
  readonly id: string
  readonly name: string
  readonly #transport: Transport
  readonly #outgoing: OutgoingCalls
  readonly #incoming: IncomingCalls
  readonly #onFault: (error: Error, fault: Fault) => void
  #closing = false
  #end: { readonly cause: Error | undefined } | undefined
  #closeListeners: ((cause: Error | undefined) => void)[] = []

  constructor(transport: Transport, options: ConnectionOptions) {
    this.id = `peer-${++connections}`
    this.name = options.name
    this.#transport = transport
    this.#onFault = options.onFault
    const send = (packet: Packet) => this.#transport.send(packet)
    this.#outgoing = new OutgoingCalls({ clock: options.clock, send, peer: () => this.#described() })
    this.#incoming = new IncomingCalls({
      peer: this,
      endpoints: options.endpoints,
      send,
      onFault: (error, endpoint, method) => this.#fault(error, { peer: this, endpoint, method }),
    })
  }

  /** Begins delivery. Apart from the constructor, so that the owner can tell its listeners first. */
  start(): void {
    this.#transport.start(this)
  }

  get address(): string {
    return this.#transport.address
  }

  get closed(): boolean {
    return this.#closing || this.#end !== undefined
  }

  get backlog(): number {
    return this.#transport.backlog
  }

  send(endpoint: string, method: string, message: RpcMessage): void {
    if (!this.closed) this.#transport.send({ kind: 'send', endpoint, method, message })
  }

  ask(endpoint: string, method: string, message: RpcMessage, options: AskOptions): Promise<RpcMessage> {
    return this.#outgoing.ask({ endpoint, method }, message, options)
  }

  askStream(
    endpoint: string,
    method: string,
    message: RpcMessage,
    options: AskStreamOptions,
  ): AsyncIterable<RpcMessage> {
    return this.#outgoing.askStream({ endpoint, method }, message, options)
  }

  onClose(listener: (cause: Error | undefined) => void): void {
    if (this.#end === undefined) this.#closeListeners.push(listener)
    else queueMicrotask(() => this.#tell(listener))
  }

  drained(): Promise<void> {
    return this.#transport.drained()
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#settle(undefined)
    await this.#transport.close()
  }

  packet(packet: Packet): void {
    // What still arrives while we are closing has no one to go to.
    if (this.#closing) return
    switch (packet.kind) {
      case 'send':
        this.#incoming.receive(packet)
        break
      case 'ask':
      case 'open':
        this.#incoming.answer(packet)
        break
      case 'cancel':
        this.#incoming.cancel(packet.id)
        break
      case 'credit':
        this.#incoming.grant(packet.id, packet.count)
        break
      case 'reply':
        this.#outgoing.replied(packet.id, packet.message)
        break
      case 'fail':
        this.#outgoing.failed(packet.id, fromWireError(packet.error))
        break
      case 'item':
        this.#outgoing.item(packet.id, packet.message)
        break
      case 'end':
        this.#outgoing.ended(packet.id)
        break
      default:
        packet satisfies never
    }
  }

  /** The transport has ended. */
  ended(cause: Error | undefined): void {
    if (this.#end !== undefined) return
    this.#end = { cause }
    this.#settle(cause)
    const listeners = this.#closeListeners
    this.#closeListeners = []
    for (const listener of listeners) this.#tell(listener)
  }

  #settle(cause: Error | undefined): void {
    const error = cause ?? new FiresteelError('FS_RPC_PEER_CLOSED', { peer: this.#described() })
    this.#outgoing.close(error)
    this.#incoming.close(error)
  }

  #tell(listener: (cause: Error | undefined) => void): void {
    try {
      listener(this.#end?.cause)
    } catch (error) {
      this.#fault(error, { peer: this })
    }
  }

  #fault(error: unknown, fault: Fault): void {
    this.#onFault(error instanceof Error ? error : new Error(String(error), { cause: error }), fault)
  }

  #described(): string {
    return `'${this.name}' (${this.address})`
  }
}
