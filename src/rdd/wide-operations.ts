import { encodeValue } from '../serializer/index.js'
import type { AnyRdd } from './any-rdd.js'
import { partitionCount } from './argument.js'
import { PairOperations } from './pair-operations.js'
import { HashPartitioner, type Partitioner } from './partitioner.js'
import { comparator, RangePartitioner } from './range-partitioner.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { coalesceSpec, prunedSpec } from './rearranged.js'
import { cogroup, defaultPartitioner, type PartitionerLike, shuffled } from './shuffles.js'
import type { Awaitable } from './transformations.js'

/** An order of keys: negative when `a` comes first. Runs on executors. */
export type Comparator<K> = (a: K, b: K) => number

export interface SortOptions<K> {
  /** Default true. */
  readonly ascending?: boolean
  /** Default that of the RDD. */
  readonly numPartitions?: number
  /** Default the natural order: see `compareKeys` in the documentation. */
  readonly compare?: Comparator<K>
}

const withNull: CapturedFunction = { ref: { builtin: 'withNull' }, closures: [] }

/** Operators that move records between partitions, beyond those on pairs. */
export abstract class WideOperations<T> extends PairOperations<T> {
  /** The records without duplicates, compared by value. */
  distinct(numPartitions?: number): RDD<T> {
    const pairs = this.oneToOne<[T, null]>('distinct', 'map', withNull)
    const partitioner = defaultPartitioner(numPartitions, [pairs as never], 'distinct')
    const combiner = { mergeValue: { builtin: 'first' }, mergeCombiners: { builtin: 'first' } }
    const read = { kind: 'combine', combiner, mapSideCombined: true } as const
    return shuffled<[T, null]>(pairs as never, 'distinct', { partitioner, combiner, read }).keys()
  }

  /** Records by `f`'s result. A group must fit in memory. */
  groupBy<K>(f: (record: T) => Awaitable<K>, partitioner?: PartitionerLike): RDD<[K, T[]]> {
    return this.oneToOne<[K, T]>('groupBy', 'keyBy', this.context.capture(f, 'groupBy')).groupByKey(partitioner)
  }

  /** The distinct records that are on both sides. */
  intersection(other: RDD<T>, partitioner?: PartitionerLike): RDD<T> {
    const [left, right] = [this as unknown as RDD<T>, other].map((rdd) =>
      rdd.oneToOne<[T, null]>('intersection', 'map', withNull),
    )
    return cogroup<[T, null]>(left as never, 'intersection', [right as never], 'intersection', partitioner).keys()
  }

  /** The records that are not on the other side; duplicates stay. */
  subtract(other: RDD<T>, partitioner?: PartitionerLike): RDD<T> {
    const [left, right] = [this as unknown as RDD<T>, other].map((rdd) =>
      rdd.oneToOne<[T, null]>('subtract', 'map', withNull),
    )
    const given = partitioner ?? Math.max(1, this.numPartitions)
    return cogroup<[T, null]>(left as never, 'subtract', [right as never], 'subtract', given).keys()
  }

  /** A total order over all partitions, by `f`'s result. */
  sortBy<K>(f: (record: T) => Awaitable<K>, ascending = true, numPartitions?: number): RDD<T> {
    const keyed = this.oneToOne<[K, T]>('sortBy', 'keyBy', this.context.capture(f, 'sortBy'))
    return sorted<K, T>(keyed, 'sortBy', { ascending, numPartitions }).values()
  }

  /** Pairs in a total order of their keys. */
  sortByKey<K, V>(this: RDD<[K, V]>, ascending: boolean | SortOptions<K> = true, numPartitions?: number): RDD<[K, V]> {
    const options = typeof ascending === 'boolean' ? { ascending, numPartitions } : ascending
    return sorted(this, 'sortByKey', options)
  }

