import type { CallSite } from '../closure/index.js'
import { compareKeys } from '../common/key/index.js'
import { rangePartition, synchronous } from '../pipeline/index.js'
import type { AnyRdd } from './any-rdd.js'
import { partitionCount, refuse } from './argument.js'
import { Partitioner } from './partitioner.js'
import { type KeySample, rangeBounds, sampleSizes } from './range-bounds.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'

export interface RangePartitionerOptions<K> {
  /** Default true: the least keys go to partition 0. */
  readonly ascending?: boolean
  /** Order of the keys; default their natural order. Runs on executors too. */
  readonly compare?: (a: K, b: K) => number
  /** @internal What errors name. */
  readonly operation?: string
}

/**
 * By ranges of the keys' order, about equally full. The bounds come from a sample of an RDD's keys, by reservoir and weighted by the sizes of its
 * partitions; it is taken by a job of its own when the first job needs it.
 */
export class RangePartitioner<K = unknown> extends Partitioner {
  readonly numPartitions: number
  readonly ascending: boolean
  /** @internal The captured order of the keys, where it is not their natural one. */
  readonly comparator: CapturedFunction | undefined
  /** What the keys are sampled from; let go of then, so that it can be cleaned up while the partitioner lives on. */
  #rdd: RDD<[K, unknown]> | undefined
  readonly #operation: string
  readonly #site: CallSite
  readonly #compare: (a: unknown, b: unknown) => number
  #bounds: readonly unknown[] | undefined
  #prepared: Promise<void> | undefined
  #partitionOf: ((key: unknown) => number) | undefined

  /** @throws FS_RDD_ARGUMENT unless `partitions` is a positive integer. */
  constructor(partitions: number, rdd: RDD<[K, unknown]>, options: RangePartitionerOptions<K> = {}) {
    super()
    const { operation = 'RangePartitioner', compare } = options
    this.numPartitions = partitionCount(operation, partitions)
    this.ascending = options.ascending ?? true
    if (compare !== undefined && typeof compare !== 'function') refuse(operation, 'compare', compare, 'a function')
    this.comparator = compare === undefined ? undefined : comparator(rdd as AnyRdd, compare, operation)
    this.#compare = compare === undefined ? compareKeys : synchronous(compare, operation)
    this.#rdd = rdd
    this.#operation = operation
    this.#site = rdd.context.callSite(operation)
  }

  /** Upper bounds of all ranges but the last, ascending; undefined until sampled. */
  get bounds(): readonly unknown[] | undefined {
    return this.#bounds
  }

  /** Samples the keys, unless that is done. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#sample().then(
      (bounds) => {
        this.#bounds = bounds
        this.#rdd = undefined
        this.#partitionOf = rangePartition(bounds, this.#compare, this.ascending)
      },
      (error: unknown) => {
        this.#prepared = undefined
        throw error
      },
    )
    return this.#prepared
  }

  /** Needs `prepare`. */
  getPartition(key: unknown): number {
    if (this.#partitionOf === undefined) {
      refuse(this.#operation, 'the range partitioner', 'not prepared', 'prepared: await partitioner.prepare()')
    }
    return this.#partitionOf(key)
  }

  equals(other: unknown): boolean {
    if (other === this) return true
    if (!(other instanceof RangePartitioner) || this.bounds === undefined || other.bounds === undefined) return false
    if (this.comparator !== undefined || other.comparator !== undefined) return false
    if (this.numPartitions !== other.numPartitions || this.ascending !== other.ascending) return false
    return compareKeys(this.bounds, other.bounds) === 0
  }

  async #sample(): Promise<readonly unknown[]> {
    const { numPartitions } = this
    const rdd = this.#rdd as AnyRdd
    if (numPartitions <= 1) return []
    await rdd.prepare()
    if (rdd.numPartitions === 0) return []
    const args = { size: sampleSizes(numPartitions, rdd.numPartitions), seed: rdd.id }
    const f = { builtin: 'sampleKeys', args }
    const site = this.#site
    const keys = rdd.derive<K>({
      operation: 'keys',
      operator: { op: 'keys' },
      inputs: [rdd],
      numPartitions: rdd.numPartitions,
      site,
    })
    const samples = await keys.runSink<KeySample>(this.#operation, { kind: 'consume', f }, { site })
    return rangeBounds(samples, numPartitions, this.#compare)
  }
}

/** @internal A user's order of keys, which must answer at once. */
export function comparator(rdd: AnyRdd, compare: unknown, operation: string): CapturedFunction {
  const { ref, closures } = rdd.context.capture(compare, operation)
  return { ref: { builtin: 'synchronous', args: { operation }, functions: [ref] }, closures }
}
