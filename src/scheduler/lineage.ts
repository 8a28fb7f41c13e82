import type { JobId, RddId, ShuffleId } from '../common/index.js'

/**
 * What the scheduler knows of an RDD. The RDDs of the driver satisfy it structurally, so that the cores need no RDD.
 */
export interface LineageNode {
  readonly id: RddId
  readonly name: string
  readonly numPartitions: number
  readonly dependencies: readonly LineageDependency[]
  /** Whether a storage level is set: the locations of its partitions are then looked up in the `CacheView`. */
  readonly isPersisted: boolean
  /** Where the source of a partition lies, as task locations: see `task-location.ts`. Empty means anywhere. */
  preferredLocations(partition: number): readonly string[]
  readonly callSite: string
  /**
   * Whether computing a partition again gives the same records, its ancestors' part in that included. Only an explicit
   * `false` (say, a round-robin repartition of an unordered shuffle) makes a re-run of the stage roll back its consumers.
   */
  readonly isDeterministic?: boolean
}

export interface NarrowDependency {
  readonly kind: 'narrow'
  readonly parent: LineageNode
  parentPartitions(partition: number): readonly number[]
}

export interface ShuffleDependency {
  readonly kind: 'shuffle'
  readonly shuffleId: ShuffleId
  readonly parent: LineageNode
  readonly numMaps: number
  readonly numReduces: number
}

export type LineageDependency = NarrowDependency | ShuffleDependency

/** A job as an action submits it. */
export interface JobSpec {
  readonly jobId: JobId
  readonly rdd: LineageNode
  /** The partitions to compute; the result of `partitions[i]` is delivered with `outputIndex` i. */
  readonly partitions: readonly number[]
  /** Local properties of the caller, such as `spark.scheduler.pool` and `spark.job.interruptOnCancel`. */
  readonly properties: Readonly<Record<string, string>>
  readonly group?: string
  readonly tags: readonly string[]
  readonly description: string
  readonly callSite: string
}

/** Where cached partitions are, read when tasks are placed: the block registry of the driver answers. */
export interface CacheView {
  /** Task locations of the executors that hold the partition now; empty when none does. */
  locations(rddId: RddId, partition: number): readonly string[]
}

/** A cache in which nothing is. */
export const emptyCache: CacheView = { locations: () => [] }
