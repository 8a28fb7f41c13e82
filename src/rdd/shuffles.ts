import type { Closure } from '../closure/index.js'
import type {
  CogroupFlavour,
  CogroupSide,
  CombinerSpec,
  FunctionRef,
  PartitionerSpec,
  ShuffleRead,
  ShuffleWrite,
} from '../pipeline/index.js'
import { encodeValue } from '../serializer/index.js'
import type { AnyRdd } from './any-rdd.js'
import { partitionCount } from './argument.js'
import { HashPartitioner, IndexPartitioner, type Partitioner } from './partitioner.js'
import { RangePartitioner } from './range-partitioner.js'
import type { RDD } from './rdd.js'
import type { ShuffleDependencySpec } from './rdd-base.js'
import type { CapturedFunction } from './rdd-context.js'

/** What decides the partitions of a shuffle: a partitioner, or a number for a hash partitioner; default see `defaultPartitioner`. */
export type PartitionerLike = Partitioner | number | undefined

/**
 * Spark's rule: the partitioner of the widest input that has one, when it is wide enough; else a hash partitioner over
 * spark.default.parallelism, or as many partitions as the widest input has.
 */
export function defaultPartitioner(given: PartitionerLike, rdds: readonly AnyRdd[], operation: string): Partitioner {
  if (typeof given === 'number') return new HashPartitioner(partitionCount(operation, given))
  if (given !== undefined) return given
  const sides = rdds as readonly unknown[] as readonly AnyRdd[]
  const { context } = sides[0] as AnyRdd
  const configured = context.conf.get('spark.default.parallelism')
  const widest = Math.max(1, ...sides.map((rdd) => rdd.numPartitions))
  const partitioned = sides.filter((rdd) => (rdd.partitioner?.numPartitions ?? 0) > 0)
  const best = partitioned.reduce<AnyRdd | undefined>(
    (a, b) => (a === undefined || b.numPartitions > a.numPartitions ? b : a),
    undefined,
  )
  const count = configured === undefined ? widest : context.defaultParallelism
  if (best?.partitioner !== undefined) {
    const isWideEnough = Math.log10(widest) - Math.log10(best.numPartitions) < 1
    if (isWideEnough || count <= best.numPartitions) return best.partitioner
  }
  return new HashPartitioner(count)
}

interface Shuffling {
  readonly partitioner: Partitioner
  readonly read: ShuffleRead
  readonly combiner?: CombinerSpec
  readonly closures?: readonly Closure[]
}

/** @internal An RDD that reads a new shuffle of `parent`'s pairs. */
export function shuffled<U>(parent: AnyRdd, operation: string, shuffling: Shuffling): RDD<U> {
  const dependency = shuffleDependency(parent, shuffling)
  return (parent as AnyRdd).derive<U>({
    operation,
    operator: { op: 'shuffle', shuffleId: dependency.shuffleId, read: shuffling.read },
    inputs: [],
    shuffles: [dependency],
    numPartitions: shuffling.partitioner.numPartitions,
    partitioner: shuffling.partitioner,
    closures: dependency.closures,
    prepare: preparationOf(shuffling.partitioner),
  })
}

/** The shuffle of an RDD's pairs by a partitioner. */
function shuffleDependency(parent: AnyRdd, shuffling: Omit<Shuffling, 'read'>): ShuffleDependencySpec {
  const side = parent as AnyRdd
  const { partitioner, combiner } = shuffling
  const described = describePartitioner(side, partitioner)
  return {
    shuffleId: side.context.newShuffleId(),
    parent: side,
    numReduces: partitioner.numPartitions,
    closures: [...(shuffling.closures ?? []), ...described.closures],
    write: (): ShuffleWrite => ({
      numPartitions: partitioner.numPartitions,
      partitioner: described.spec(),
      combiner,
      pairs: true,
    }),
  }
}

/** What must happen before keys can be told their partitions. */
function preparationOf(partitioner: Partitioner): (() => Promise<void>) | undefined {
  return partitioner instanceof RangePartitioner ? () => partitioner.prepare() : undefined
}

