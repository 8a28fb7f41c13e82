import { FiresteelError } from '../common/errors/index.js'
import { compareKeys, hashKey } from '../common/key/index.js'
import type { CapturedFunction } from './rdd-context.js'

/** Decides which reduce partition a key belongs to. Two RDDs are partitioned alike when their partitioners are `equals`. */
export abstract class Partitioner {
  abstract readonly numPartitions: number
  /** From 0 to numPartitions - 1; the same for equal keys, everywhere. Runs on executors: it travels like any user function. */
  abstract getPartition(key: unknown): number
  abstract equals(other: unknown): boolean
}

/** By the key's hash; keys are compared by value. */
export class HashPartitioner extends Partitioner {
  readonly numPartitions: number

  /** @throws FS_RDD_ARGUMENT unless `partitions` is a positive integer. */
  constructor(partitions: number) {
    super()
    if (!Number.isInteger(partitions) || partitions < 1) {
      throw new FiresteelError('FS_RDD_ARGUMENT', {
        operation: 'HashPartitioner',
        argument: 'partitions',
        value: String(partitions),
        accepted: 'a positive integer',
      })
    }
    this.numPartitions = partitions
  }

  getPartition(key: unknown): number {
    return (hashKey(key) >>> 0) % this.numPartitions
  }

  equals(other: unknown): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions
  }
}

interface RangeOptions {
  readonly ascending: boolean
  readonly compare?: (a: unknown, b: unknown) => number
  readonly comparator?: CapturedFunction
}

/** By ranges of the keys' order, about equally full: made by sorts, from a sample that is taken when the first job needs it. */
export class RangePartitioner extends Partitioner {
  readonly numPartitions: number
  readonly ascending: boolean
  /** Upper bounds of all ranges but the last, ascending; undefined until sampled. */
  bounds: readonly unknown[] | undefined
  /** @internal The captured order of the keys, where it is not their natural one. */
  readonly comparator: CapturedFunction | undefined
  readonly #compare: (a: unknown, b: unknown) => number

  constructor(partitions: number, options: RangeOptions) {
    super()
    this.numPartitions = partitions
    this.ascending = options.ascending
    this.comparator = options.comparator
    this.#compare = options.compare ?? compareKeys
  }

  getPartition(key: unknown): number {
    const bounds = this.bounds ?? []
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(key, bounds[middle]) > 0) low = middle + 1
      else high = middle
    }
    return this.ascending ? low : bounds.length - low
  }

  equals(other: unknown): boolean {
    return other === this
  }
}