  /** Pairs moved by a partitioner and sorted by key within each partition, in one pass. */
  repartitionAndSortWithinPartitions<K, V>(
    this: RDD<[K, V]>,
    partitioner: Partitioner | number,
    options: Omit<SortOptions<K>, 'numPartitions'> = {},
  ): RDD<[K, V]> {
    const target = typeof partitioner === 'number' ? new HashPartitioner(partitioner) : partitioner
    const operation = 'repartitionAndSortWithinPartitions'
    const compare = options.compare === undefined ? undefined : comparator(this, options.compare, operation)
    const read = { kind: 'sort', ascending: options.ascending ?? true, compare: compare?.ref } as const
    return shuffled(this as never, 'repartitionAndSortWithinPartitions', {
      partitioner: target,
      read,
      closures: compare?.closures,
    })
  }

  /**
   * The pairs whose keys lie between `lower` and `upper`, both included. On an RDD that was sorted or partitioned by ranges, only the partitions
   * that can have such keys are computed, and its order of keys applies; otherwise that of `compare`, default the natural one.
   */
  filterByRange<K, V>(this: RDD<[K, V]>, lower: K, upper: K, compare?: Comparator<K>): RDD<[K, V]> {
    const { partitioner } = this
    const ranges = partitioner instanceof RangePartitioner ? partitioner : undefined
    const order =
      ranges === undefined && compare !== undefined ? comparator(this, compare, 'filterByRange') : ranges?.comparator
    const bounds = Buffer.from(encodeValue([lower, upper])).toString('base64')
    const functions = order === undefined ? [] : [order.ref]
    const inRange = { ref: { builtin: 'inRange', args: { bounds }, functions }, closures: order?.closures ?? [] }
    const all = { from: 0, to: this.numPartitions }
    const wanted = (): { from: number; to: number } => {
      if (ranges?.bounds === undefined) return all
      const [a, b] = [ranges.getPartition(lower), ranges.getPartition(upper)]
      return { from: Math.min(a, b), to: Math.max(a, b) + 1 }
    }
    const parent: RDD<[K, V]> = ranges === undefined ? this : this.derive(prunedSpec('filterByRange', this, wanted))
    return parent.oneToOne('filterByRange', 'filter', inRange, { keepsPartitioner: true })
  }

  /** Exactly this many partitions, evenly filled, through a shuffle. */
  repartition(numPartitions: number): RDD<T> {
    return repartitioned(this as unknown as RDD<T>, partitionCount('repartition', numPartitions), 'repartition')
  }

  /** Fewer partitions; without `shuffle`, by reading neighbours one after another. */
  coalesce(numPartitions: number, shuffle = false): RDD<T> {
    partitionCount('coalesce', numPartitions)
    return shuffle
      ? repartitioned(this as unknown as RDD<T>, numPartitions, 'coalesce')
      : this.derive(coalesceSpec(this as never, numPartitions))
  }
}

function repartitioned<T>(parent: RDD<T>, numPartitions: number, operation: string): RDD<T> {
  const shuffleId = parent.context.newShuffleId()
  return parent.derive<T>({
    operation,
    operator: { op: 'shuffle', shuffleId, read: { kind: 'records' } },
    inputs: [],
    shuffles: [
      {
        shuffleId,
        parent: parent as AnyRdd,
        numReduces: numPartitions,
        closures: [],
        write: () => ({ numPartitions, partitioner: { kind: 'roundRobin' }, pairs: false }),
      },
    ],
    numPartitions,
  })
}

/** Pairs sorted by key over range partitions; the ranges are sampled when the first job needs them. */
function sorted<K, V>(pairs: RDD<[K, V]>, operation: string, options: SortOptions<K>): RDD<[K, V]> {
  const { ascending = true, compare } = options
  const count = options.numPartitions ?? Math.max(1, pairs.numPartitions)
  const partitioner = new RangePartitioner<K>(count, pairs, { ascending, compare, operation })
  const order = partitioner.comparator
  return shuffled(pairs, operation, {
    partitioner,
    closures: order?.closures,
    read: { kind: 'sort', ascending, compare: order?.ref },
  })
}
