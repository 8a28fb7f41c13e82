import type { AnyRdd } from './any-rdd.js'
import { KeySamplingOperations } from './key-sampling.js'
import type { Partitioner } from './partitioner.js'
import type { RDD } from './rdd.js'
import {
  cogroup,
  combineByKey,
  combinedInPlace,
  defaultPartitioner,
  fromZero,
  type PartitionerLike,
  shuffled,
} from './shuffles.js'
import { type Awaitable, Transformations } from './transformations.js'

/** Operators on RDDs of [key, value] pairs. Keys are compared by value. */
export abstract class PairOperations<T> extends KeySamplingOperations<T> {
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
    if (this.partitioner?.equals(target)) return combinedInPlace(this, 'groupByKey')
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
  groupWith<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>): RDD<[K, [V[], W[]]]>
  groupWith<K, V, W1, W2>(this: RDD<[K, V]>, a: RDD<[K, W1]>, b: RDD<[K, W2]>): RDD<[K, [V[], W1[], W2[]]]>
  groupWith<K, V, W1, W2, W3>(
    this: RDD<[K, V]>,
    a: RDD<[K, W1]>,
    b: RDD<[K, W2]>,
    c: RDD<[K, W3]>,
  ): RDD<[K, [V[], W1[], W2[], W3[]]]>
  groupWith<K>(this: RDD<[K, unknown]>, ...others: AnyRdd[]): RDD<[K, never]> {
    return cogroup(this as AnyRdd, 'groupWith', others, 'cogroup', undefined) as RDD<[K, never]>
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
