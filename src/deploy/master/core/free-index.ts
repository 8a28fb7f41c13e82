import type { MasterOptions } from './master-options.js'
import type { WorkerEntry } from './worker-entry.js'

type Policy = MasterOptions['workerSelectionPolicy']

/**
 * The workers on which something may be launched, in the order of `spark.deploy.workerSelectionPolicy`, kept as cores and memory come and
 * go. Workers that are equal by the policy follow in the order in which they became so.
 */
export class FreeIndex {
  readonly #policy: Policy
  readonly #buckets = new Map<number | string, Set<WorkerEntry>>()
  /** Keys of the buckets, ascending. */
  #keys: (number | string)[] = []
  readonly #keyOf = new Map<WorkerEntry, number | string>()

  constructor(policy: Policy) {
    this.#policy = policy
  }

  /** Puts a worker where it belongs now, which is nowhere when nothing can be launched on it. */
  update(worker: WorkerEntry): void {
    const key = worker.isOpen && worker.coresFree > 0 && worker.memoryFreeMiB > 0 ? this.#key(worker) : undefined
    const old = this.#keyOf.get(worker)
    if (old === key) return
    if (old !== undefined) this.#take(worker, old)
    if (key !== undefined) this.#put(worker, key)
  }

  remove(worker: WorkerEntry): void {
    const old = this.#keyOf.get(worker)
    if (old !== undefined) this.#take(worker, old)
  }

  has(worker: WorkerEntry): boolean {
    return this.#keyOf.has(worker)
  }

  get size(): number {
    return this.#keyOf.size
  }

  /** In the order of the policy. The index must not change meanwhile. */
  *inOrder(minCores: number): Generator<WorkerEntry> {
    const keys = this.#keys
    const isDescending = this.#policy.endsWith('_DESC')
    const isByCores = this.#policy.startsWith('CORES')
    for (let i = 0; i < keys.length; i++) {
      const key = keys[isDescending ? keys.length - 1 - i : i] as number | string
      if (isByCores && (key as number) < minCores) {
        if (isDescending) return
        continue
      }
      yield* this.#buckets.get(key) as Set<WorkerEntry>
    }
  }

  /** The same order, for a few. */
  sort(workers: readonly WorkerEntry[]): WorkerEntry[] {
    const sign = this.#policy.endsWith('_DESC') ? -1 : 1
    const compare = (a: WorkerEntry, b: WorkerEntry) => {
      const [x, y] = [this.#key(a), this.#key(b)]
      return x < y ? -sign : x > y ? sign : 0
    }
    return [...workers].sort(compare)
  }

  #key(worker: WorkerEntry): number | string {
    if (this.#policy === 'WORKER_ID') return worker.id
    return this.#policy.startsWith('CORES') ? worker.coresFree : worker.memoryFreeMiB
  }

  #put(worker: WorkerEntry, key: number | string): void {
    this.#keyOf.set(worker, key)
    const bucket = this.#buckets.get(key)
    if (bucket !== undefined) {
      bucket.add(worker)
      return
    }
    this.#buckets.set(key, new Set([worker]))
    this.#keys.splice(this.#position(key), 0, key)
  }

  #take(worker: WorkerEntry, key: number | string): void {
    this.#keyOf.delete(worker)
    const bucket = this.#buckets.get(key) as Set<WorkerEntry>
    bucket.delete(worker)
    if (bucket.size > 0) return
    this.#buckets.delete(key)
    this.#keys.splice(this.#position(key), 1)
  }

  /** Where a key is, or where it goes. */
  #position(key: number | string): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#keys[middle] as number | string) < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
