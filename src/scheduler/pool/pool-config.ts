export type SchedulingMode = 'FIFO' | 'FAIR'

/** One pool of the FAIR scheduler. */
export interface PoolConfig {
  readonly name: string
  /** The order of the jobs within the pool; default FIFO. */
  readonly schedulingMode: SchedulingMode
  /** Share relative to other pools; default 1. */
  readonly weight: number
  /** Slots it gets before others get more; default 0. */
  readonly minShare: number
}

/** A pool as it stands at a moment. */
export interface PoolState extends PoolConfig {
  /** Stages with tasks in it. */
  readonly activeStages: number
  readonly runningTasks: number
  readonly pendingTasks: number
}

export interface PoolsConfig {
  /** `spark.scheduler.mode`, default FIFO: pools exist under FAIR only. */
  readonly mode: SchedulingMode
  /** Pools known beforehand; a job that names another gets that pool with the defaults. */
  readonly pools: readonly PoolConfig[]
}

export const defaultPools: PoolsConfig = { mode: 'FIFO', pools: [] }

/** The local property that chooses a job's pool, and the pool of jobs that choose none. */
export const poolProperty = 'spark.scheduler.pool'
export const defaultPoolName = 'default'
