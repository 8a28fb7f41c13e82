import { FiresteelError } from '../common/errors/index.js'
import type { AsyncOptions, Operator, PipeOptions } from '../pipeline/index.js'
import type { AnyRdd } from './any-rdd.js'
import { refuse } from './argument.js'
import type { PartitionEvaluatorFactory } from './evaluator.js'
import type { RDD } from './rdd.js'
import { RddBase, type RddSpec } from './rdd-base.js'
import type { CapturedFunction } from './rdd-context.js'
import { unionSpec } from './rearranged.js'

/** A value, or a promise of one: user functions may be asynchronous wherever they are called. */
export type Awaitable<T> = T | Promise<T>

/** Options of `mapAsync`, `flatMapAsync` and `foreachAsync`. */
export interface MapAsyncOptions {
  /** Calls in flight in one task; default 16. */
  readonly concurrency?: number
  /** Whether results keep the order of their inputs; default true. */
  readonly ordered?: boolean
  /** Milliseconds after which a call fails; default none. */
  readonly timeout?: number
  /** Further tries of a call that failed; default 0. */
  readonly retries?: number
  /** Milliseconds before the first further try, doubling each time; default 100. */
  readonly retryDelay?: number
}

type NewRdd = <U>(spec: RddSpec) => RDD<U>

/** Operators that need no shuffle. */
export abstract class Transformations<T> extends RddBase {
  /** @internal Makes an RDD of the same context. */
  abstract derive: NewRdd

  /** Each record through `f`. */
  map<U>(f: (record: T) => Awaitable<U>): RDD<U> {
    return this.oneToOne<U>('map', 'map', f)
  }

  /** The records for which `f` holds. */
  filter<S extends T>(f: (record: T) => record is S): RDD<S>
  filter(f: (record: T) => Awaitable<unknown>): RDD<T>
  filter(f: (record: T) => Awaitable<unknown>): RDD<T> {
    return this.oneToOne<T>('filter', 'filter', f, { keepsPartitioner: true })
  }

  /** All records of what `f` returns: an array, a generator, any iterable, or (asynchronous functions) an async iterable. */
  flatMap<U>(f: (record: T) => Awaitable<Iterable<U> | AsyncIterable<U>>): RDD<U> {
    return this.oneToOne<U>('flatMap', 'flatMap', f)
  }

  /** A partition at a time: `f` gets a lazy iterator over its records and returns the new ones. */
  mapPartitions<U>(
    f: (records: IterableIterator<T>) => Awaitable<Iterable<U> | Iterator<U> | AsyncIterable<U>>,
    preservesPartitioning = false,
  ): RDD<U> {
    const captured = this.context.capture(f, 'mapPartitions')
    const operator: Operator = { op: 'mapPartitions', f: captured.ref, withIndex: false }
    return this.overPartitions('mapPartitions', operator, { captured, keepsPartitioner: preservesPartitioning })
  }

  /** As `mapPartitions`, with the partition's index. */
  mapPartitionsWithIndex<U>(
    f: (index: number, records: IterableIterator<T>) => Awaitable<Iterable<U> | Iterator<U> | AsyncIterable<U>>,
    preservesPartitioning = false,
  ): RDD<U> {
    const captured = this.context.capture(f, 'mapPartitionsWithIndex')
    const operator: Operator = { op: 'mapPartitions', f: captured.ref, withIndex: true }
    return this.overPartitions('mapPartitionsWithIndex', operator, {
      captured,
      keepsPartitioner: preservesPartitioning,
    })
  }

  /** As `mapPartitions`, through an evaluator that `factory` makes for each task. */
  mapPartitionsWithEvaluator<U>(factory: PartitionEvaluatorFactory<T, U>): RDD<U> {
    const captured = this.context.capture(() => factory.createEvaluator(), 'mapPartitionsWithEvaluator')
    const f = { builtin: 'evaluate', functions: [captured.ref] }
    const operator: Operator = { op: 'mapPartitions', f, withIndex: false }
    return this.overPartitions('mapPartitionsWithEvaluator', operator, { captured })
  }

