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
import { HashPartitioner, type Partitioner, RangePartitioner } from './partitioner.js'
import type { RDD } from './rdd.js'
import type { ShuffleDependencySpec } from './rdd-base.js'
import type { CapturedFunction } from './rdd-context.js'
import { SamplingOperations } from './sampling.js'
import { type Awaitable, Transformations } from './transformations.js'

/** What decides the partitions of a shuffle: a partitioner, or a number for a hash partitioner; default see `defaultPartitioner`. */
export type PartitionerLike = Partitioner | number | undefined

/** Operators on RDDs of [key, value] pairs. Keys are compared by value. */
export abstract class PairOperations<T> extends SamplingOperations<T> {
  /** The value of each pair through `f`; keys and partitioner stay. */
  mapValues<K, V, U>(this: RDD<[K, V]>, f: (value: V) => Awaitable<U>): RDD<[K, U]> {
    return this.oneToOne('mapValues', 'mapValues', f, { keepsPartitioner: true })
  }

  /** As `flatMap` on the values; keys and partitioner stay. */
  flatMapValues<K, V, U>(this: RDD<[K, V]>, f: (value: V) => Awaitable<Iterable<U>>): RDD<[K, U]> {
    return this.oneToOne('flatMapValues', 'flatMapValues', f, { keepsPartitioner: true })
  }

  keys<K, V>(this: RDD<[K, V]>): RDD<K> {
    return this.overPartitions('keys', { op: 'keys' })
  }

  values<K, V>(this: RDD<[K, V]>): RDD<V> {
    return this.overPartitions('values', { op: 'values-of' })
  }

  /** The values of each key, merged by `f`: on the map side first, then across partitions. */
  reduceByKey<K, V>(this: RDD<[K, V]>, f: (a: V, b: V) => Awaitable<V>, partitioner?: PartitionerLike): RDD<[K, V]> {
    const merge = this.context.capture(f, 'reduceByKey')
    const combiner = { mergeValue: merge.ref, mergeCombiners: merge.ref }
    return combineByKey(this, 'reduceByKey', { combiner, closures: merge.closures, partitioner })
  }

  /** As `reduceByKey`, beginning with `zero`, which may be added any number of times. */
  foldByKey<K, V>(
    this: RDD<[K, V]>,
    zero: V,
    f: (a: V, b: V) => Awaitable<V>,
    partitioner?: PartitionerLike,
  ): RDD<[K, V]> {
    const merge = this.context.capture(f, 'foldByKey')
    const combiner = { create: fromZero(zero, merge), mergeValue: merge.ref, mergeCombiners: merge.ref }
    return combineByKey(this, 'foldByKey', { combiner, closures: merge.closures, partitioner })
  }

  /** Gathers values of one type into another: `seqOp` adds a value, `combOp` merges two results. Each key has its own copy of `zero`. */
  aggregateByKey<K, V, U>(
    this: RDD<[K, V]>,
    zero: U,
    seqOp: (result: U, value: V) => Awaitable<U>,
    combOp: (a: U, b: U) => Awaitable<U>,
    partitioner?: PartitionerLike,
  ): RDD<[K, U]> {
    const add = this.context.capture(seqOp, 'aggregateByKey')
    const merge = this.context.capture(combOp, 'aggregateByKey')
    const combiner = { create: fromZero(zero, add), mergeValue: add.ref, mergeCombiners: merge.ref }
    return combineByKey(this, 'aggregateByKey', {
      combiner,
      closures: [...add.closures, ...merge.closures],
      partitioner,
    })
  }

  /** The general form: how a key's first value begins a result, how values are added, how results are merged. */
  combineByKey<K, V, C>(
    this: RDD<[K, V]>,
    createCombiner: (value: V) => Awaitable<C>,
    mergeValue: (combiner: C, value: V) => Awaitable<C>,
    mergeCombiners: (a: C, b: C) => Awaitable<C>,
    options: { readonly partitioner?: PartitionerLike; readonly mapSideCombine?: boolean } = {},
  ): RDD<[K, C]> {
    const create = this.context.capture(createCombiner, 'combineByKey')
    const add = this.context.capture(mergeValue, 'combineByKey')
    const merge = this.context.capture(mergeCombiners, 'combineByKey')
    const combiner = { create: create.ref, mergeValue: add.ref, mergeCombiners: merge.ref }
    const closures = [...create.closures, ...add.closures, ...merge.closures]
    return combineByKey(this, 'combineByKey', { combiner, closures, ...options })
  }

  /** All values of each key. A key's values must fit in memory; prefer `reduceByKey` or `aggregateByKey` where they do. */
  groupByKey<K, V>(this: RDD<[K, V]>, partitioner?: PartitionerLike): RDD<[K, V[]]> {
    const target = defaultPartitioner(partitioner, [this], 'groupByKey')
    if (this.partitioner?.equals(target))
      return cogroup(this, 'groupByKey', [], 'cogroup', target).oneToOne(
        'groupByKey',
        'mapValues',
        { ref: { builtin: 'head' }, closures: [] },
        { keepsPartitioner: true },
      )
    return shuffled(this, 'groupByKey', { partitioner: target, read: { kind: 'group' } })
  }

