import type { Socket } from 'node:net'
import { FiresteelError } from '../../common/errors/index.js'
import type { FrameKeys } from '../handshake/handshake.js'
import type { Packet, PacketSink, Transport } from '../packet.js'
import { FrameReader } from './frame-reader.js'
import { FrameWriter } from './frame-writer.js'
import type { KeepAlive, Watched } from './keep-alive.js'
import { BadFrame } from './length-prefixed.js'
import { encodePacket, type Signal } from './packet-codec.js'
import { RecordOpener, RecordSealer } from './record-cipher.js'

export interface SocketTransportOptions {
  readonly address: string
  readonly peerName: string
  readonly maxMessageBytes: number
  readonly sharedAttachments: boolean
  readonly frameKeys?: FrameKeys
  readonly keepAlive?: KeepAlive
  /** What was read behind the handshake. */
  readonly rest: Buffer
}

/** More than this is written at once; less waits for the end of the turn, to be one write with what follows. */
const eagerBytes = 256 * 1024
/** How long the other side may take to end the connection after our last words. */
const farewellMs = 2_000

/** Packets over a socket whose handshake is done. Owns the socket. */
export class SocketTransport implements Transport, Watched {
  readonly address: string
  readonly #socket: Socket
  readonly #options: SocketTransportOptions
  readonly #writer: FrameWriter
  readonly #reader: FrameReader
  readonly #sealer: RecordSealer | undefined
  readonly #opener: RecordOpener | undefined
  readonly #closed: Promise<void>
  #sink: PacketSink | undefined
  #flushing = false
  /** We, or the other side, said that this is the end. */
  #farewell = false
  #failure: Error | undefined
  #heard = false
  #waitingForDrain: (() => void)[] = []

  constructor(socket: Socket, options: SocketTransportOptions) {
    this.address = options.address
    this.#socket = socket
    this.#options = options
    this.#writer = new FrameWriter(options.maxMessageBytes)
    const limits = { maxBytes: options.maxMessageBytes, shared: options.sharedAttachments }
    this.#reader = new FrameReader(limits, (packet) => this.#arrived(packet))
    const keys = options.frameKeys
    this.#sealer = keys && new RecordSealer(keys.send)
    this.#opener = keys && new RecordOpener(keys.receive, (plain) => this.#reader.push(plain))
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  get backlog(): number {
    return this.#writer.bytes + this.#socket.writableLength
  }

  start(sink: PacketSink): void {
    this.#sink = sink
    const socket = this.#socket
    socket.on('error', (error) => this.#fail('FS_RPC_PEER_LOST', { problem: error.message }, error))
    socket.on('drain', () => this.#releaseDrained())
    socket.on('close', () => this.#ended(sink))
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#options.keepAlive?.watch(this)
    // What came with the handshake goes first, and not from within this call.
    queueMicrotask(() => {
      if (socket.closed) return this.#ended(sink)
      if (this.#options.rest.length > 0) this.#read(this.#options.rest)
      socket.resume()
    })
  }

  send(packet: Packet): void {
    if (!this.#farewell && this.#failure === undefined) this.#write(packet)
  }

  drained(): Promise<void> {
    this.#flush()
    if (this.#socket.destroyed || !this.#socket.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => this.#waitingForDrain.push(resolve))
  }

  close(): Promise<void> {
    if (!this.#farewell && this.#failure === undefined) {
      this.#write({ kind: 'bye' })
      this.#farewell = true
      this.#flush()
      this.#socket.end()
      const timer = setTimeout(() => this.#socket.destroy(), farewellMs)
      void this.#closed.then(() => clearTimeout(timer))
    }
    return this.#closed
  }

  heardSince(): boolean {
    const heard = this.#heard
    this.#heard = false
    return heard
  }

  ping(): void {
    if (!this.#farewell) this.#write({ kind: 'ping' })
  }

  silent(silentMs: number): void {
    this.#fail('FS_RPC_PEER_SILENT', { silentMs })
  }

  #write(packet: Packet | Signal): void {
    this.#writer.write(encodePacket(packet), () => describe(packet))
    if (this.#writer.bytes >= eagerBytes) this.#flush()
    else if (!this.#flushing) {
      this.#flushing = true
      setImmediate(() => this.#flush())
    }
  }

  #flush(): void {
    this.#flushing = false
    if (this.#writer.bytes === 0) return
    const plain = this.#writer.take()
    const socket = this.#socket
    if (!socket.writable) return
    const chunks = this.#sealer === undefined ? plain : this.#sealer.seal(plain)
    socket.cork()
    for (const chunk of chunks) socket.write(chunk)
    socket.uncork()
  }

  #read(chunk: Buffer): void {
    if (this.#failure !== undefined) return
    this.#heard = true
    try {
      if (this.#opener === undefined) this.#reader.push(chunk)
      else this.#opener.push(chunk)
    } catch (error) {
      const problem = error instanceof BadFrame ? error.message : `a packet that cannot be handled (${error})`
      this.#fail('FS_RPC_PROTOCOL', { problem }, error)
    }
  }

  #arrived(packet: Packet | Signal): void {
    switch (packet.kind) {
      case 'ping':
        if (!this.#farewell) this.#write({ kind: 'pong' })
        break
      case 'pong':
        break
      case 'bye':
        this.#farewell = true
        break
      default:
        if (this.#failure === undefined) this.#sink?.packet(packet)
    }
  }

  #fail(code: FailureCode, details: Record<string, unknown>, cause?: unknown): void {
    const peer = `'${this.#options.peerName}' (${this.address})`
    this.#failure ??= new FiresteelError(code, { peer, ...details }, { cause })
    this.#socket.destroy()
  }

  #ended(sink: PacketSink): void {
    this.#options.keepAlive?.forget(this)
    this.#releaseDrained()
    // After the farewell an error is only the way in which the other side left.
    if (!this.#farewell) this.#fail('FS_RPC_PEER_LOST', { problem: 'it ended without a farewell' })
    sink.ended(this.#farewell ? undefined : this.#failure)
  }

  #releaseDrained(): void {
    const waiting = this.#waitingForDrain
    this.#waitingForDrain = []
    for (const resolve of waiting) resolve()
  }
}

type FailureCode = 'FS_RPC_PEER_LOST' | 'FS_RPC_PEER_SILENT' | 'FS_RPC_PROTOCOL'

function describe(packet: Packet | Signal): string {
  return 'endpoint' in packet ? `${packet.endpoint}.${packet.method}` : `a ${packet.kind}`
}
