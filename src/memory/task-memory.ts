import { getHeapStatistics } from 'node:v8'
import type { HeapSample } from './heap-gauge.js'
import type { MemoryPool } from './memory-pool.js'

export interface TaskMemoryOptions {
  readonly pool: MemoryPool
  /** This thread's place in the pool; default 0. */
  readonly slot?: number
  /** Reads the thread's heap; default V8's statistics and limit. */
  readonly sampleHeap?: () => HeapSample
  /** Milliseconds from any point; default `performance.now`. */
  readonly now?: () => number
  /** Bytes of heap from which the task should spill; default 70 % of the thread's limit. */
  readonly heapTargetBytes?: number
  /** Bytes of buffers from which the task should spill; default the pool's size or 512 MB, whatever is more. */
  readonly externalTargetBytes?: number
  /** Drops cached blocks of this thread. */
  readonly evict?: (bytes: number) => void
}

/** The heap is looked at this often at most. */
const SAMPLE_EVERY_MS = 4
/** Share of the thread's limit from which a full heap makes the task spill. */
const HEAP_TARGET = 0.7
/** Share of the thread's limit that a task may hold by its own account: the collector needs room to work in. */
const HEAP_SHARE = 0.6
/** Asked of the pool at a time. */
const PAGE = 1024 * 1024
/** Below this a consumer never needs to spill: it would write crumbs. */
const MIN_SPILL_BYTES = 1024 * 1024
/** Below this (or a 16th of the task's limit) a full heap does not make a consumer spill: it would hardly help. */
const HEAP_SPILL_BYTES = 8 * 1024 * 1024

/** Counters of a task. */
export interface TaskMemoryMetrics {
  spills: number
  memoryBytesSpilled: number
  diskBytesSpilled: number
  peakBytes: number
}

/**
 * A running task's execution memory. Its consumers (tables, buffers, sorters) each hold a `MemoryReservation`, which
 * they resize to their own estimate once a batch; it tells them when to spill.
 */
export class TaskMemory {
  readonly metrics: TaskMemoryMetrics = { spills: 0, memoryBytesSpilled: 0, diskBytesSpilled: 0, peakBytes: 0 }
  readonly #pool: MemoryPool
  readonly #slot: number
  readonly #sampleHeap: () => HeapSample
  readonly #now: () => number
  readonly #heapTarget: number
  /** Bytes of heap that the task may hold, whatever the pool has. */
  readonly #heapShare: number
  readonly #externalTarget: number
  readonly #evict: ((bytes: number) => void) | undefined
  #used = 0
  #granted = 0
  #sampledAt = Number.NEGATIVE_INFINITY
  #pressed = false
  #closed = false

  constructor(options: TaskMemoryOptions) {
    this.#pool = options.pool
    this.#slot = options.slot ?? 0
    this.#sampleHeap = options.sampleHeap ?? sampleV8Heap
    this.#now = options.now ?? (() => performance.now())
    const { limit } = this.#sampleHeap()
    this.#heapTarget = options.heapTargetBytes ?? limit * HEAP_TARGET
    this.#heapShare = Math.floor(limit * HEAP_SHARE)
    this.#externalTarget = options.externalTargetBytes ?? Math.max(options.pool.totalBytes, 512 * 1024 * 1024)
    this.#evict = options.evict
    this.#pool.taskStarted()
  }

  /** Bytes held by this task. */
  get used(): number {
    return this.#used
  }

