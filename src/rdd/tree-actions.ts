import { FiresteelError } from '../common/errors/index.js'
import { encodeValue } from '../serializer/index.js'
import { refuse } from './argument.js'
import { LocalIteration } from './local-iterator.js'
import { IndexPartitioner } from './partitioner.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { combineByKey } from './shuffles.js'
import type { Awaitable } from './transformations.js'

/** Aggregations whose partial results are merged on executors, level by level, before the driver merges the last few. */
export abstract class TreeActions<T> extends LocalIteration<T> {
  /** As `reduce`, through a tree of `depth` levels. @throws FS_RDD_EMPTY */
  async treeReduce(f: (a: T, b: T) => Awaitable<T>, depth = 2): Promise<T> {
    const merge = this.context.capture(f, 'treeReduce')
    const partial = partials<T>(this as unknown as RDD<T>, 'treeReduce', { builtin: 'reducePartition', step: merge })
    const last = await merged(partial, 'treeReduce', { merge, f, depth: levels('treeReduce', depth) })
    if (last === undefined) throw new FiresteelError('FS_RDD_EMPTY', { operation: 'treeReduce' })
    return last.value
  }

  /** As `aggregate`, through a tree of `depth` levels. */
  async treeAggregate<U>(
    zero: U,
    seqOp: (result: U, record: T) => Awaitable<U>,
    combOp: (a: U, b: U) => Awaitable<U>,
    depth = 2,
  ): Promise<U> {
    const step = this.context.capture(seqOp, 'treeAggregate')
    const merge = this.context.capture(combOp, 'treeAggregate')
    const args = { zero: Buffer.from(encodeValue(zero)).toString('base64') }
    const how = { builtin: 'aggregatePartition', step, args }
    const partial = partials<U>(this as unknown as RDD<T>, 'treeAggregate', how)
    const last = await merged(partial, 'treeAggregate', { merge, f: combOp, depth: levels('treeAggregate', depth) })
    return last === undefined ? zero : last.value
  }
}

function levels(operation: string, depth: number): number {
  if (!Number.isInteger(depth) || depth < 1) refuse(operation, 'depth', depth, 'a positive integer')
  return depth
}

/** One result for each partition; none for an empty one that is reduced. */
function partials<U>(
  rdd: RDD<never> | RDD<unknown>,
  operation: string,
  how: { readonly builtin: string; readonly step: CapturedFunction; readonly args?: object },
): RDD<U> {
  const f = { builtin: how.builtin, args: how.args, functions: [how.step.ref] }
  return rdd.overPartitions<U>(operation, { op: 'mapPartitions', f, withIndex: false }, { captured: how.step })
}

/** Merges results on fewer and fewer executors while that saves the driver more than it costs, as Spark does; then in the driver. */
async function merged<U>(
  partial: RDD<U>,
  operation: string,
  how: { readonly merge: CapturedFunction; readonly f: (a: U, b: U) => Awaitable<U>; readonly depth: number },
): Promise<{ value: U } | undefined> {
  const { merge, f, depth } = how
  await partial.prepare()
  let count = partial.numPartitions
  const scale = Math.max(Math.ceil(count ** (1 / depth)), 2)
  let level = partial
  while (count > scale + Math.ceil(count / scale)) {
    count = Math.floor(count / scale)
    level = mergedLevel(level, operation, { count, merge })
  }
  const parts = (await level.runSink<U[]>(operation, { kind: 'collect' })).flat(1) as U[]
  if (parts.length === 0) return undefined
  let value = parts[0] as U
  for (const part of parts.slice(1)) value = await f(value, part)
  return { value }
}

function mergedLevel<U>(
  level: RDD<U>,
  operation: string,
  options: { readonly count: number; readonly merge: CapturedFunction },
): RDD<U> {
  const { count, merge } = options
  const key: CapturedFunction = { ref: { builtin: 'partitionModulo', args: { count } }, closures: [] }
  const keyed = level.oneToOne<[number, U]>(operation, 'keyBy', key)
  const combiner = { mergeValue: merge.ref, mergeCombiners: merge.ref }
  const partitioner = new IndexPartitioner(count)
  return combineByKey<[number, U]>(keyed, operation, { combiner, closures: merge.closures, partitioner }).values()
}
