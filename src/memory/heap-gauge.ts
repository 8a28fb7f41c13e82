import { getHeapStatistics } from 'node:v8'
import { collectGarbage } from '../common/index.js'

/** What a thread's heap looks like. */
export interface HeapSample {
  /** Bytes of objects. */
  readonly used: number
  /** Bytes that the thread may use. */
  readonly limit: number
  /** Bytes outside the heap: buffers. */
  readonly external: number
}

export interface HeapGaugeOptions {
  /** Bytes of heap that the thread may use. */
  readonly limitBytes: number
  /** Reads the heap, garbage included; default V8's statistics. */
  readonly read?: () => { readonly used: number; readonly external: number }
  /** Default a full collection. */
  readonly collect?: () => void
  /** What V8 leaves uncollected of short-lived objects alone; default 96 MiB. */
  readonly leastRoomBytes?: number
}

/** Share of the limit from which garbage is collected to see what is really in use. */
const look = 0.6
/** After a collection the heap may grow by this share of the limit before the next, and not by less than the other. */
const room = 0.25
const leastRoomBytes = 96 * 1048576

/**
 * What the objects of a thread that are still in use take, as far as it matters. V8 collects when it likes, and its own limit lies far
 * above the thread's share, so that most of a heap that looks full is garbage: near the limit it is collected before anybody
 * spills or gives up, and not again until the heap has grown.
 */
export class HeapGauge {
  readonly #options: HeapGaugeOptions
  readonly #read: NonNullable<HeapGaugeOptions['read']>
  readonly #collect: () => void
  readonly #room: number
  /** What the last collection left. */
  #left = 0
  #collectAt: number

  constructor(options: HeapGaugeOptions) {
    this.#options = options
    this.#read = options.read ?? readHeap
    this.#collect = options.collect ?? collectGarbage
    this.#room = Math.max(options.limitBytes * room, options.leastRoomBytes ?? leastRoomBytes)
    this.#collectAt = Math.max(options.limitBytes * look, this.#room)
  }

  sample(): HeapSample {
    const { limitBytes } = this.#options
    let { used, external } = this.#read()
    if (used > this.#collectAt) {
      this.#collect()
      ;({ used, external } = this.#read())
      this.#left = used
      this.#collectAt = Math.max(limitBytes * look, used + this.#room)
    } else if (used > limitBytes * look) used = Math.min(used, this.#left)
    return { used, limit: limitBytes, external }
  }
}

function readHeap(): { used: number; external: number } {
  const heap = getHeapStatistics()
  return { used: heap.used_heap_size, external: heap.external_memory }
}
