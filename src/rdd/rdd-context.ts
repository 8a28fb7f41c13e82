import type { CallSite, Closure } from '../closure/index.js'
import type { SparkConf } from '../common/conf/index.js'
import type { RddId, ShuffleId } from '../common/index.js'
import type { FunctionRef, SinkSpec } from '../pipeline/index.js'
import type { AnyRdd } from './any-rdd.js'
import type { ShuffleDependencySpec } from './rdd-base.js'

/** A user function ready for plans: how plans name it, and the closures that must travel with it. */
export interface CapturedFunction {
  readonly ref: FunctionRef
  readonly closures: readonly Closure[]
}

/** What a task gave back, decoded: the records of a collect, a count, or a value. */
export type TaskValue = unknown

/** A job as an action asks for it. */
export interface JobRequest {
  readonly rdd: AnyRdd
  readonly sink: SinkSpec
  /** Closures that the sink names. */
  readonly closures: readonly Closure[]
  /** Default all. */
  readonly partitions?: readonly number[]
  readonly operation: string
  /** Where the user's program asked for it; default from the stack. */
  readonly site?: CallSite
  /** Told the job's number when it is about to start. */
  readonly onJob?: (jobId: number) => void
  /** Called for each partition as its result comes, in any order; `index` counts within `partitions`. */
  readonly onResult: (index: number, value: TaskValue) => void
  readonly signal?: AbortSignal
}

/** What RDDs need of the SparkContext. */
export interface RddContext {
  readonly conf: SparkConf
  readonly defaultParallelism: number
  readonly defaultMinPartitions: number
  newRddId(): RddId
  newShuffleId(): ShuffleId
  /** Captures a user function at the line of the call; throws what cannot travel. */
  capture(f: unknown, operation: string, site?: CallSite): CapturedFunction
  callSite(operation: string): CallSite
  /** Runs a job to its end. Rejects with the one error that ended it. */
  runJob(request: JobRequest): Promise<void>
  /** Throws FS_CONTEXT_STOPPED when the context is stopped. */
  assertRunning(what: string): void
  readonly checkpointDir: string | undefined
  persistRdd(rdd: AnyRdd): void
  unpersistRdd(rdd: AnyRdd, blocking: boolean): Promise<void>
  /** Told of each shuffle that an RDD will read; when nothing refers to the object any more, the shuffle is cleaned up. */
  registerShuffle(shuffle: ShuffleDependencySpec): void
  /** Leaves `group`, `description` and the like to jobs. */
  setCallSiteOf?(site: CallSite): void
}
