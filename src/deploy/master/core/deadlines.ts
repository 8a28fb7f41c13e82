interface Entry<K> {
  readonly key: K
  at: number
}

/**
 * When something is due, by key. A deadline that moves later, as those of workers do with each heartbeat, costs nothing until its old time
 * comes: only then it finds its new place in the heap.
 */
export class Deadlines<K> {
  readonly #due = new Map<K, number>()
  /** At most one entry a key that counts; its time is the key's own or earlier. */
  readonly #entries = new Map<K, Entry<K>>()
  readonly #heap: Entry<K>[] = []

  /** Sets or moves a deadline. */
  set(key: K, at: number): void {
    this.#due.set(key, at)
    const entry = this.#entries.get(key)
    if (entry !== undefined && entry.at <= at) return
    const earlier = { key, at }
    this.#entries.set(key, earlier)
    this.#push(earlier)
  }

  clear(key: K): void {
    this.#due.delete(key)
    this.#entries.delete(key)
  }

  clearAll(): void {
    this.#due.clear()
    this.#entries.clear()
    this.#heap.length = 0
  }

  has(key: K): boolean {
    return this.#due.has(key)
  }

  get size(): number {
    return this.#due.size
  }

  /** No deadline is before this. */
  get earliest(): number | undefined {
    this.#dropStale()
    return this.#heap[0]?.at
  }

  /** Takes out a key whose deadline is `now` or before. */
  next(now: number): K | undefined {
    for (;;) {
      this.#dropStale()
      const first = this.#heap[0]
      if (first === undefined || first.at > now) return undefined
      this.#pop()
      const due = this.#due.get(first.key) as number
      if (due <= now) {
        this.clear(first.key)
        return first.key
      }
      first.at = due
      this.#push(first)
    }
  }

  /** Drops entries at the top that another of their key has replaced, or whose key has been cleared. */
  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#entries.get(first.key) === first) return
      this.#pop()
    }
  }

  #push(entry: Entry<K>): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (entry.at >= (heap[parent] as Entry<K>).at) break
      heap[at] = heap[parent] as Entry<K>
      at = parent
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && (heap[child + 1] as Entry<K>).at < (heap[child] as Entry<K>).at) child++
      if (last.at <= (heap[child] as Entry<K>).at) break
      heap[at] = heap[child] as Entry<K>
      at = child
    }
    heap[at] = last
  }
}
