import type {
  ApplicationState,
  DriverState,
  ExecutorState,
  RecoveryState,
  ResourceAddresses,
  ResourceAmounts,
  WorkerState,
} from '../../../cluster/standalone/protocol/index.js'

/*
 * What pages, the JSON and the REST API show of a master: plain JSON, newest first where there is an order, nothing secret in it. Times
 * are milliseconds since the epoch, memory is in MiB.
 */

export interface MasterView {
  readonly status: RecoveryState
  readonly workers: readonly WorkerView[]
  readonly activeApplications: readonly ApplicationView[]
  readonly completedApplications: readonly ApplicationView[]
  readonly activeDrivers: readonly DriverView[]
  readonly completedDrivers: readonly DriverView[]
}

export interface WorkerView {
  readonly id: string
  readonly host: string
  readonly port: number
  readonly webUiUrl: string
  readonly state: WorkerState
  readonly cores: number
  readonly coresUsed: number
  readonly memoryMiB: number
  readonly memoryUsedMiB: number
  readonly resources: ResourceAddresses
  readonly resourcesUsed: ResourceAddresses
  readonly lastHeartbeat: number
}

export interface ApplicationView {
  readonly id: string
  readonly name: string
  readonly user: string
  readonly state: ApplicationState
  readonly submittedAt: number
  readonly endedAt?: number
  /** Absent: no limit. */
  readonly coresMax?: number
  readonly coresGranted: number
  readonly coresPerExecutor?: number
  readonly executorLimit?: number
  readonly memoryPerExecutorMiB: number
  readonly resourcesPerExecutor: ResourceAmounts
  readonly uiUrl?: string
  readonly executors: readonly ApplicationExecutorView[]
  /** Executors that have ended; at most the last fifty. */
  readonly endedExecutors: readonly ApplicationExecutorView[]
  /** Why it has fewer executors than it asked for, with the figures. */
  readonly waitingReason?: string
  /** Why it ended. */
  readonly message?: string
}

export interface ApplicationExecutorView {
  readonly id: string
  readonly workerId: string
  readonly workerHost: string
  readonly workerPort: number
  readonly workerWebUiUrl: string
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
  readonly state: ExecutorState
  readonly message?: string
  readonly exitCode?: number
}

export interface DriverView {
  readonly id: string
  readonly name: string
  readonly user: string
  readonly state: DriverState
  readonly submittedAt: number
  /** When it was last launched. */
  readonly startedAt?: number
  readonly endedAt?: number
  readonly workerId?: string
  readonly workerHostPort?: string
  readonly workerWebUiUrl?: string
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAmounts
  readonly supervise: boolean
  /** Starts so far. */
  readonly attempt: number
  /** `--class`, or the application's file. */
  readonly mainClass: string
  readonly waitingReason?: string
  readonly message?: string
  readonly exitCode?: number
}
