/** A running slot as the watch sees it. */
export interface WatchedSlot {
  readonly slot: number
  readonly taskId: number
  readonly runningForMs: number
  /** Grows whenever the task looks up, between batches. One that does is left to look at its heap by itself. */
  readonly looks: number
  /** Bytes of heap that the thread last told of itself; 0 when it has not yet. */
  readonly reportedHeap: number
  /** Bytes of heap in use now, where Node can tell (22.16, 24 and later), even of a thread that never looks up. */
  heapNow(): Promise<number | undefined>
}

export interface HeapWatchOptions {
  readonly intervalMs: number
  /** Bytes of heap, garbage included, at which a thread that does not look up is ended. */
  readonly slotLimitBytes: number
  /**
   * Bytes by which the whole process may grow while a task does not look up, before its thread is ended: finds buffers, and heaps
   * where Node cannot tell them.
   */
  readonly growthLimitBytes: number
  readonly running: () => readonly WatchedSlot[]
  readonly processBytes: () => number
  /** Told once for a task: its slot has outgrown its share by this much. */
  readonly onOverflow: (slot: WatchedSlot, heapBytes: number) => void
}

/**
 * Looks at the heaps of busy threads from the outside. A task that only grows, without coming back to its loop between batches,
 * would otherwise take the whole process with it: V8's own limit of a thread mostly ends the process, after a minute of
 * collecting garbage in vain.
 */
export class HeapWatch {
  readonly #options: HeapWatchOptions
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  #seen = new Map<number, Seen>()

  constructor(options: HeapWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#options.intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** One look; apart for tests. */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#look()
    } finally {
      this.#isLooking = false
    }
  }

  async #look(): Promise<void> {
    const { running, slotLimitBytes, growthLimitBytes, processBytes, onOverflow } = this.#options
    const bytes = processBytes()
    const stuck = this.#stuck(running(), bytes)
    if (stuck.length === 0) return
    const heaps = await Promise.all(stuck.map((slot) => slot.heapNow()))
    const large = heaps.findIndex((heap) => heap !== undefined && heap > slotLimitBytes)
    if (large >= 0) {
      onOverflow(stuck[large] as WatchedSlot, heaps[large] as number)
      return
    }
    const grown = (slot: WatchedSlot): number => bytes - (this.#seen.get(slot.slot) as Seen).processBytes
    const suspects = stuck.filter((slot) => grown(slot) > growthLimitBytes)
    if (suspects.length === 0) return
    const slot = mostLikely(suspects)
    onOverflow(slot, grown(slot))
  }

  /** Those that have not looked up since the last look of ours. */
  #stuck(slots: readonly WatchedSlot[], bytes: number): WatchedSlot[] {
    const stuck: WatchedSlot[] = []
    const seen = new Map<number, Seen>()
    for (const slot of slots) {
      const { taskId, looks } = slot
      const before = this.#seen.get(slot.slot)
      const isStuck = before !== undefined && before.taskId === taskId && before.looks === looks
      seen.set(slot.slot, isStuck ? before : { taskId, looks, processBytes: bytes })
      if (isStuck) stuck.push(slot)
    }
    this.#seen = seen
    return stuck
  }
}

/** A slot as it was when it was first seen with these looks. */
interface Seen {
  readonly taskId: number
  readonly looks: number
  readonly processBytes: number
}

/** Of those that may be to blame: the one that last told of the largest heap, else the one that has run longest. */
function mostLikely(slots: readonly WatchedSlot[]): WatchedSlot {
  return slots.reduce((a, b) => {
    if (a.reportedHeap !== b.reportedHeap) return a.reportedHeap > b.reportedHeap ? a : b
    return a.runningForMs >= b.runningForMs ? a : b
  })
}