  /** The same pairs, moved so that the partitioner holds. */
  partitionBy<K, V>(this: RDD<[K, V]>, partitioner: Partitioner | number): RDD<[K, V]> {
    const target = defaultPartitioner(partitioner, [this], 'partitionBy')
    if (this.partitioner?.equals(target)) return this
    return shuffled(this, 'partitionBy', { partitioner: target, read: { kind: 'pairs' } })
  }

  /** For each key of any side: the values of this, then those of the other. */
  cogroup<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, partitioner?: PartitionerLike): RDD<[K, [V[], W[]]]>
  cogroup<K, V, W1, W2>(
    this: RDD<[K, V]>,
    a: RDD<[K, W1]>,
    b: RDD<[K, W2]>,
    partitioner?: PartitionerLike,
  ): RDD<[K, [V[], W1[], W2[]]]>
  cogroup<K, V, W1, W2, W3>(
    this: RDD<[K, V]>,
    a: RDD<[K, W1]>,
    b: RDD<[K, W2]>,
    c: RDD<[K, W3]>,
    partitioner?: PartitionerLike,
  ): RDD<[K, [V[], W1[], W2[], W3[]]]>
  cogroup<K>(this: RDD<[K, unknown]>, ...args: unknown[]): RDD<[K, never]> {
    const others = args.filter((arg) => arg instanceof Transformations) as AnyRdd[]
    const partitioner = args.find((arg) => arg !== undefined && !(arg instanceof Transformations)) as PartitionerLike
    return cogroup(this as AnyRdd, 'cogroup', others, 'cogroup', partitioner) as RDD<[K, never]>
  }

  /** Spark's other name for `cogroup`. */
  groupWith<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>): RDD<[K, [V[], W[]]]> {
    return this.cogroup(other)
  }

  /** Pairs of values for keys on both sides. */
  join<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, partitioner?: PartitionerLike): RDD<[K, [V, W]]> {
    return cogroup(this, 'join', [other], 'join', partitioner)
  }

  /** As `join`; keys without a partner on the right have undefined there. */
  leftOuterJoin<K, V, W>(
    this: RDD<[K, V]>,
    other: RDD<[K, W]>,
    partitioner?: PartitionerLike,
  ): RDD<[K, [V, W | undefined]]> {
    return cogroup(this, 'leftOuterJoin', [other], 'leftOuter', partitioner)
  }

  /** As `join`; keys without a partner on the left have undefined there. */
  rightOuterJoin<K, V, W>(
    this: RDD<[K, V]>,
    other: RDD<[K, W]>,
    partitioner?: PartitionerLike,
  ): RDD<[K, [V | undefined, W]]> {
    return cogroup(this, 'rightOuterJoin', [other], 'rightOuter', partitioner)
  }

  /** As `join`; keys of both sides stay. */
  fullOuterJoin<K, V, W>(
    this: RDD<[K, V]>,
    other: RDD<[K, W]>,
    partitioner?: PartitionerLike,
  ): RDD<[K, [V | undefined, W | undefined]]> {
    return cogroup(this, 'fullOuterJoin', [other], 'fullOuter', partitioner)
  }

  /** The pairs whose key is not on the other side. */
  subtractByKey<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, partitioner?: PartitionerLike): RDD<[K, V]> {
    return cogroup(this, 'subtractByKey', [other], 'subtract', partitioner ?? this.partitioner)
  }
}

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
  /** Prepares the partitioner's bounds. */
  readonly prepare?: () => Promise<void>
  readonly keepsPartitioner?: boolean
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
    partitioner: shuffling.keepsPartitioner === false ? undefined : shuffling.partitioner,
    closures: dependency.closures,
    prepare: shuffling.prepare,
  })
}

/** The shuffle of an RDD's pairs by a partitioner. */
function shuffleDependency(parent: AnyRdd, shuffling: Omit<Shuffling, 'read' | 'prepare'>): ShuffleDependencySpec {
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
  const captured = rdd.context.capture((key: unknown) => partitioner.getPartition(key), 'partitionBy')
  return { spec: () => ({ kind: 'custom', partition: captured.ref }), closures: captured.closures }
}

function combineByKey<U>(
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
  return shuffled(parent, operation, {
    partitioner,
    combiner: mapSideCombined ? combiner : undefined,
    closures,
    read: { kind: 'combine', combiner, mapSideCombined },
  })
}

/** The combiner that begins with a fresh copy of a zero value. */
function fromZero(zero: unknown, add: CapturedFunction): FunctionRef {
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
    tree: (partition) => ({ index: partition }),
    parents: (p) => [p],
  })
}
