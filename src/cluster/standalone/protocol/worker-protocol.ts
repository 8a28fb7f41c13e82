import type { ApplicationDescription, DriverDescription, ExecutorTemplate, ResourceAddresses } from './descriptions.js'
import type { DriverState, ExecutorState } from './states.js'

/*
 * Between a worker and the master. The worker dials each master it knows and asks `registerWorker` of the endpoint `masterEndpoint`; the
 * master that leads says yes, and calls the worker's endpoint `workerEndpoint` over the same connection. What has ended is told again at
 * each registration until a master has taken it, so that an end under a failover is not lost.
 */

export const masterEndpoint = 'master'
export const workerEndpoint = 'worker'

export interface ExecutorReport {
  readonly appId: string
  readonly executorId: string
  readonly state: ExecutorState
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
  /** Why it is in this state, for people. */
  readonly message?: string
  readonly exitCode?: number
  /** One of the closed list of causes, as in `ExecutorLossCause`. */
  readonly cause?: { readonly code: string; readonly causedByApp: boolean }
}

export interface DriverReport {
  readonly driverId: string
  /** Which start of the driver this is, from 1: reports of an earlier one are stale. */
  readonly attempt: number
  readonly state: DriverState
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
  readonly message?: string
  readonly exitCode?: number
}

/** Asked of `masterEndpoint`. */
export interface RegisterWorker {
  readonly workerId: string
  /** Made at random when the worker starts, and told to nobody else: so that nobody can register in its name while it is known. */
  readonly token?: string
  readonly host: string
  readonly port: number
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
  readonly webUiUrl: string
  /** The highest epoch of a leader that this worker has obeyed; a leader of a lower one must not lead it. */
  readonly epoch: number
  /** It takes nothing new: its machine is to go. */
  readonly isDecommissioned?: boolean
  readonly executors: readonly ExecutorReport[]
  readonly drivers: readonly DriverReport[]
}

export type RegisterWorkerAnswer =
  | {
      readonly type: 'registered'
      readonly masterUrl: string
      readonly masterWebUiUrl: string
      /** Grows with each leader: a worker obeys no lower one any more. */
      readonly epoch: number
      readonly heartbeatIntervalMs: number
      /** Executors and drivers that this master does not know: the worker ends them. */
      readonly unknownExecutors: readonly { readonly appId: string; readonly executorId: string }[]
      readonly unknownDrivers: readonly { readonly driverId: string; readonly attempt: number }[]
    }
  | { readonly type: 'standby'; readonly masterUrl: string }
  | { readonly type: 'refused'; readonly message: string }

/** Sent to `masterEndpoint` as `heartbeat`. */
export interface WorkerHeartbeat {
  readonly workerId: string
}

/** Asked as `executorState` and `driverState`; the answer, empty, means that the master has taken it. */
export interface ExecutorStateMessage {
  readonly workerId: string
  readonly report: ExecutorReport
}
export interface DriverStateMessage {
  readonly workerId: string
  readonly report: DriverReport
}

/**
 * Sent to `masterEndpoint` as `workerLeaving`: it takes nothing new any more and ends what it runs. Sent again with `hasEnded` before it closes
 * the connection. Executors that end so are reported; drivers are not: those that are supervised go on elsewhere.
 */
export interface WorkerLeaving {
  readonly workerId: string
  readonly reason: string
  readonly hasEnded: boolean
}

/** Sent to `workerEndpoint` as `launchExecutor`. */
export interface LaunchExecutor {
  readonly appId: string
  readonly executorId: string
  readonly application: ApplicationDescription
  readonly template: ExecutorTemplate
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
}

/** `killExecutor`. */
export interface KillExecutor {
  readonly appId: string
  readonly executorId: string
  readonly reason: string
}

/** `launchDriver`. */
export interface LaunchDriver {
  readonly driverId: string
  readonly attempt: number
  readonly driver: DriverDescription
  readonly resources: ResourceAddresses
}

/** `killDriver`. */
export interface KillDriver {
  readonly driverId: string
  readonly attempt: number
  readonly reason: string
}

/** `applicationFinished`: its work folder may be cleaned. */
export interface ApplicationFinished {
  readonly appId: string
}

/* Without a body: `decommission` (take nothing new, end what runs, then yourself) and `standDown` (this master leads no longer). */
