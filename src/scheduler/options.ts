import { type CacheView, emptyCache } from './lineage.js'
import { defaultPools, type PoolsConfig } from './pool/pool-config.js'
import { defaultLocalityWaits, type LocalityWaits } from './task-set/locality.js'

export interface DagSchedulerOptions {
  /** `spark.stage.maxConsecutiveAttempts`, default 4: fetch failures in a row after which the stage's jobs fail. */
  readonly maxConsecutiveStageAttempts: number
  /** How long failed stages are collected before they run again, ms; default 200. */
  readonly resubmitDelayMs: number
  readonly cache: CacheView
}

export interface TaskSchedulerOptions {
  /** `spark.task.maxFailures`, default 4: failures of one task after which its job fails. In `local` mode 1. */
  readonly maxTaskFailures: number
  /** `spark.task.cpus`, default 1: slots taken by one task. */
  readonly taskCpus: number
  readonly localityWaits: LocalityWaits
  readonly pools: PoolsConfig
  /** Where the round robin over executors begins; any integer, default 0. */
  readonly seed: number
  /**
   * How long tasks may wait while nothing at all runs (no executor, or none that is large enough) before their jobs fail,
   * ms; default 10 minutes, Infinity for never.
   */
  readonly starvationTimeoutMs: number
  /** See `ExecutorReport`; default 10,000. */
  readonly lostTaskGraceMs: number
  /**
   * Tasks that may be sent to a slot beyond the one it runs, default 0: only of sets whose tasks have turned out to take next to
   * no time, for which the way to the slot and back would be most of the cost. Whoever runs the slots moves a task that waits behind
   * a long one to a free slot.
   */
  readonly queueAhead: number
  /** No task starts before this many slots have registered or `maxWaitMs` have passed; default 0 slots. */
  readonly minRegistered: { readonly slots: number; readonly maxWaitMs: number }
}

export type SchedulerOptions = DagSchedulerOptions & TaskSchedulerOptions

export const defaultSchedulerOptions: SchedulerOptions = {
  maxConsecutiveStageAttempts: 4,
  resubmitDelayMs: 200,
  cache: emptyCache,
  maxTaskFailures: 4,
  taskCpus: 1,
  localityWaits: defaultLocalityWaits,
  pools: defaultPools,
  seed: 0,
  starvationTimeoutMs: 600_000,
  lostTaskGraceMs: 10_000,
  queueAhead: 0,
  minRegistered: { slots: 0, maxWaitMs: 30_000 },
}
