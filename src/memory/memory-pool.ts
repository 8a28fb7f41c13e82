/** Counters are in units of 1 KiB, so that 32 bits reach 2 TiB. */
const UNIT = 1024

/** Places of the counters in the shared buffer. */
const TOTAL = 0
const STORAGE_REGION = 1
const EXECUTION_USED = 2
const STORAGE_USED = 3
const ACTIVE_TASKS = 4
const EVICTION_WANTED = 5
const SLOTS = 6
const HEADER = 16

/** Per slot: what its thread last said of itself. */
const SLOT_EXECUTION = 0
const SLOT_HEAP = 1
const SLOT_EXTERNAL = 2
const SLOT_WORDS = 4

export interface MemoryPoolOptions {
  /** Bytes that execution and storage share. */
  readonly totalBytes: number
  /** Share of them in which cached blocks are safe from execution, 0 to 1; default 0.5. */
  readonly storageFraction?: number
  /** Slot threads that report to this pool; default 1. */
  readonly slots?: number
}

/** What a slot's thread last reported, in bytes. */
export interface SlotUse {
  readonly execution: number
  readonly heap: number
  readonly external: number
}

/**
 * One process's memory for execution (tables, sort buffers) and storage (cached blocks), after Spark's unified model:
 * either side may use what the other leaves free; execution may have blocks evicted down to the storage region,
 * storage never evicts execution. N running tasks get at most 1/N of execution's share each, and are always granted
 * 1/(2N) of it.
 *
 * The counters lie in a SharedArrayBuffer and change by Atomics, so that all slot threads share one pool: a lone task
 * may use all of it, which a fixed share per slot would forbid. Nobody ever waits here. A task that was granted less
 * than it asked for spills instead; one that holds more than its share because others have started since sees it in
 * `taskLimit` at its next look and spills too. Until then the pool can be overdrawn by what had been guaranteed.
 */
export class MemoryPool {
  /** Hand this to `MemoryPool.attach` in another thread. */
  readonly buffer: SharedArrayBuffer
  readonly #counters: Int32Array

