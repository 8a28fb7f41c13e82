export type * from './dag/dag-messages.js'
export { type MapOutput, MapOutputTracker } from './dag/map-output-tracker.js'
export type {
  CacheView,
  JobSpec,
  LineageDependency,
  LineageNode,
  NarrowDependency,
  ShuffleDependency,
} from './lineage.js'
export type { DagSchedulerOptions, SchedulerOptions, TaskSchedulerOptions } from './options.js'
export type { PendingCode, PendingReason } from './pending-reason.js'
export { parseAllocationFile } from './pool/allocation-file.js'
export type { PoolConfig, PoolState, PoolsConfig, SchedulingMode } from './pool/pool-config.js'
export { Scheduler, type SchedulerEffect, type SchedulerEvent } from './scheduler.js'
export type { ClusterManager, ExecutorProvider, InProcessExecutor, ManagerContext } from './spi.js'
export type { ClusterApplication, SubmissionStatus, SubmitClient, SubmitContext } from './submit-spi.js'
export { executorLocation, type TaskLocation } from './task-location.js'
export { defaultLocalityWaits, type Locality, type LocalityWaits } from './task-set/locality.js'
export type * from './task-set/task-outcome.js'
export type * from './task-set/task-scheduler-messages.js'
export type { TaskAttempt, TaskEnded, TaskSet } from './task-set/task-set.js'
