/** A stable counting sort of records by a small number each. */
export class PartitionOrder {
  /** Indexes of the records, by partition, in each in their old order. */
  order = new Int32Array(0)
  /** Where in `order` each partition ends. */
  readonly ends: Int32Array

  constructor(numPartitions: number) {
    this.ends = new Int32Array(numPartitions + 1)
  }

  /** Sorts the first `count` records; `partitions` holds the partition of each. */
  sort(partitions: Int32Array, count: number): void {
    const { ends } = this
    ends.fill(0)
    for (let i = 0; i < count; i++) {
      const next = (partitions[i] as number) + 1
      ends[next] = (ends[next] as number) + 1
    }
    for (let p = 1; p < ends.length; p++) ends[p] = (ends[p] as number) + (ends[p - 1] as number)
    if (this.order.length < count) this.order = new Int32Array(Math.max(count, this.order.length * 2))
    const { order } = this
    for (let i = 0; i < count; i++) {
      const p = partitions[i] as number
      const at = ends[p] as number
      order[at] = i
      ends[p] = at + 1
    }
  }

  /** The items of `from` at places `start` to `end` of the order. */
  gather(from: readonly unknown[], start: number, end: number): unknown[] {
    const { order } = this
    const out: unknown[] = []
    for (let i = start; i < end; i++) out.push(from[order[i] as number])
    return out
  }
}
