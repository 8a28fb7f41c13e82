import { FiresteelError } from '../common/errors/index.js'
import type { AnyRdd } from './any-rdd.js'
import { type ApproximateEvaluator, type PartialResult, runApproximateJob } from './approximate/index.js'
import { FutureAction } from './future-action.js'
import type { RDD } from './rdd.js'
import type { JobRequest } from './rdd-context.js'
import type { Awaitable } from './transformations.js'

/** What a job does with one partition, on an executor. */
export type PartitionFunction<T, U> = (records: IterableIterator<T>) => Awaitable<U>

/** Called in the driver for each partition's result as it comes; `index` counts within the partitions asked for. */
export type ResultHandler<U> = (index: number, result: U) => void

/** Which partitions a job computes (default all), and who is told of their results. */
export interface RunJobOptions<U> {
  readonly partitions?: readonly number[]
  readonly onResult?: ResultHandler<U>
}

/** Runs a function over partitions; its results by partition. */
export async function runJob<T, U>(
  rdd: RDD<T>,
  f: PartitionFunction<T, U>,
  options: RunJobOptions<U> = {},
): Promise<U[]> {
  const { partitions, onResult } = options
  const applied = apply(rdd, f, 'runJob')
  await checkPartitions(rdd, 'runJob', partitions)
  const results: U[] = []
  await rdd.context.runJob({
    ...applied,
    partitions,
    onResult: (index, value) => {
      results[index] = value as U
      onResult?.(index, value as U)
    },
  })
  return results
}

/** As `runJob`, as an action that can be cancelled and whose result is what `result` gives in the end. */
export function submitJob<T, U, R>(
  rdd: RDD<T>,
  f: PartitionFunction<T, U>,
  options: RunJobOptions<U> & { readonly result: () => R },
): FutureAction<R> {
  const { partitions, onResult, result } = options
  const applied = apply(rdd, f, 'submitJob')
  return new FutureAction(async (hooks) => {
    await checkPartitions(rdd, 'submitJob', partitions)
    const handler = (index: number, value: unknown): void => onResult?.(index, value as U)
    await rdd.context.runJob({ ...applied, ...hooks, partitions, onResult: handler })
    return result()
  })
}

/** Runs a function over all partitions, and gives what the evaluator says after `timeout` milliseconds. */
export function runApproximate<T, U, R>(
  rdd: RDD<T>,
  f: PartitionFunction<T, U>,
  options: { readonly evaluator: ApproximateEvaluator<U, R>; readonly timeout: number },
): Promise<PartialResult<R>> {
  return runApproximateJob(rdd as AnyRdd, apply(rdd, f, 'runApproximateJob'), options)
}

type Applied = Pick<JobRequest, 'rdd' | 'sink' | 'closures' | 'operation'>

function apply<T, U>(rdd: RDD<T>, f: PartitionFunction<T, U>, operation: string): Applied {
  const { ref, closures } = rdd.context.capture(f, operation)
  return { rdd: rdd as AnyRdd, sink: { kind: 'apply', f: ref }, closures, operation }
}

async function checkPartitions(
  rdd: RDD<unknown>,
  operation: string,
  partitions: readonly number[] | undefined,
): Promise<void> {
  if (partitions === undefined) return
  await rdd.prepare()
  const { numPartitions } = rdd
  for (const partition of partitions) {
    if (Number.isInteger(partition) && partition >= 0 && partition < numPartitions) continue
    throw new FiresteelError('FS_RDD_NO_PARTITION', { operation, partition, numPartitions })
  }
}
