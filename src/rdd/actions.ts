import { FiresteelError } from '../common/errors/index.js'
import type { SinkSpec } from '../pipeline/index.js'
import { decodeValue, encodeValue } from '../serializer/index.js'
import type { AnyRdd } from './any-rdd.js'
import { refuse } from './argument.js'
import type { CapturedFunction, JobRequest } from './rdd-context.js'
import type { Awaitable } from './transformations.js'
import { WideOperations } from './wide-operations.js'

/** How a job of an action differs from the usual. */
export type RunOptions = Partial<Pick<JobRequest, 'partitions' | 'closures' | 'signal' | 'site' | 'onJob'>>

/** What makes jobs run. Each returns a promise. */
export abstract class Actions<T> extends WideOperations<T> {
  /** All records, in the order of the partitions. They must fit in the driver's memory: see spark.driver.maxResultSize. */
  async collect(): Promise<T[]> {
    return concatenated<T>(await this.runSink<T[]>('collect', { kind: 'collect' }))
  }

  async count(): Promise<number> {
    const counts = await this.runSink<number>('count', { kind: 'count' })
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** The first record. @throws FS_RDD_EMPTY */
  async first(): Promise<T> {
    const [record] = await this.taken('first', 1)
    if (record === undefined) throw new FiresteelError('FS_RDD_EMPTY', { operation: 'first' })
    return record.value
  }

  async isEmpty(): Promise<boolean> {
    return (await this.taken('isEmpty', 1)).length === 0
  }

  /** The first `n` records. Partitions are scanned a few at a time, until there are enough. */
  async take(n: number): Promise<T[]> {
    if (!Number.isInteger(n)) refuse('take', 'n', n, 'an integer')
    return (await this.taken('take', n)).map((record) => record.value)
  }

  /** Merges all records by `f`, which must not care for the order. @throws FS_RDD_EMPTY */
  async reduce(f: (a: T, b: T) => Awaitable<T>): Promise<T> {
    const captured = this.context.capture(f, 'reduce')
    const parts = await this.runSink<T[]>(
      'reduce',
      { kind: 'reduce', f: captured.ref },
      { closures: captured.closures },
    )
    const values = parts.flat(1) as T[]
    if (values.length === 0) throw new FiresteelError('FS_RDD_EMPTY', { operation: 'reduce' })
    let result = values[0] as T
    for (const value of values.slice(1)) result = await f(result, value)
    return result
  }

  /** As `reduce`, beginning with `zero` in each partition and once more for all. */
  async fold(zero: T, f: (a: T, b: T) => Awaitable<T>): Promise<T> {
    const captured = this.context.capture(f, 'fold')
    return this.aggregated('fold', zero, captured, f)
  }

  /** Gathers records into another type: `seqOp` within a partition, `combOp` between them. */
  async aggregate<U>(
    zero: U,
    seqOp: (result: U, record: T) => Awaitable<U>,
    combOp: (a: U, b: U) => Awaitable<U>,
  ): Promise<U> {
    const captured = this.context.capture(seqOp, 'aggregate')
    return this.aggregated('aggregate', zero, captured, combOp)
  }

  /** Calls `f` for each record, on the executors. */
  async foreach(f: (record: T) => Awaitable<void>): Promise<void> {
    const captured = this.context.capture(f, 'foreach')
    await this.runSink('foreach', { kind: 'foreach', f: captured.ref }, { closures: captured.closures })
  }

  /** Calls `f` once for each partition, on the executors. */
  async foreachPartition(f: (records: IterableIterator<T>) => Awaitable<void>): Promise<void> {
    const captured = this.context.capture(f, 'foreachPartition')
    const sink: SinkSpec = { kind: 'apply', f: { builtin: 'ignoreResult', functions: [captured.ref] } }
    await this.runSink('foreachPartition', sink, { closures: captured.closures })
  }

  /** @internal Runs a sink over partitions; one value for each, in order. */
  async runSink<R>(operation: string, sink: SinkSpec, options: RunOptions = {}): Promise<R[]> {
    const values: R[] = []
    await this.context.runJob({
      ...options,
      rdd: this as unknown as AnyRdd,
      sink,
      closures: options.closures ?? [],
      operation,
      onResult: (index, value) => {
        values[index] = value as R
      },
    })
    return values
  }

  /** @internal The first records; boxed, since a record may be undefined. */
  async taken(operation: string, n: number, options: RunOptions = {}): Promise<{ readonly value: T }[]> {
    // What is prepared may tell that there are fewer partitions than it seemed.
    await this.prepare()
    const found: { value: T }[] = []
    const total = this.numPartitions
    const scaleUp = Math.max(2, this.context.conf.getInt('spark.rdd.limit.scaleUpFactor', 4))
    let scanned = 0
    let wanted = this.context.conf.getInt('spark.rdd.limit.initialNumPartitions', 1)
    while (found.length < n && scanned < total) {
      const partitions = Array.from({ length: Math.min(wanted, total - scanned) }, (_, i) => scanned + i)
      const sink: SinkSpec = { kind: 'collect', limit: n - found.length }
      for (const records of await this.runSink<T[]>(operation, sink, { ...options, partitions })) {
        for (const value of records) if (found.length < n) found.push({ value })
      }
      scanned += partitions.length
      wanted = scanned * scaleUp
    }
    return found
  }

  private async aggregated<U>(
    operation: string,
    zero: U,
    seqOp: CapturedFunction,
    combOp: (a: U, b: U) => Awaitable<U>,
  ): Promise<U> {
    const encoded = Buffer.from(encodeValue(zero)).toString('base64')
    const sink: SinkSpec = { kind: 'aggregate', f: seqOp.ref, zero: encoded }
    let result = decodeValue(Buffer.from(encoded, 'base64')) as U
    for (const part of await this.runSink<U>(operation, sink, { closures: seqOp.closures }))
      result = await combOp(result, part)
    return result
  }
}

function concatenated<T>(parts: readonly (readonly T[])[]): T[] {
  if (parts.length === 1) return parts[0] as T[]
  const all: T[] = []
  for (const part of parts) for (const record of part) all.push(record)
  return all
}
