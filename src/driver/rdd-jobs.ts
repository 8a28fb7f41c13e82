import {
  type ApproximateEvaluator,
  type FutureAction,
  type PartialResult,
  type PartitionFunction,
  type RDD,
  type ResultHandler,
  runApproximate,
  runJob,
  submitJob,
} from '../rdd/index.js'
import { RddSources } from './rdd-sources.js'

/** Jobs on chosen partitions, for what no action of RDDs does. */
export abstract class RddJobs extends RddSources {
  /**
   * Runs `f` over partitions on the executors; its results in the order of `partitions`, by default all. `TaskContext.get()` tells `f` of its task.
   * `onResult` is told of each result as it comes.
   * @throws FS_RDD_NO_PARTITION
   */
  runJob<T, U>(
    rdd: RDD<T>,
    f: PartitionFunction<T, U>,
    partitions?: readonly number[],
    onResult?: ResultHandler<U>,
  ): Promise<U[]> {
    return runJob(rdd, f, { partitions, onResult })
  }

  /** As `runJob`, as an action that can be cancelled. Results go to `onResult` only; what `result` returns in the end is the action's own. */
  submitJob<T, U, R>(
    rdd: RDD<T>,
    f: PartitionFunction<T, U>,
    partitions: readonly number[],
    onResult: ResultHandler<U>,
    result: () => R,
  ): FutureAction<R> {
    return submitJob(rdd, f, { partitions, onResult, result })
  }

  /** Runs `f` over all partitions, and gives what `evaluator` says of the results by `timeout` milliseconds; the job goes on. */
  runApproximateJob<T, U, R>(
    rdd: RDD<T>,
    f: PartitionFunction<T, U>,
    evaluator: ApproximateEvaluator<U, R>,
    timeout: number,
  ): Promise<PartialResult<R>> {
    return runApproximate(rdd, f, { evaluator, timeout })
  }
}
