import { HashPartitioner, type Partitioner } from '../rdd/index.js'

/** How a partitioner is written beside a checkpoint; those that are code are not. */
export type StoredPartitioner = { readonly kind: 'hash'; readonly numPartitions: number }

export function describePartitioner(partitioner: Partitioner | undefined): StoredPartitioner | undefined {
  if (!(partitioner instanceof HashPartitioner)) return undefined
  return { kind: 'hash', numPartitions: partitioner.numPartitions }
}

/** The reverse; undefined for what this version does not know. */
export function storedPartitioner(stored: unknown): Partitioner | undefined {
  const { kind, numPartitions } = (stored ?? {}) as Partial<StoredPartitioner>
  return kind === 'hash' && typeof numPartitions === 'number' ? new HashPartitioner(numPartitions) : undefined
}
