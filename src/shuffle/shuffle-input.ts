import { FiresteelError } from '../common/errors/index.js'
import { decodeBatch, decodeFrames, decodePairs } from '../serializer/index.js'
import { FrameCutter } from './frame-cutter.js'
import { errorCodeOf } from './io-errors.js'
import type { PartRange } from './part-offsets.js'
import { readPartRange } from './shuffle-file.js'
import { type SyncFiles, systemFiles } from './sync-files.js'
import type { FetchedPiece, LocalSource, PairBatch, RemoteSource, ShuffleInputOptions, ShuffleSource } from './types.js'

/** Read of a local file at a time. */
const PIECE_BYTES = 1024 * 1024

/** Why a block could not be had. */
export type FetchFailureCause = 'missing' | 'corrupt' | 'network'

/** Counters of a reduce task's input. */
export interface ShuffleReadMetrics {
  records: number
  localBlocks: number
  localBytes: number
  remoteBlocks: number
  remoteBytes: number
  /** Nanoseconds spent waiting for remote blocks. */
  fetchWaitNanos: number
}

/**
 * What the map tasks wrote for one reduce partition, frame by frame: remote blocks are asked for first, so that they
 * are under way while the local files are read. Blocks come in any order. Checksums are verified.
 * @throws FS_SHUFFLE_FETCH_FAILED from `next` and `nextRecords`, naming map output, executor and cause.
 */
export class ShuffleInput<R extends RemoteSource = RemoteSource> {
  readonly metrics: ShuffleReadMetrics = {
    records: 0,
    localBlocks: 0,
    localBytes: 0,
    remoteBlocks: 0,
    remoteBytes: 0,
    fetchWaitNanos: 0,
  }
  readonly #options: ShuffleInputOptions<R>
  readonly #files: SyncFiles
  readonly #payloads: Generator<Uint8Array, void, void>

  constructor(options: ShuffleInputOptions<R>) {
    this.#options = options
    this.#files = options.files ?? systemFiles
    this.#payloads = this.#read()
  }

  /** The next batch of pairs, or undefined at the end. */
  next(): PairBatch | undefined {
    const { value } = this.#payloads.next()
    if (value === undefined) return undefined
    const batch = decodePairs(value)
    this.metrics.records += batch.keys.length
    return batch
  }

  /** The next batch of records that are no pairs, or undefined at the end. */
  nextRecords(): unknown[] | undefined {
    const { value } = this.#payloads.next()
    if (value === undefined) return undefined
    const records = decodeBatch(value)
    this.metrics.records += records.length
    return records
  }

  /** Stops reading and closes what is open; safe at any time. */
  close(): void {
    this.#payloads.return()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  *#read(): Generator<Uint8Array, void, void> {
    const { sources } = this.#options
    const remote = sources.filter((source) => source.kind === 'remote')
    const pieces = remote.length === 0 ? undefined : this.#startFetch(remote)
    try {
      for (const source of sources) if (source.kind === 'local') yield* this.#readLocal(source)
      if (pieces !== undefined) yield* this.#readRemote(remote, pieces)
    } finally {
      pieces?.return?.()
    }
  }

