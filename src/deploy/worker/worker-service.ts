import type { DriverReport, ExecutorReport, ResourceAddresses } from '../../cluster/standalone/index.js'

/** A process of this worker, running or ended, as pages show it. Times are milliseconds since the epoch. */
export interface WorkerExecutorView extends ExecutorReport {
  readonly appName: string
  readonly user: string
  readonly appUiUrl?: string
  readonly startedAt: number
  readonly endedAt?: number
}

export interface WorkerDriverView extends DriverReport {
  readonly name: string
  readonly mainClass: string
  readonly startedAt: number
  readonly endedAt?: number
}

export interface WorkerView {
  readonly id: string
  readonly host: string
  readonly port: number
  /** The master that it obeys; absent while it has none. */
  readonly masterUrl?: string
  readonly masterWebUiUrl?: string
  readonly cores: number
  readonly coresUsed: number
  readonly memoryMiB: number
  readonly memoryUsedMiB: number
  readonly resources: ResourceAddresses
  readonly resourcesUsed: ResourceAddresses
  readonly executors: readonly WorkerExecutorView[]
  readonly finishedExecutors: readonly WorkerExecutorView[]
  readonly drivers: readonly WorkerDriverView[]
  readonly finishedDrivers: readonly WorkerDriverView[]
}

/** Which log: of an executor, of a driver, or of the worker itself. */
export type LogOwner =
  | { readonly kind: 'executor'; readonly appId: string; readonly executorId: string }
  | { readonly kind: 'driver'; readonly driverId: string }
  | { readonly kind: 'self' }
export type LogType = 'stdout' | 'stderr' | 'out'

/** A part of a log, all its rolled files taken as one text from byte 0. */
export interface LogPart {
  readonly text: string
  /** First byte, the byte after the last, and the bytes that there are. */
  readonly start: number
  readonly end: number
  readonly total: number
}

/** What the web UI may ask of a running worker. */
export interface WorkerService {
  readonly url: string
  readonly webUiUrl: string
  view(): WorkerView
  onChange(listener: () => void): () => void
  /**
   * Reads up to `bytes` (1 MiB at most) before `end` (the end of the log unless given), beginning and ending at whole characters. Undefined
   * when there is no such log.
   */
  readLog(
    owner: LogOwner,
    type: LogType,
    range: { readonly end?: number; readonly bytes: number },
  ): Promise<LogPart | undefined>
  /** From outside: takes nothing new, ends what it runs and then itself. */
  decommission(): void
}