  /** Bytes this task may hold at the moment. */
  get limit(): number {
    return Math.min(this.#pool.taskLimit, this.#heapShare)
  }

  /** Asks for `bytes`; returns how many of them were granted, 0 when memory is short. */
  acquire(bytes: number): number {
    if (bytes <= 0) return 0
    const spare = this.#granted - this.#used
    if (bytes > spare) {
      const missing = Math.min(Math.ceil((bytes - spare) / PAGE) * PAGE, this.#heapShare - this.#granted)
      if (missing > 0) this.#granted += this.#pool.acquireExecution(missing, this.#granted, this.#evict)
    }
    const got = Math.min(bytes, this.#granted - this.#used)
    this.#used += got
    if (this.#used > this.metrics.peakBytes) this.metrics.peakBytes = this.#used
    return got
  }

  /** Gives back `bytes` of what was granted. */
  release(bytes: number): void {
    this.#used = Math.max(0, this.#used - bytes)
    const idle = Math.floor((this.#granted - this.#used) / PAGE) * PAGE
    if (idle < PAGE) return
    this.#granted -= idle
    this.#pool.releaseExecution(idle)
  }

  /** Whether this task holds more than its share, or its thread's heap or buffers are near their limit. */
  shouldSpill(): boolean {
    return this.#used > this.limit || this.heapPressed()
  }

  /** Whether the thread's heap or its buffers are near their limit; looked at every few milliseconds at most. */
  heapPressed(): boolean {
    const now = this.#now()
    if (now - this.#sampledAt < SAMPLE_EVERY_MS) return this.#pressed
    this.#sampledAt = now
    const { used, external } = this.#sampleHeap()
    this.#pool.report(this.#slot, { execution: this.#granted, heap: used, external })
    this.#pressed = used > this.#heapTarget || external > this.#externalTarget
    return this.#pressed
  }

  /** A holder of one consumer's memory. */
  reservation(): MemoryReservation {
    return new MemoryReservation(this)
  }

  /** Gives everything back; the task has ended. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#pool.releaseExecution(this.#granted)
    this.#granted = 0
    this.#used = 0
    this.#pool.report(this.#slot, { execution: 0, heap: 0, external: 0 })
    this.#pool.taskEnded()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** One consumer's part of a task's memory. */
export class MemoryReservation {
  readonly #memory: TaskMemory
  #bytes = 0
  #lastSpill = 0

  constructor(memory: TaskMemory) {
    this.#memory = memory
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Sets what is held to the consumer's own estimate. Returns true when the consumer should spill now: the pool had
   * not enough, the task is above its share, or the thread's heap is near its limit.
   */
  resize(bytes: number): boolean {
    const short = this.#setTo(Math.ceil(bytes))
    if (bytes < MIN_SPILL_BYTES) return false
    if (short || this.#memory.used > this.#memory.limit) return true
    return bytes >= this.#heapFloor() && this.#memory.heapPressed()
  }

  /**
   * The consumer has spilled: `memoryBytes` of its estimate were written as `diskBytes`, and all is given back.
   * V8 collects what was freed when it likes, so the heap may look full for a while: until the consumer has again half
   * of what it spilled, the heap alone does not make it spill.
   */
  spilled(memoryBytes: number, diskBytes: number): void {
    const { metrics } = this.#memory
    metrics.spills++
    metrics.memoryBytesSpilled += memoryBytes
    metrics.diskBytesSpilled += diskBytes
    this.#lastSpill = memoryBytes
    this.release()
  }

  /** Gives all back. */
  release(): void {
    this.#memory.release(this.#bytes)
    this.#bytes = 0
  }

  #heapFloor(): number {
    const worthIt = Math.min(HEAP_SPILL_BYTES, this.#memory.limit / 16)
    return Math.max(MIN_SPILL_BYTES, worthIt, this.#lastSpill / 2)
  }

  #setTo(bytes: number): boolean {
    const more = bytes - this.#bytes
    if (more < 0) {
      this.#memory.release(-more)
      this.#bytes = bytes
      return false
    }
    const got = this.#memory.acquire(more)
    this.#bytes += got
    return got < more
  }
}

function sampleV8Heap(): HeapSample {
  const heap = getHeapStatistics()
  return { used: heap.used_heap_size, limit: heap.heap_size_limit, external: heap.external_memory }
}
