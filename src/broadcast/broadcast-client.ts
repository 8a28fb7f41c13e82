import { crc32 } from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import { PeerPool, type RpcAddress, type RpcEnvironment, type RpcMessage, type RpcPeer } from '../rpc/index.js'
import { type BlockStore, broadcastBlockId, rendezvousOrder, StorageLevel, sharedBytes } from '../storage/index.js'
import {
  type BroadcastShape,
  broadcastEndpoint,
  type DescribeMessage,
  type HaveMessage,
  type PieceMessage,
  type SourcesAnswer,
  type SourcesMessage,
} from './broadcast-messages.js'

export interface BroadcastClientOptions {
  readonly executorId: string
  readonly rpc: RpcEnvironment
  /** The control channel to the driver. */
  readonly driver: RpcPeer
  /** Where the driver is dialled for pieces; none, as in the driver's own process: the control channel is used. */
  readonly driverAddress?: RpcAddress
  /** Where other executors get pieces from here; none: they do not. */
  readonly address?: RpcAddress
  /** Keeps what was fetched, in memory or on disk. */
  readonly store: BlockStore
  /** Longest wait for one answer. */
  readonly timeoutMs: number
  /** A source that did not deliver; the next one is tried. */
  readonly onFault?: (error: unknown, source: string) => void
}

interface Fetching {
  readonly shape: BroadcastShape
  readonly bytes: Uint8Array
  readonly have: Set<number>
}

/** Pieces that one fetch asks for at a time. */
const parallelPieces = 4

/**
 * An executor's side of broadcasts. Each is fetched once per process, piece by piece in an order of this executor's own, from any
 * executor that has the piece already and else from the driver; and what has arrived is offered to the others
 * at once.
 */
export class BroadcastClient {
  readonly #options: BroadcastClientOptions
  readonly #peers: PeerPool
  readonly #endpoint: { unregister(): void }
  readonly #fetches = new Map<number, Promise<Uint8Array>>()
  /** What has arrived of broadcasts that are being fetched. */
  readonly #arriving = new Map<number, Fetching>()
  /** Piece size of those that were fetched. */
  readonly #shapes = new Map<number, BroadcastShape>()

