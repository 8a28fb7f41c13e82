import type { ExecutorState, ResourceAddresses } from '../../../cluster/standalone/protocol/index.js'
import type { ApplicationEntry } from './application-entry.js'
import type { WorkerEntry } from './worker-entry.js'

/** What one process has of a worker, for as long as the worker says that it is there. */
export interface Holding {
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
}

/** An executor's place on a worker. */
export interface HeldExecutor extends Holding {
  readonly appId: string
  readonly id: string
  readonly worker: WorkerEntry
  /** Absent when no application has it any more (or ever had): the worker has been told to end it, and until then it holds its place. */
  application: ApplicationEntry | undefined
  state: ExecutorState
  readonly launchedAt: number
  /** Why this master wants it ended. */
  killReason?: string
}

/** An attempt of a driver on a worker. */
export interface HeldDriver extends Holding {
  readonly driverId: string
  readonly attempt: number
  /** The attempt is not the driver's own any more: the worker has been told to end it. */
  isStale: boolean
  /** Whether the worker has reported it: only then it can have run. */
  isSeen: boolean
}

export function executorKey(executor: { readonly appId: string; readonly id: string }): string {
  return `${executor.appId}/${executor.id}`
}

export function attemptKey(driverId: string, attempt: number): string {
  return `${driverId}#${attempt}`
}
