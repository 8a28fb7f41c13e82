/** A running slot as the watch sees it. */
export interface WatchedSlot {
  readonly slot: number
  readonly taskId: number
  readonly runningForMs: number
  /** Bytes of heap that the thread last told of itself; 0 when it has not yet. */
  readonly reportedHeap: number
  /** Bytes of heap in use now, where Node can tell (22.16, 24 and later), even of a thread that never looks up. */
  heapNow(): Promise<number | undefined>
}

export interface HeapWatchOptions {
  readonly intervalMs: number
  /** Bytes of heap at which a thread is ended. */
  readonly slotLimitBytes: number
  /** Bytes of the whole process at which one of its threads is ended, where Node cannot tell the threads' heaps. */
  readonly processLimitBytes: number
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
    const { running, slotLimitBytes, processLimitBytes, processBytes, onOverflow } = this.#options
    const slots = running()
    if (slots.length === 0 || processBytes() < slotLimitBytes) return
    const heaps = await Promise.all(slots.map((slot) => slot.heapNow()))
    if (heaps.every((heap) => heap !== undefined)) {
      slots.forEach((slot, i) => {
        const heap = heaps[i] as number
        if (heap > slotLimitBytes) onOverflow(slot, heap)
      })
      return
    }
    const bytes = processBytes()
    if (bytes > processLimitBytes) onOverflow(mostLikely(slots), bytes)
  }
}

/** Where the threads cannot be looked into: the one that last told of the largest heap, else the one that has run longest. */
function mostLikely(slots: readonly WatchedSlot[]): WatchedSlot {
  return slots.reduce((a, b) => {
    if (a.reportedHeap !== b.reportedHeap) return a.reportedHeap > b.reportedHeap ? a : b
    return a.runningForMs >= b.runningForMs ? a : b
  })
}