  private constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#counters = new Int32Array(buffer)
  }

  static create(options: MemoryPoolOptions): MemoryPool {
    const slots = options.slots ?? 1
    const pool = new MemoryPool(new SharedArrayBuffer((HEADER + slots * SLOT_WORDS) * 4))
    pool.#counters[TOTAL] = Math.floor(options.totalBytes / UNIT)
    pool.#counters[STORAGE_REGION] = Math.floor((options.totalBytes * (options.storageFraction ?? 0.5)) / UNIT)
    pool.#counters[SLOTS] = slots
    return pool
  }

  static attach(buffer: SharedArrayBuffer): MemoryPool {
    return new MemoryPool(buffer)
  }

  get totalBytes(): number {
    return this.#get(TOTAL) * UNIT
  }

  get executionUsed(): number {
    return this.#get(EXECUTION_USED) * UNIT
  }

  get storageUsed(): number {
    return this.#get(STORAGE_USED) * UNIT
  }

  get freeBytes(): number {
    return Math.max(0, this.#free()) * UNIT
  }

  get activeTasks(): number {
    return this.#get(ACTIVE_TASKS)
  }

  get slots(): number {
    return this.#get(SLOTS)
  }

  taskStarted(): void {
    Atomics.add(this.#counters, ACTIVE_TASKS, 1)
  }

  taskEnded(): void {
    Atomics.sub(this.#counters, ACTIVE_TASKS, 1)
  }

  /** Bytes one task may hold now: an equal share of what storage cannot claim for itself. */
  get taskLimit(): number {
    const execution = this.#get(TOTAL) - Math.min(this.#get(STORAGE_USED), this.#get(STORAGE_REGION))
    return Math.floor(execution / Math.max(1, this.activeTasks)) * UNIT
  }

  /**
   * Grants up to `bytes` to a task that holds `held`: what is free, within the task's limit, but always up to half of
   * the limit. `evict` is asked to drop this thread's own cached blocks when storage holds more than its region; what
   * it cannot free is left as a wish for the other threads (`evictionWanted`). Returns bytes granted.
   */
  acquireExecution(bytes: number, held: number, evict?: (bytes: number) => void): number {
    const wanted = Math.ceil(bytes / UNIT)
    const limit = Math.floor(this.taskLimit / UNIT)
    const heldUnits = Math.ceil(held / UNIT)
    const allowed = Math.min(wanted, Math.max(0, limit - heldUnits))
    if (allowed > this.#free()) this.#makeRoom(allowed - this.#free(), evict)
    const guaranteed = Math.max(0, (limit >> 1) - heldUnits)
    for (;;) {
      const used = this.#get(EXECUTION_USED)
      const granted = Math.min(allowed, Math.max(guaranteed, this.#get(TOTAL) - this.#get(STORAGE_USED) - used))
      if (granted <= 0) return 0
      if (this.#swap(EXECUTION_USED, used, used + granted)) return granted * UNIT
    }
  }

  /** Gives back what `acquireExecution` granted. */
  releaseExecution(bytes: number): void {
    Atomics.sub(this.#counters, EXECUTION_USED, Math.ceil(bytes / UNIT))
  }

  /** Takes `bytes` for a cached block, or nothing: false when they are not free. */
  acquireStorage(bytes: number): boolean {
    const wanted = Math.ceil(bytes / UNIT)
    for (;;) {
      const used = this.#get(STORAGE_USED)
      if (wanted > this.#get(TOTAL) - this.#get(EXECUTION_USED) - used) return false
      if (this.#swap(STORAGE_USED, used, used + wanted)) return true
    }
  }

  /** Gives back a cached block's bytes, and pays off what execution had wished for. */
  releaseStorage(bytes: number): void {
    const units = Math.ceil(bytes / UNIT)
    Atomics.sub(this.#counters, STORAGE_USED, units)
    for (;;) {
      const wish = this.#get(EVICTION_WANTED)
      if (wish === 0 || this.#swap(EVICTION_WANTED, wish, Math.max(0, wish - units))) return
    }
  }

  /** Bytes that whoever holds cached blocks should evict now: execution's wish, as far as storage is above its region. */
  get evictionWanted(): number {
    return Math.min(this.#get(EVICTION_WANTED), this.#evictable()) * UNIT
  }

  /** A slot's thread says what it holds, for its executor's watch. */
  report(slot: number, use: SlotUse): void {
    const at = HEADER + slot * SLOT_WORDS
    Atomics.store(this.#counters, at + SLOT_EXECUTION, Math.ceil(use.execution / UNIT))
    Atomics.store(this.#counters, at + SLOT_HEAP, Math.ceil(use.heap / UNIT))
    Atomics.store(this.#counters, at + SLOT_EXTERNAL, Math.ceil(use.external / UNIT))
  }

  /** What a slot's thread last reported. */
  slotUse(slot: number): SlotUse {
    const at = HEADER + slot * SLOT_WORDS
    return {
      execution: this.#get(at + SLOT_EXECUTION) * UNIT,
      heap: this.#get(at + SLOT_HEAP) * UNIT,
      external: this.#get(at + SLOT_EXTERNAL) * UNIT,
    }
  }

  /** Forgets a slot whose thread was terminated in the middle of a task: its execution memory and its place among the active. */
  slotLost(slot: number): void {
    const held = this.slotUse(slot).execution
    if (held > 0) this.releaseExecution(held)
    this.report(slot, { execution: 0, heap: 0, external: 0 })
    this.taskEnded()
  }

  #makeRoom(units: number, evict: ((bytes: number) => void) | undefined): void {
    const wish = Math.min(units, this.#evictable())
    if (wish === 0) return
    if (evict !== undefined) evict(wish * UNIT)
    const missing = Math.min(units - this.#free(), this.#evictable())
    if (missing > 0 && missing > this.#get(EVICTION_WANTED)) Atomics.store(this.#counters, EVICTION_WANTED, missing)
  }

  #evictable(): number {
    return Math.max(0, this.#get(STORAGE_USED) - this.#get(STORAGE_REGION))
  }

  #free(): number {
    return this.#get(TOTAL) - this.#get(EXECUTION_USED) - this.#get(STORAGE_USED)
  }

  #get(index: number): number {
    return Atomics.load(this.#counters, index)
  }

  #swap(index: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.#counters, index, from, to) === from
  }
}

/**
 * Bytes of a process's memory that execution and storage share: what remains of `memoryBytes` after Spark's reserve
 * of 300 MB (a quarter, when the process is smaller than 1,200 MB), times `fraction` (spark.memory.fraction).
 */
export function unifiedMemoryBytes(memoryBytes: number, fraction: number): number {
  const reserve = Math.min(300 * 1024 * 1024, memoryBytes / 4)
  return Math.floor((memoryBytes - reserve) * fraction)
}