  /** As `zipPartitions`, through an evaluator that `factory` makes for each task. */
  zipPartitionsWithEvaluator<U>(other: RDD<T>, factory: PartitionEvaluatorFactory<T, U>): RDD<U> {
    const operation = 'zipPartitionsWithEvaluator'
    const sides = [this as unknown as AnyRdd, other as AnyRdd]
    sameNumPartitions(operation, sides)
    const captured = this.context.capture(() => factory.createEvaluator(), operation)
    return this.derive({
      operation,
      operator: { op: 'zipPartitions', f: { builtin: 'evaluate', functions: [captured.ref] } },
      inputs: sides,
      closures: captured.closures,
      numPartitions: () => this.numPartitions,
      parents: (p) => [p],
    })
  }

  /** Each partition as one array. */
  glom(): RDD<T[]> {
    return this.overPartitions('glom', { op: 'mapPartitions', f: { builtin: 'glom' }, withIndex: false })
  }

  /** Pairs of `f`'s result and the record. */
  keyBy<K>(f: (record: T) => Awaitable<K>): RDD<[K, T]> {
    return this.oneToOne<[K, T]>('keyBy', 'keyBy', f)
  }

  /**
   * Calls an asynchronous function for each record with many calls in flight, as fast as the records after it are wanted.
   * A call that fails, after its retries, fails the task.
   */
  mapAsync<U>(f: (record: T) => Awaitable<U>, options: MapAsyncOptions = {}): RDD<U> {
    return this.asyncCalls<U>('mapAsync', 'map', f, options)
  }

  /** As `mapAsync`; all records of what `f` resolves to. */
  flatMapAsync<U>(f: (record: T) => Awaitable<Iterable<U> | AsyncIterable<U>>, options: MapAsyncOptions = {}): RDD<U> {
    return this.asyncCalls<U>('flatMapAsync', 'flatMap', f, options)
  }

  /** The records of both, duplicates kept. Partitioned alike, the partitions are joined; else they stand side by side. */
  union<U>(other: RDD<U>): RDD<T | U> {
    return this.derive(unionSpec([this as unknown as AnyRdd, other as AnyRdd]))
  }

  /** Pairs of records at the same place; both sides need the same number of partitions, and of records in each. */
  zip<U>(other: RDD<U>): RDD<[T, U]> {
    const sides = [this as unknown as AnyRdd, other as AnyRdd]
    sameNumPartitions('zip', sides)
    return this.derive({
      operation: 'zip',
      operator: { op: 'zip' },
      inputs: sides,
      numPartitions: () => this.numPartitions,
      parents: (p) => [p],
    })
  }

  /** `f` gets the iterators of the partitions with the same index. */
  zipPartitions<B, V>(b: RDD<B>, f: (a: IterableIterator<T>, b: IterableIterator<B>) => Awaitable<Iterable<V>>): RDD<V>
  zipPartitions<B, C, V>(
    b: RDD<B>,
    c: RDD<C>,
    f: (a: IterableIterator<T>, b: IterableIterator<B>, c: IterableIterator<C>) => Awaitable<Iterable<V>>,
  ): RDD<V>
  zipPartitions<B, C, D, V>(
    b: RDD<B>,
    c: RDD<C>,
    d: RDD<D>,
    f: (
      a: IterableIterator<T>,
      b: IterableIterator<B>,
      c: IterableIterator<C>,
      d: IterableIterator<D>,
    ) => Awaitable<Iterable<V>>,
  ): RDD<V>
  zipPartitions<V>(...args: unknown[]): RDD<V> {
    const f = args.pop()
    const sides = [this as unknown as AnyRdd, ...(args as AnyRdd[])]
    sameNumPartitions('zipPartitions', sides)
    const captured = this.context.capture(f, 'zipPartitions')
    return this.derive({
      operation: 'zipPartitions',
      operator: { op: 'zipPartitions', f: captured.ref },
      inputs: sides,
      closures: captured.closures,
      numPartitions: () => this.numPartitions,
      parents: (p) => [p],
    })
  }

  /** Every record with every one of the other. */
  cartesian<U>(other: RDD<U>): RDD<[T, U]> {
    const right = other as AnyRdd
    return this.derive({
      operation: 'cartesian',
      operator: { op: 'cartesian' },
      inputs: [this as unknown as AnyRdd, right],
      numPartitions: () => this.numPartitions * right.numPartitions,
      tree: (partition) => ({ index: partition }),
      parents: (p, input) => [input === 0 ? Math.floor(p / right.numPartitions) : p % right.numPartitions],
    })
  }

