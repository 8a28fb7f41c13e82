import { createServer, type Server, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Clock } from '../../common/index.js'
import type { ListenOptions, Refusal, RpcAddress, RpcServer } from '../environment.js'
import type { Handshake, HandshakeStep } from '../handshake/handshake.js'
import { refusalOfStranger } from '../handshake/refusal-text.js'
import { bind } from './bind.js'
import { advertisedHost, remoteAddress } from './host-address.js'
import { Refused } from './refused.js'
import { shakeHands } from './shake-hands.js'
import { acceptTls, channelBinding } from './tls.js'

export interface ListenerOptions {
  readonly clock: Clock
  readonly handshakeTimeoutMs: number
  readonly maxStrangers: number
  /** Neither the server nor strangers keep the process alive. */
  readonly inBackground: boolean
  readonly tls?: SecureContext
  readonly handshake: (binding: Buffer | undefined) => Handshake
  readonly onAccepted: (socket: Socket, done: Extract<HandshakeStep, { kind: 'done' }>) => void
  readonly onRefused: (refusal: Refusal) => void
}

/**
 * Accepts connections and makes peers of those that prove themselves. A stranger costs one socket, a few hundred bytes and one
 * timer, for a limited time; when too many wait, the one that has waited longest makes room, since an honest peer is done within
 * milliseconds.
 */
export class Listener implements RpcServer {
  readonly address: RpcAddress
  readonly bound: RpcAddress
  readonly #server: Server
  readonly #options: ListenerOptions
  /** In the order of their arrival. */
  readonly #strangers = new Set<AbortController>()

  static async open(listen: ListenOptions, options: ListenerOptions): Promise<Listener> {
    const server = createServer()
    const wanted = { host: listen.host ?? '127.0.0.1', port: listen.port ?? 0 }
    const bound = await bind(server, wanted, listen.portRetries ?? 16)
    const host = listen.advertise?.host ?? advertisedHost(bound.host)
    return new Listener(server, { bound, address: { host, port: listen.advertise?.port ?? bound.port } }, options)
  }

  private constructor(server: Server, where: { bound: RpcAddress; address: RpcAddress }, options: ListenerOptions) {
    this.#server = server
    this.bound = where.bound
    this.address = where.address
    this.#options = options
    if (options.inBackground) server.unref()
    server.on('connection', (socket) => void this.#greet(socket))
    // Failing to accept one connection (no file descriptors left) must not end the process; the dialler sees it.
    server.on('error', () => undefined)
  }

  /** Resolves when the port is free again; peers stay, since they live on their own. */
  close(): Promise<void> {
    for (const stranger of this.#strangers) stranger.abort(new Refused('closed-early'))
    return new Promise((resolve) => {
      if (!this.#server.listening) return resolve()
      // The callback of close waits for every connection; the port itself is free at once.
      this.#server.close()
      setImmediate(resolve)
    })
  }

  async #greet(raw: Socket): Promise<void> {
    const address = remoteAddress(raw)
    const stranger = new AbortController()
    this.#admit(stranger)
    const { clock, handshakeTimeoutMs } = this.#options
    const timer = clock.after(handshakeTimeoutMs, () => stranger.abort(new Refused('too-slow')))
    raw.setNoDelay(true)
    if (this.#options.inBackground) raw.unref()
    // Stays for good: whatever happens to a stranger's socket is told by the handshake.
    raw.on('error', () => undefined)
    try {
      const { socket, done } = await this.#prove(raw, stranger.signal)
      this.#options.onAccepted(socket, done)
    } catch (error) {
      const { reason } = error instanceof Refused ? error : new Refused('not-firesteel', error)
      this.#options.onRefused({ reason, address, message: `refused ${address}: ${refusalOfStranger[reason]}` })
      // What was said to the stranger last still goes out.
      if (reason === 'too-slow' || reason === 'too-many') raw.destroy()
      else raw.destroySoon()
    } finally {
      timer.cancel()
      this.#strangers.delete(stranger)
    }
  }

  #admit(stranger: AbortController): void {
    this.#strangers.add(stranger)
    if (this.#strangers.size <= this.#options.maxStrangers) return
    const [oldest] = this.#strangers
    oldest?.abort(new Refused('too-many'))
  }

  async #prove(raw: Socket, signal: AbortSignal) {
    const context = this.#options.tls
    if (context === undefined) {
      return { socket: raw, done: await shakeHands(raw, this.#options.handshake(undefined), signal) }
    }
    const socket = await acceptTls(raw, context, signal)
    return { socket, done: await shakeHands(socket, this.#options.handshake(channelBinding(socket)), signal) }
  }
}
