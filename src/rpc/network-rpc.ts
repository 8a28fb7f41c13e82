import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { FiresteelError } from '../common/errors/index.js'
import type {
  ConnectOptions,
  ListenOptions,
  NetworkRpcOptions,
  RpcAddress,
  RpcEnvironment,
  RpcServer,
} from './environment.js'
import { applicationKey } from './handshake/application-key.js'
import { ClientHandshake, type HandshakeOptions, type HandshakeStep, ServerHandshake } from './handshake/handshake.js'
import { ephemeralKey } from './handshake/session-keys.js'
import type { RpcHandlers } from './message.js'
import { dial } from './network/dial.js'
import { hostAndPort, isLoopback, remoteAddress } from './network/host-address.js'
import { Listener } from './network/listener.js'
import { channelBinding, secureContext, startTls } from './network/tls.js'
import type { RpcPeer } from './peer.js'
import { Switchboard } from './switchboard.js'
import { KeepAlive } from './wire/keep-alive.js'
import { SocketTransport } from './wire/socket-transport.js'

const defaultMaxMessageBytes = 128 * 1024 * 1024

/** An environment that talks TCP, or TLS where `tls` is given. Opens nothing until `listen` or `connect`. */
export function createNetworkRpc(options: NetworkRpcOptions): RpcEnvironment {
  return new NetworkEnvironment(options)
}

class NetworkEnvironment implements RpcEnvironment {
  readonly #options: NetworkRpcOptions
  readonly #switchboard: Switchboard
  readonly #keepAlive: KeepAlive | undefined
  readonly #servers = new Set<RpcServer>()
  readonly #dialling = new AbortController()
  #key: Promise<Uint8Array> | undefined

  constructor(options: NetworkRpcOptions) {
    this.#options = options
    this.#switchboard = new Switchboard(options)
    this.#keepAlive =
      options.keepAlive === false ? undefined : new KeepAlive(this.#switchboard.clock, options.keepAlive)
  }

  get name(): string {
    return this.#options.name
  }

  get peers(): readonly RpcPeer[] {
    return this.#switchboard.peers
  }

  register(endpoint: string, handlers: RpcHandlers): { unregister(): void } {
    return this.#switchboard.endpoints.register(endpoint, handlers)
  }

  onPeer(listener: (peer: RpcPeer) => void): void {
    this.#switchboard.onPeer(listener)
  }

  async listen(listen: ListenOptions = {}): Promise<RpcServer> {
    this.#switchboard.assertOpen()
    this.#assertSafe(listen)
    const { tls, name, handshakeTimeoutMs = 10_000, maxStrangers = 64, onRefused, inBackground = false } = this.#options
    const context = tls && secureContext(name, tls, 'server')
    const key = await this.#applicationKey()
    const server = await Listener.open(listen, {
      clock: this.#switchboard.clock,
      handshakeTimeoutMs,
      maxStrangers,
      inBackground,
      tls: context,
      handshake: (binding) => new ServerHandshake(this.#handshakeOptions(key, binding)),
      onAccepted: (socket, done) => this.#accepted(socket, done),
      onRefused: (refusal) => onRefused?.(refusal),
    })
    this.#servers.add(server)
    if (this.#switchboard.closed) await server.close()
    this.#switchboard.assertOpen()
    return server
  }

  async connect(address: RpcAddress, options: ConnectOptions = {}): Promise<RpcPeer> {
    this.#switchboard.assertOpen()
    const { tls, name } = this.#options
    const context = tls && secureContext(name, tls, 'client')
    const key = await this.#applicationKey()
    const closing = this.#dialling.signal
    const signal = options.signal === undefined ? closing : AbortSignal.any([closing, options.signal])
    const { socket, done } = await dial(address, {
      timeoutMs: options.timeoutMs,
      signal,
      clock: this.#switchboard.clock,
      secure: async (raw, signal) => {
        if (tls === undefined || context === undefined) return { socket: raw }
        const secured: TLSSocket = await startTls(raw, { address, tls, context, signal })
        return { socket: secured, binding: channelBinding(secured) }
      },
      handshake: (binding) => new ClientHandshake(this.#handshakeOptions(key, binding)),
    })
    return this.#switchboard.dialled(
      this.#transport(socket, hostAndPort(address.host, address.port), done),
      done.peerName,
    )
  }

  async close(): Promise<void> {
    this.#dialling.abort(new FiresteelError('FS_RPC_CLOSED', { environment: this.name }))
    await Promise.all([...this.#servers].map((server) => server.close()))
    await this.#switchboard.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #accepted(socket: Socket, done: Done): void {
    const transport = this.#transport(socket, remoteAddress(socket), done)
    if (this.#switchboard.closed) socket.destroy()
    else this.#switchboard.accepted(transport, done.peerName)
  }

  #transport(socket: Socket, address: string, done: Done): SocketTransport {
    if (this.#options.inBackground) socket.unref()
    return new SocketTransport(socket, {
      address,
      peerName: done.peerName,
      maxMessageBytes: this.#options.maxMessageBytes ?? defaultMaxMessageBytes,
      sharedAttachments: this.#options.sharedAttachments ?? false,
      frameKeys: done.frameKeys,
      keepAlive: this.#keepAlive,
      rest: done.rest,
    })
  }

  #handshakeOptions(key: Uint8Array | undefined, binding: Buffer | undefined): HandshakeOptions {
    return {
      name: this.name,
      applicationKey: key,
      encrypt: this.#options.encrypt,
      channelBinding: binding,
      nonce: randomBytes(32),
      ephemeralKey: ephemeralKey(),
    }
  }

  async #applicationKey(): Promise<Uint8Array | undefined> {
    if (this.#options.secret === undefined) return undefined
    this.#key ??= applicationKey(this.#options.secret)
    return this.#key
  }

  #assertSafe(listen: ListenOptions): void {
    const host = listen.host ?? '127.0.0.1'
    if (this.#options.secret !== undefined || listen.allowUnauthenticated || isLoopback(host)) return
    throw new FiresteelError('FS_RPC_SECRET_REQUIRED', { environment: this.name, host })
  }
}

type Done = Extract<HandshakeStep, { kind: 'done' }>