  /** Sends each partition through an external command, one record a line. */
  pipe(command: string | readonly string[], options: PipeRddOptions<T> = {}): RDD<string> {
    const parts = typeof command === 'string' ? command.trim().split(/\s+/) : command
    if (parts.length === 0 || parts[0] === '') refuse('pipe', 'command', command, 'a command with its arguments')
    const closures: CapturedFunction[] = []
    const capture = (f: unknown): CapturedFunction['ref'] | undefined => {
      if (f === undefined) return undefined
      const captured = this.context.capture(f, 'pipe')
      closures.push(captured)
      return captured.ref
    }
    const pipe: PipeOptions = {
      command: parts,
      env: options.env ?? {},
      separateWorkingDirectory: options.separateWorkingDir ?? false,
      printContext: capture(options.printPipeContext),
      printRecord: capture(options.printRDDElement),
    }
    return this.derive({
      operation: 'pipe',
      operator: { op: 'pipe', options: pipe },
      inputs: [this as unknown as AnyRdd],
      closures: closures.flatMap((c) => c.closures),
      numPartitions: () => this.numPartitions,
    })
  }

  /** @internal An operator on single records. */
  oneToOne<U>(
    operation: string,
    op: 'map' | 'filter' | 'flatMap' | 'mapValues' | 'flatMapValues' | 'keyBy',
    f: unknown,
    options: { readonly keepsPartitioner?: boolean } = {},
  ): RDD<U> {
    const captured = typeof f === 'object' ? (f as CapturedFunction) : this.context.capture(f, operation)
    return this.derive<U>({
      operation,
      operator: { op, f: captured.ref },
      inputs: [this as unknown as AnyRdd],
      closures: captured.closures,
      numPartitions: () => this.numPartitions,
      partitioner: options.keepsPartitioner ? this.partitioner : undefined,
      isDeterministic: this.isDeterministic,
    })
  }

  /** @internal An operator on whole partitions. */
  overPartitions<U>(
    operation: string,
    operator: Operator,
    options: { readonly captured?: CapturedFunction; readonly keepsPartitioner?: boolean } = {},
  ): RDD<U> {
    return this.derive<U>({
      operation,
      operator,
      inputs: [this as unknown as AnyRdd],
      closures: options.captured?.closures,
      numPartitions: () => this.numPartitions,
      partitioner: options.keepsPartitioner ? this.partitioner : undefined,
      isDeterministic: this.isDeterministic,
    })
  }

  /** @internal */
  asyncCalls<U>(operation: string, kind: 'map' | 'flatMap', f: unknown, options: MapAsyncOptions): RDD<U> {
    const captured = this.context.capture(f, operation)
    const operator: Operator = { op: 'mapAsync', f: captured.ref, kind, options: asyncOptions(operation, options) }
    return this.overPartitions(operation, operator, { captured })
  }
}

export interface PipeRddOptions<T> {
  readonly env?: Readonly<Record<string, string>>
  /** Run each command in a folder of its own. */
  readonly separateWorkingDir?: boolean
  /** Called once before the records, to print lines of its own. */
  readonly printPipeContext?: (print: (line: string) => void) => void
  /** Called for each record instead of printing it. */
  readonly printRDDElement?: (record: T, print: (line: string) => void) => void
}

function asyncOptions(operation: string, options: MapAsyncOptions): AsyncOptions {
  const { concurrency = 16, ordered = true, timeout = 0, retries = 0, retryDelay = 100 } = options
  if (!Number.isInteger(concurrency) || concurrency < 1)
    refuse(operation, 'concurrency', concurrency, 'a positive integer')
  if (!Number.isInteger(retries) || retries < 0) refuse(operation, 'retries', retries, 'an integer from 0')
  if (!(timeout >= 0)) refuse(operation, 'timeout', timeout, 'milliseconds from 0')
  if (!(retryDelay >= 0)) refuse(operation, 'retryDelay', retryDelay, 'milliseconds from 0')
  return { concurrency, ordered, timeoutMs: timeout, retries, retryDelayMs: retryDelay }
}

function sameNumPartitions(operation: string, sides: readonly AnyRdd[]): void {
  const counts = sides.map((side) => side.numPartitions)
  if (counts.every((count) => count === counts[0])) return
  throw new FiresteelError('FS_RDD_ZIP_PARTITIONS', { operation, counts: counts.join(', ') })
}
