import { crc32 } from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import { type BroadcastId, broadcastId } from '../common/index.js'
import type { RpcContext, RpcEnvironment, RpcMessage } from '../rpc/index.js'
import { encodeSharedValue } from '../serializer/index.js'
import { rendezvousOrder } from '../storage/index.js'
import { Broadcast } from './broadcast.js'
import {
  type BroadcastShape,
  broadcastEndpoint,
  type DescribeMessage,
  type HaveMessage,
  type PieceMessage,
  type PieceSource,
  type SourcesAnswer,
  type SourcesMessage,
} from './broadcast-messages.js'

export interface BroadcastServerOptions {
  readonly rpc: RpcEnvironment
  /** Bytes of a piece (`spark.broadcast.blockSize`). Default 4 MiB. */
  readonly pieceBytes?: number
  /** Whether pieces have checksums (`spark.broadcast.checksum`). Default true. */
  readonly checksum?: boolean
  /** Removes a broadcast's copies from all executors and their slots. */
  readonly removeFromExecutors: (id: BroadcastId, options: { readonly destroyed: boolean }) => Promise<void>
  /** Where in the user's program we are, for the error of who uses a destroyed broadcast. */
  readonly site?: () => string | undefined
}

interface Held {
  readonly bytes: Uint8Array
  readonly shape: BroadcastShape
  /** Which executors have which pieces. */
  readonly holders: Map<string, { readonly source: PieceSource; readonly pieces: Set<number> }>
}

/** A piece must fit into a message, whatever `spark.broadcast.blockSize` says. */
const largestPiece = 32 << 20
/** Broadcasts up to this size come along with the answer to `describe`. */
const inlineBytes = 64 << 10
/** Executors named to one that asks for a piece. */
const sourcesNamed = 4

/**
 * The driver's side of broadcasts: holds their bytes, knows which executors have which pieces, and names those to whoever asks, so
 * that most pieces come from executors. It keeps no reference to the `Broadcast` or its value: when the program drops
 * both, a cleaner can notice and call `remove`.
 */
export class BroadcastServer {
  readonly #options: BroadcastServerOptions
  readonly #pieceBytes: number
  readonly #held = new Map<number, Held>()
  readonly #endpoint: { unregister(): void }
  #lastId = -1
  #piecesServed = 0

  constructor(options: BroadcastServerOptions) {
    this.#options = options
    this.#pieceBytes = Math.min(options.pieceBytes ?? 4 << 20, largestPiece)
    this.#endpoint = options.rpc.register(broadcastEndpoint, {
      describe: ({ body }, context) => this.#describe(body as DescribeMessage, context),
      piece: ({ body }) => this.#piece(body as PieceMessage),
      sources: ({ body }) => ({ body: this.#sources(body as SourcesMessage) }),
      have: ({ body }) => this.#have(body as HaveMessage),
    })
  }

  /** Encodes a value and offers it to executors. @throws what `encodeBatch` throws for values that cannot travel. */
  broadcast<T>(value: T): Broadcast<T> {
    // In shared memory, so that an executor in this process needs no copy.
    const bytes = encodeSharedValue(value)
    const id = broadcastId(++this.#lastId)
    this.#held.set(id, { bytes, shape: this.#shapeOf(bytes), holders: new Map() })
    return new Broadcast(id, value, {
      remove: (removed, options) => this.remove(removed, options),
      site: () => this.#options.site?.(),
    })
  }

  /** Pieces that executors got from here, and not from each other. */
  get piecesServed(): number {
    return this.#piecesServed
  }

  /** Broadcasts that are not destroyed, and the bytes that they take here. */
  get size(): { readonly count: number; readonly bytes: number } {
    let bytes = 0
    for (const held of this.#held.values()) bytes += held.bytes.byteLength
    return { count: this.#held.size, bytes }
  }

  /** Removes the copies on executors, and the original if it is destroyed. */
  async remove(id: BroadcastId, options: { readonly destroyed: boolean }): Promise<void> {
    const held = this.#held.get(id)
    if (held === undefined) return
    held.holders.clear()
    if (options.destroyed) this.#held.delete(id)
    await this.#options.removeFromExecutors(id, options)
  }

  executorLost(executorId: string): void {
    for (const { holders } of this.#held.values()) holders.delete(executorId)
  }

  close(): void {
    this.#endpoint.unregister()
    this.#held.clear()
  }

  #shapeOf(bytes: Uint8Array): BroadcastShape {
    const pieceBytes = this.#pieceBytes
    const checksums: number[] = []
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) checksums.push(crc32(bytes.subarray(at, at + pieceBytes)))
    const isChecked = this.#options.checksum ?? true
    return { bytes: bytes.byteLength, pieceBytes, checksums: isChecked ? checksums : undefined }
  }

  #get(id: number): Held {
    const held = this.#held.get(id)
    if (held === undefined) throw new FiresteelError('FS_BROADCAST_DESTROYED', { id })
    return held
  }

  #describe({ id }: DescribeMessage, { peer }: RpcContext): RpcMessage {
    const { bytes, shape } = this.#get(id)
    const comesAlong = bytes.byteLength <= inlineBytes || peer.address === 'in-process'
    return { body: shape, attachments: comesAlong ? [bytes] : [] }
  }

  #piece({ id, piece }: PieceMessage): RpcMessage {
    const { bytes, shape } = this.#get(id)
    const at = piece * shape.pieceBytes
    this.#piecesServed++
    return { body: null, attachments: [bytes.subarray(at, at + shape.pieceBytes)] }
  }

  #sources({ id, piece, executorId }: SourcesMessage): SourcesAnswer {
    const having: PieceSource[] = []
    for (const { source, pieces } of this.#get(id).holders.values()) if (pieces.has(piece)) having.push(source)
    const ordered = rendezvousOrder(having, (source) => `${id} ${piece} ${executorId} ${source.executorId}`)
    return { sources: ordered.slice(0, sourcesNamed) }
  }

  #have({ id, piece, executorId, address }: HaveMessage): void {
    const holders = this.#held.get(id)?.holders
    if (holders === undefined) return
    if (piece === undefined) {
      holders.delete(executorId)
      return
    }
    let holder = holders.get(executorId)
    if (holder === undefined) {
      holder = { source: { executorId, address }, pieces: new Set() }
      holders.set(executorId, holder)
    }
    holder.pieces.add(piece)
  }
}