/** How a partitioner travels: Firesteel's own as data, others as code. */
function describePartitioner(
  rdd: AnyRdd,
  partitioner: Partitioner,
): { spec(): PartitionerSpec; closures: readonly Closure[] } {
  if (partitioner instanceof HashPartitioner) return { spec: () => ({ kind: 'hash' }), closures: [] }
  if (partitioner instanceof RangePartitioner) {
    const compare = partitioner.comparator
    return {
      closures: compare?.closures ?? [],
      spec: () => ({
        kind: 'range',
        bounds: Buffer.from(encodeValue([...(partitioner.bounds ?? [])])).toString('base64'),
        ascending: partitioner.ascending,
        compare: compare?.ref,
      }),
    }
  }
  if (partitioner instanceof IndexPartitioner) {
    return { spec: () => ({ kind: 'custom', partition: { builtin: 'identity' } }), closures: [] }
  }
  const { ref, closures } = rdd.context.capture((key: unknown) => partitioner.getPartition(key), 'partitionBy')
  const partition = { builtin: 'synchronous', args: { operation: 'getPartition of a partitioner' }, functions: [ref] }
  return { spec: () => ({ kind: 'custom', partition }), closures }
}

/** @internal An RDD of one result for each key; without a shuffle when the parent is partitioned so already. */
export function combineByKey<U>(
  parent: AnyRdd,
  operation: string,
  options: {
    readonly combiner: CombinerSpec
    readonly closures: readonly Closure[]
    readonly partitioner?: PartitionerLike
    readonly mapSideCombine?: boolean
  },
): RDD<U> {
  const { combiner, closures } = options
  const partitioner = defaultPartitioner(options.partitioner, [parent], operation)
  const mapSideCombined = options.mapSideCombine ?? true
  if (parent.partitioner?.equals(partitioner)) return combinedInPlace(parent, operation, { combiner, closures })
  return shuffled(parent, operation, {
    partitioner,
    combiner: mapSideCombined ? combiner : undefined,
    closures,
    read: { kind: 'combine', combiner, mapSideCombined },
  })
}

/** @internal Merges by key, or without a combiner into lists, what is partitioned by key already: no shuffle. */
export function combinedInPlace<U>(
  parent: AnyRdd,
  operation: string,
  options: { readonly combiner?: CombinerSpec; readonly closures?: readonly Closure[] } = {},
): RDD<U> {
  return parent.overPartitions<U>(
    operation,
    { op: 'combine', combiner: options.combiner },
    { captured: { ref: { builtin: 'identity' }, closures: options.closures ?? [] }, keepsPartitioner: true },
  )
}

/** @internal The combiner that begins with a fresh copy of a zero value. */
export function fromZero(zero: unknown, add: CapturedFunction): FunctionRef {
  return { builtin: 'fromZero', args: Buffer.from(encodeValue(zero)).toString('base64'), functions: [add.ref] }
}

/** @internal Brings sides together by key; a side that is partitioned alike already is read in place. */
export function cogroup<U>(
  left: AnyRdd,
  operation: string,
  others: readonly AnyRdd[],
  flavour: CogroupFlavour,
  given: PartitionerLike,
): RDD<U> {
  const all = [left, ...others] as readonly unknown[] as readonly AnyRdd[]
  const partitioner = defaultPartitioner(given, all as never, operation)
  const inputs: AnyRdd[] = []
  const shuffles: ShuffleDependencySpec[] = []
  const sides = all.map((rdd): CogroupSide => {
    if (rdd.partitioner?.equals(partitioner)) return { input: inputs.push(rdd) - 1 }
    const dependency = shuffleDependency(rdd as AnyRdd, { partitioner })
    shuffles.push(dependency)
    return { shuffleId: dependency.shuffleId }
  })
  return (left as AnyRdd).derive<U>({
    operation,
    operator: { op: 'cogroup', sides, flavour },
    inputs,
    shuffles,
    numPartitions: partitioner.numPartitions,
    partitioner,
    closures: shuffles.flatMap((s) => s.closures),
    prepare: preparationOf(partitioner),
    tree: (partition) => ({ index: partition }),
    parents: (p) => [p],
  })
}
