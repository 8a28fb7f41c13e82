import type { Clock, Timer } from '../../common/index.js'

interface Entry {
  readonly at: number
  readonly order: number
  action: (() => void) | undefined
}

/**
 * A clock that jumps from one timer to the next, for millions of them: a heap, where `ManualClock` has a list. Timers of
 * the same time fire in the order they were set.
 */
export class VirtualTime implements Clock {
  readonly #heap: Entry[] = []
  #now = 0
  #nextOrder = 0

  now(): number {
    return this.#now
  }

  after(delayMs: number, action: () => void): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), order: this.#nextOrder++, action }
    this.#push(entry)
    return {
      cancel: () => {
        entry.action = undefined
      },
    }
  }

  /** Fires the next timer. Returns false when there is none. */
  step(): boolean {
    for (let entry = this.#pop(); entry !== undefined; entry = this.#pop()) {
      if (entry.action === undefined) continue
      this.#now = entry.at
      entry.action()
      return true
    }
    return false
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(entry, heap[parent] as Entry)) break
      heap[at] = heap[parent] as Entry
      at = parent
    }
    heap[at] = entry
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++
      if (!isBefore(heap[child] as Entry, last)) break
      heap[at] = heap[child] as Entry
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
