import { closeSync, openSync, readSync } from 'node:fs'
import { FiresteelError } from '../common/errors/index.js'
import { bulkPieceBytes as pieceBytes, type RpcEnvironment, type RpcMessage, type RpcPeer } from '../rpc/index.js'
import type { FetchedPiece } from '../shuffle/index.js'
import { shuffleEndpoint } from './executor-messages.js'

export interface ShuffleFetchOptions {
  /** Bytes requested at a time by one task (spark.reducer.maxSizeInFlight). */
  readonly maxBytesInFlight: number
  /** Requests at a time by one task (spark.reducer.maxReqsInFlight). */
  readonly maxRequestsInFlight: number
  readonly maxRetries: number
  readonly retryWaitMs: number
  readonly timeoutMs: number
}

interface FetchRequest {
  readonly shuffleId: number
  readonly mapId: number
  readonly reducePartition: number
  readonly executorId: string
  /** Bytes to expect, within some per cent. */
  readonly length: number
}

type Address = { readonly host: string; readonly port: number }

/** What an executor is asked for: parts of its map outputs by file, as the driver's statuses name them. */
export interface ServedPart {
  readonly path: string
  readonly offset: number
  readonly length: number
}

/** Fetches parts of map outputs from other executors, for the slots of this one. */
export class ShuffleFetches {
  readonly #rpc: RpcEnvironment
  readonly #options: ShuffleFetchOptions
  readonly #peers = new Map<string, Promise<RpcPeer>>()
  readonly #addresses = new Map<string, Address>()
  readonly #fetches = new Map<number, Fetch>()
  readonly #isOwnFile: string
  #nextId = 1

  constructor(rpc: RpcEnvironment, options: ShuffleFetchOptions, executorId: string) {
    this.#rpc = rpc
    this.#options = options
    this.#isOwnFile = executorId
  }

  /** Learns where executors serve their blocks. */
  know(addresses: Readonly<Record<string, Address>>): void {
    for (const [executorId, address] of Object.entries(addresses)) this.#addresses.set(executorId, address)
  }

  /** Begins to fetch; the returned number names the fetch. */
  open({ requests }: { readonly taskId: number; readonly requests: readonly FetchRequest[] }): number {
    const id = this.#nextId++
    this.#fetches.set(id, new Fetch(requests, this.#options, (executorId) => this.#peer(executorId)))
    return id
  }

  /** The next piece, when there is one; undefined at the end. */
  next(fetch: number): Promise<FetchedPiece | undefined> | undefined {
    return this.#fetches.get(fetch)?.next()
  }

  closeFetch(fetch: number): void {
    this.#fetches.get(fetch)?.close()
    this.#fetches.delete(fetch)
  }

