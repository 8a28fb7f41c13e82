/** Up to this many objects are looked for one by one, which is faster than hashing them. */
const MAX_SCANNED = 24

/** The objects met so far in one record, numbered in the order in which they were met. */
export class SeenObjects {
  private objects: unknown[] = []
  private count = 0
  private numbers: Map<unknown, number> | undefined

  get size(): number {
    return this.count
  }

  /** The objects, in order; only the first `size` count. */
  get all(): readonly unknown[] {
    return this.objects
  }

  indexOf(value: unknown): number {
    if (this.numbers !== undefined) return this.numbers.get(value) ?? -1
    const { objects, count } = this
    for (let i = 0; i < count; i++) if (objects[i] === value) return i
    return -1
  }

  add(value: unknown): void {
    this.numbers?.set(value, this.count)
    this.objects[this.count++] = value
    if (this.count === MAX_SCANNED)
      this.numbers = new Map(this.objects.slice(0, this.count).map((seen, i) => [seen, i]))
  }

  clear(): void {
    this.count = 0
    if (this.numbers === undefined) return
    this.numbers = undefined
    this.objects = []
  }
}