  constructor(options: BroadcastClientOptions) {
    this.#options = options
    this.#peers = new PeerPool(options.rpc, { connectTimeoutMs: options.timeoutMs })
    this.#endpoint = options.rpc.register(broadcastEndpoint, {
      piece: ({ body }) => this.#serve(body as PieceMessage),
    })
  }

  /** The encoded value, in shared memory. @throws FS_BROADCAST_DESTROYED, FS_BROADCAST_FETCH, or what asking the driver throws. */
  async fetch(id: number): Promise<Uint8Array> {
    const running = this.#fetches.get(id)
    if (running !== undefined) return running
    const fetch = this.#find(id).finally(() => this.#fetches.delete(id))
    this.#fetches.set(id, fetch)
    return fetch
  }

  /** Drops this process's copy. */
  forget(id: number): void {
    this.#shapes.delete(id)
    this.#options.store.remove(broadcastBlockId(id))
  }

  async close(): Promise<void> {
    this.#endpoint.unregister()
    await this.#peers.close()
  }

  async #find(id: number): Promise<Uint8Array> {
    const lease = await this.#options.store.get(broadcastBlockId(id))
    lease?.release()
    const kept = lease?.frames[0]
    return kept ?? this.#download(id)
  }

  async #download(id: number): Promise<Uint8Array> {
    const { driver, store, timeoutMs } = this.#options
    const body: DescribeMessage = { id }
    const answer = await driver.ask(broadcastEndpoint, 'describe', { body }, { timeoutMs })
    const shape = answer.body as BroadcastShape
    const bytes = shared(answer.attachments?.[0]) ?? (await this.#pieces(id, shape))
    await store
      .put(broadcastBlockId(id), [bytes], { level: StorageLevel.MEMORY_AND_DISK_SER })
      .catch((error: unknown) => {
        // No room even on disk: the slots have it all the same, and later ones fetch it again.
        this.#options.onFault?.(error, 'this executor')
      })
    this.#shapes.set(id, shape)
    return bytes
  }

  async #pieces(id: number, shape: BroadcastShape): Promise<Uint8Array> {
    const fetching: Fetching = { shape, bytes: sharedBytes(shape.bytes), have: new Set() }
    this.#arriving.set(id, fetching)
    try {
      const pieces = Array.from({ length: Math.ceil(shape.bytes / shape.pieceBytes) }, (_, piece) => piece)
      const order = rendezvousOrder(pieces, (piece) => `${this.#options.executorId} ${id} ${piece}`)
      const next = order.values()
      const work = async () => {
        for (const piece of next) await this.#fetchPiece(id, piece, fetching)
      }
      // One failure ends the others, too: none of them finds a next piece any more.
      const failed = (error: unknown) => {
        for (const _ of next);
        throw error
      }
      await Promise.all(Array.from({ length: parallelPieces }, () => work().catch(failed)))
      return fetching.bytes
    } finally {
      this.#arriving.delete(id)
    }
  }

  async #fetchPiece(id: number, piece: number, fetching: Fetching): Promise<void> {
    const bytes =
      (await this.#fromExecutors(id, piece, fetching.shape)) ?? (await this.#fromDriver(id, piece, fetching.shape))
    fetching.bytes.set(bytes, piece * fetching.shape.pieceBytes)
    fetching.have.add(piece)
    this.#tell(id, piece)
  }

  async #fromExecutors(id: number, piece: number, shape: BroadcastShape): Promise<Uint8Array | undefined> {
    const { driver, executorId, timeoutMs } = this.#options
    const body: SourcesMessage = { id, piece, executorId }
    const answer = await driver.ask(broadcastEndpoint, 'sources', { body }, { timeoutMs })
    for (const source of (answer.body as SourcesAnswer).sources) {
      try {
        return await this.#ask(await this.#peers.get(source.address), { id, piece }, shape)
      } catch (error) {
        this.#options.onFault?.(error, source.executorId)
      }
    }
    return undefined
  }

  async #fromDriver(id: number, piece: number, shape: BroadcastShape): Promise<Uint8Array> {
    const { driver, driverAddress } = this.#options
    try {
      const peer = driverAddress === undefined ? driver : await this.#peers.get(driverAddress)
      return await this.#ask(peer, { id, piece }, shape)
    } catch (error) {
      if (FiresteelError.is(error, 'FS_BROADCAST_DESTROYED')) throw error
      const problem = error instanceof Error ? error.message : String(error)
      throw new FiresteelError('FS_BROADCAST_FETCH', { id, piece, problem }, { cause: error })
    }
  }

  async #ask(peer: RpcPeer, body: PieceMessage, shape: BroadcastShape): Promise<Uint8Array> {
    const answer = await peer.ask(broadcastEndpoint, 'piece', { body }, { timeoutMs: this.#options.timeoutMs })
    const bytes = answer.attachments?.[0] ?? new Uint8Array(0)
    const expected = Math.min(shape.pieceBytes, shape.bytes - body.piece * shape.pieceBytes)
    if (bytes.byteLength !== expected) throw new Error(`${peer.name} sent ${bytes.byteLength} bytes of ${expected}`)
    if (shape.checksums !== undefined && crc32(bytes) !== shape.checksums[body.piece]) {
      throw new Error(`the checksum of what ${peer.name} sent is wrong`)
    }
    return bytes
  }

  async #serve({ id, piece }: PieceMessage): Promise<RpcMessage> {
    const bytes = await this.#pieceOf(id, piece)
    if (bytes !== undefined) return { body: null, attachments: [bytes] }
    const { executorId, address, driver } = this.#options
    if (address !== undefined) {
      const body: HaveMessage = { id, executorId, address }
      driver.send(broadcastEndpoint, 'have', { body })
    }
    throw new FiresteelError('FS_STORAGE_BLOCK_GONE', { executorId, block: broadcastBlockId(id) })
  }

  async #pieceOf(id: number, piece: number): Promise<Uint8Array | undefined> {
    const arriving = this.#arriving.get(id)
    const cut = (bytes: Uint8Array, { pieceBytes }: BroadcastShape) =>
      bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes)
    if (arriving?.have.has(piece)) return cut(arriving.bytes, arriving.shape)
    const shape = this.#shapes.get(id)
    if (shape === undefined) return undefined
    const lease = await this.#options.store.get(broadcastBlockId(id))
    lease?.release()
    const whole = lease?.frames[0]
    return whole && cut(whole, shape)
  }

  #tell(id: number, piece: number): void {
    const { executorId, address, driver } = this.#options
    if (address === undefined) return
    const body: HaveMessage = { id, piece, executorId, address }
    driver.send(broadcastEndpoint, 'have', { body })
  }
}

function shared(bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes === undefined || bytes.buffer instanceof SharedArrayBuffer) return bytes
  const copy = sharedBytes(bytes.byteLength)
  copy.set(bytes)
  return copy
}