  close(): void {
    for (const id of [...this.#fetches.keys()]) this.closeFetch(id)
    for (const peer of this.#peers.values()) peer.then((p) => p.close()).catch(() => undefined)
    this.#peers.clear()
  }

  /** One data connection to each executor, apart from its control channel. */
  #peer(executorId: string): Promise<RpcPeer> {
    const existing = this.#peers.get(executorId)
    if (existing !== undefined) return existing
    const address = this.#addresses.get(executorId)
    if (address === undefined) {
      return Promise.reject(new Error(`executor ${executorId} (asked by ${this.#isOwnFile}) has no known address`))
    }
    const peer = this.#rpc.connect(address, { timeoutMs: this.#options.timeoutMs })
    this.#peers.set(executorId, peer)
    const forget = (): void => void this.#peers.delete(executorId)
    peer.then((p) => p.onClose(forget), forget)
    return peer
  }
}

/** One task's fetch: a bounded number of requests and bytes in flight, pieces queued until the slot takes them. */
class Fetch {
  readonly #requests: readonly FetchRequest[]
  readonly #options: ShuffleFetchOptions
  readonly #peer: (executorId: string) => Promise<RpcPeer>
  readonly #abort = new AbortController()
  readonly #ready: FetchedPiece[] = []
  #next = 0
  #inFlight = 0
  #bytesInFlight = 0
  #done = 0
  #waiting: (() => void) | undefined

  constructor(
    requests: readonly FetchRequest[],
    options: ShuffleFetchOptions,
    peer: (executorId: string) => Promise<RpcPeer>,
  ) {
    this.#requests = requests
    this.#options = options
    this.#peer = peer
    this.#fill()
  }

  async next(): Promise<FetchedPiece | undefined> {
    for (;;) {
      const piece = this.#ready.shift()
      if (piece !== undefined) {
        if ('bytes' in piece) this.#bytesInFlight -= piece.bytes.byteLength
        this.#fill()
        return piece
      }
      if (this.#done === this.#requests.length) return undefined
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }

  close(): void {
    this.#abort.abort()
  }

  #fill(): void {
    const { maxBytesInFlight, maxRequestsInFlight } = this.#options
    while (this.#next < this.#requests.length && this.#inFlight < maxRequestsInFlight) {
      if (this.#inFlight > 0 && this.#bytesInFlight >= maxBytesInFlight) return
      const index = this.#next++
      this.#inFlight++
      this.#bytesInFlight += (this.#requests[index] as FetchRequest).length
      void this.#run(index)
    }
  }

  async #run(index: number): Promise<void> {
    const request = this.#requests[index] as FetchRequest
    for (let attempt = 0; !this.#abort.signal.aborted; attempt++) {
      try {
        const bytes = await this.#whole(request)
        this.#bytesInFlight += bytes.byteLength - request.length
        this.#push({ request: index, bytes, isLast: true })
        break
      } catch (error) {
        const isMissing = FiresteelError.is(error, 'FS_SHUFFLE_FILE_CORRUPT')
        if (isMissing || attempt >= this.#options.maxRetries) {
          this.#bytesInFlight -= request.length
          this.#push({ request: index, failure: isMissing ? 'missing' : 'network', error: String(error) })
          break
        }
        await new Promise((resolve) => setTimeout(resolve, this.#options.retryWaitMs))
      }
    }
    this.#inFlight--
    this.#done++
    this.#waiting?.()
  }

  /** All of a part, before any of it is handed on: a broken connection can then start over. */
  async #whole(request: FetchRequest): Promise<Uint8Array> {
    const peer = await this.#peer(request.executorId)
    const options = { timeoutMs: this.#options.timeoutMs, signal: this.#abort.signal }
    const { shuffleId, mapId, reducePartition } = request
    const pieces: Uint8Array[] = []
    for await (const message of peer.askStream(
      shuffleEndpoint,
      'read',
      { body: { shuffleId, mapId, reducePartition } },
      options,
    )) {
      for (const attachment of message.attachments ?? []) pieces.push(attachment)
    }
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
  }

  #push(piece: FetchedPiece): void {
    this.#ready.push(piece)
    this.#waiting?.()
  }
}

/**
 * Streams a part of a file that this executor wrote.
 *
 * @throws FS_SHUFFLE_FILE_CORRUPT when the file is gone or too short: asking again is of no use
 */
export async function* serveShufflePart(part: ServedPart): AsyncGenerator<RpcMessage> {
  const fd = open(part.path)
  try {
    for (let at = 0; at < part.length; ) {
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, part.length - at))
      const read = readSync(fd, piece, 0, piece.length, part.offset + at)
      if (read === 0) throw lostOutput(part.path, `it ends before byte ${part.offset + part.length}`)
      at += read
      yield { body: null, attachments: [piece.subarray(0, read)] }
    }
  } finally {
    closeSync(fd)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw lostOutput(path, 'it is gone', error)
    throw error
  }
}

/** The executor no longer has a map output, or not all of it. */
export function lostOutput(path: string, reason: string, cause?: unknown): FiresteelError {
  return new FiresteelError('FS_SHUFFLE_FILE_CORRUPT', { path, reason }, { cause })
}
