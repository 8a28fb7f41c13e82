import { FiresteelError } from '../common/errors/index.js'
import { compareKeys, hashKey } from '../common/key/index.js'
import { decodeValue } from '../serializer/index.js'
import { CombineWriter, PartitionWriter, type ShuffleFileInfo } from '../shuffle/index.js'
import type { Opener } from './opener.js'
import type { PartitionerSpec, PartitionTree, SinkSpec } from './plan.js'
import type { SinkRun, TaskOutput } from './run-task.js'
import type { TaskServices } from './task-services.js'

type ShuffleSink = Extract<SinkSpec, { kind: 'shuffle' }>

/** Feeds a map task's output file: through a table that combines by key, or straight to the partitions. */
export function shuffleSink(opener: Opener, sink: ShuffleSink, tree: PartitionTree): SinkRun {
  const { services } = opener
  const { write, shuffleId } = sink
  const { memory, spillDir, codec } = services
  const partitionOf = partitionFunction(opener, write.partitioner, { count: write.numPartitions, tree })
  const options = { numPartitions: write.numPartitions, file: services.shuffleFile(shuffleId), spillDir, codec, memory }
  if (write.combiner !== undefined) {
    const { create, mergeValue } = write.combiner
    const byHash = write.partitioner.kind === 'hash'
    const writer = new CombineWriter({
      ...options,
      partitionOf: byHash ? (_key, hash) => bucket(hash, write.numPartitions) : (key) => partitionOf(key),
    })
    const state = {
      table: writer.table,
      create: create === undefined ? undefined : opener.function(create, tree),
      mergeValue: opener.function(mergeValue, tree),
      check: () => writer.afterBatch(),
    }
    return {
      shape: { kind: 'combine', create: create !== undefined },
      state,
      afterBatch: () => writer.afterBatch(),
      finish: () => written(writer.commit(), writer, services),
      abort: () => writer.abort(),
    }
  }
  const writer = new PartitionWriter({ ...options, pairs: write.pairs })
  return {
    shape: { kind: 'partition', pairs: write.pairs },
    state: { writer, partitionOf },
    afterBatch: () => writer.afterBatch(),
    finish: () => written(writer.commit(), writer, services),
    abort: () => writer.abort(),
  }
}

function written(file: ShuffleFileInfo, writer: CombineWriter | PartitionWriter, services: TaskServices): TaskOutput {
  const { metrics } = services
  metrics.shuffleBytesWritten += file.bytes
  metrics.shuffleRecordsWritten += file.records
  metrics.shuffleWriteTime += writer.metrics.writeNanos / 1e6
  metrics.memoryBytesSpilled += writer.metrics.memoryBytesSpilled
  metrics.diskBytesSpilled += writer.metrics.diskBytesSpilled
  return { kind: 'shuffle', file }
}

/** Which partition a 32-bit hash belongs to. */
function bucket(hash: number, count: number): number {
  return (hash >>> 0) % count
}

/** The partition of a key under a partitioner, as a function; `count` is the number of partitions. */
function partitionFunction(
  opener: Opener,
  partitioner: PartitionerSpec,
  options: { readonly count: number; readonly tree: PartitionTree },
): (key: unknown) => number {
  const { count, tree } = options
  switch (partitioner.kind) {
    case 'hash':
      return (key) => (hashKey(key) >>> 0) % count
    case 'range': {
      const bounds = decodeValue(Buffer.from(partitioner.bounds, 'base64')) as unknown[]
      const compare = partitioner.compare === undefined ? compareKeys : opener.function(partitioner.compare, tree)
      return rangePartition(bounds, compare, partitioner.ascending)
    }
    case 'custom': {
      const partition = opener.function(partitioner.partition, tree)
      return (key) => checked(partition(key), count, key)
    }
    case 'roundRobin': {
      // As Spark does, each input partition begins elsewhere, so that small partitions do not all land in the first ones.
      let next = (Math.imul(tree.index + 1, 0x9e3779b1) >>> 0) % count
      return () => {
        const partition = next
        next = next + 1 === count ? 0 : next + 1
        return partition
      }
    }
  }
}

/** The range of a key, by binary search over the upper bounds of all ranges but the last. */
export function rangePartition(
  bounds: readonly unknown[],
  compare: (a: unknown, b: unknown) => number,
  ascending: boolean,
): (key: unknown) => number {
  return (key) => {
    let low = 0
    let high = bounds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(key, bounds[middle]) > 0) low = middle + 1
      else high = middle
    }
    return ascending ? low : bounds.length - low
  }
}

function checked(partition: unknown, count: number, key: unknown): number {
  if (Number.isInteger(partition) && (partition as number) >= 0 && (partition as number) < count)
    return partition as number
  throw new FiresteelError('FS_RDD_PARTITION_INDEX', {
    partition: String(partition),
    numPartitions: count,
    key: String(key),
  })
}