  #startFetch(remote: readonly R[]): Iterator<FetchedPiece> {
    const { fetch } = this.#options
    if (fetch === undefined) throw new Error('a shuffle input with remote sources needs a way to fetch them')
    return fetch(remote)[Symbol.iterator]()
  }

  *#readLocal(source: LocalSource): Generator<Uint8Array, void, void> {
    const fd = this.#guard(source, () => this.#files.open(source.path, 'r'))
    try {
      const { offset, length } = source.range ?? this.#rangeIn(source, fd)
      const cutter = new FrameCutter(source.path)
      for (let done = 0; done < length; ) {
        const size = Math.min(length - done, Math.max(PIECE_BYTES, cutter.missing))
        const piece = this.#readPiece(source, fd, { offset: offset + done, length: size })
        done += size
        yield* this.#decode(source, cutter, piece)
      }
      this.#checkEnd(source, cutter)
      this.metrics.localBlocks++
      this.metrics.localBytes += length
      this.#options.onBlock?.('local', length)
    } finally {
      this.#files.close(fd)
    }
  }

  #rangeIn(source: LocalSource, fd: number): PartRange {
    const { path } = source
    return this.#guard(source, () => readPartRange(this.#files, fd, { path, partition: this.#options.reduceId }))
  }

  #readPiece(source: LocalSource, fd: number, range: { offset: number; length: number }): Uint8Array {
    const piece = Buffer.allocUnsafeSlow(range.length)
    for (let done = 0; done < range.length; ) {
      const at = { offset: done, length: range.length - done, position: range.offset + done }
      const got = this.#guard(source, () => this.#files.read(fd, piece, at))
      if (got === 0) throw this.#failed(source, 'corrupt', `${source.path} ends ${at.length} bytes too early`)
      done += got
    }
    return piece
  }

  *#readRemote(remote: readonly R[], pieces: Iterator<FetchedPiece>): Generator<Uint8Array, void, void> {
    const states = new Map<number, { readonly cutter: FrameCutter; bytes: number }>()
    const open = new Set(remote.keys())
    while (open.size > 0) {
      const piece = this.#await(pieces)
      if (piece === undefined) break
      const source = remote[piece.request] as R
      if ('failure' in piece) throw this.#failed(source, piece.failure, reasonOf(piece.error), piece.error)
      const state = states.get(piece.request) ?? { cutter: new FrameCutter(`map output ${source.mapId}`), bytes: 0 }
      states.set(piece.request, state)
      state.bytes += piece.bytes.length
      yield* this.#decode(source, state.cutter, piece.bytes)
      if (!piece.isLast) continue
      this.#checkEnd(source, state.cutter)
      this.metrics.remoteBlocks++
      this.metrics.remoteBytes += state.bytes
      this.#options.onBlock?.('remote', state.bytes)
      states.delete(piece.request)
      open.delete(piece.request)
    }
    for (const late of open) {
      throw this.#failed(remote[late] as R, 'network', 'the fetch ended before all of it had come')
    }
  }

  #await(pieces: Iterator<FetchedPiece>): FetchedPiece | undefined {
    const started = process.hrtime.bigint()
    const { value, done } = pieces.next()
    this.metrics.fetchWaitNanos += Number(process.hrtime.bigint() - started)
    return done ? undefined : value
  }

  *#decode(source: ShuffleSource, cutter: FrameCutter, piece: Uint8Array): Generator<Uint8Array, void, void> {
    const name = `map output ${source.mapId} of shuffle ${this.#options.shuffleId}`
    const frames = this.#guard(source, () => {
      const whole = cutter.push(piece)
      return decodeFrames(whole, { source: name })[Symbol.iterator]()
    })
    for (;;) {
      const { value, done } = this.#guard(source, () => frames.next())
      if (done) return
      yield value.payload
    }
  }

  #checkEnd(source: ShuffleSource, cutter: FrameCutter): void {
    if (cutter.waiting > 0) throw this.#failed(source, 'corrupt', `it ends within a frame`)
  }

  /** Turns what goes wrong with a block into a fetch failure that names it. */
  #guard<T>(source: ShuffleSource, call: () => T): T {
    try {
      return call()
    } catch (error) {
      if (FiresteelError.is(error, 'FS_SHUFFLE_FETCH_FAILED')) throw error
      const isMissing = errorCodeOf(error) === 'ENOENT'
      throw this.#failed(source, isMissing ? 'missing' : 'corrupt', reasonOf(error), error)
    }
  }

  #failed(source: ShuffleSource, cause: FetchFailureCause, reason?: string, error?: unknown): FiresteelError {
    const { shuffleId, reduceId } = this.#options
    const { mapId, executorId } = source
    const details = { shuffleId, mapId, reduceId, executorId, cause, ...(reason === undefined ? {} : { reason }) }
    return new FiresteelError('FS_SHUFFLE_FETCH_FAILED', details, { cause: error })
  }
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined
}
