import { FiresteelError } from '../common/errors/index.js'
import { hashKey } from '../common/key/index.js'

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

/** By the key itself, which is a partition's index: for records that already know where they go. @internal */
export class IndexPartitioner extends Partitioner {
  readonly numPartitions: number

  constructor(partitions: number) {
    super()
    this.numPartitions = partitions
  }

  getPartition(key: unknown): number {
    return key as number
  }

  equals(other: unknown): boolean {
    return other instanceof IndexPartitioner && other.numPartitions === this.numPartitions
  }
}
