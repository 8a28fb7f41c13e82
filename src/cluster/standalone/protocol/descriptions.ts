import type { RpcAddress, RpcSecurity } from '../../../rpc/index.js'

/** Custom resources that are asked for: name, such as `gpu`, and how many. */
export type ResourceAmounts = Readonly<Record<string, number>>

/** Custom resources that there are, or that were handed out: name and addresses, such as `{ gpu: ['0', '1'] }`. */
export type ResourceAddresses = Readonly<Record<string, readonly string[]>>

/** What an application asks of the cluster. */
export interface ApplicationDescription {
  readonly name: string
  readonly user: string
  /** Cores of all its executors together (`spark.cores.max`); the master's default when absent. */
  readonly coresMax?: number
  /** Cores of one executor (`spark.executor.cores`); all that a worker has free when absent. */
  readonly coresPerExecutor?: number
  readonly memoryPerExecutorMiB: number
  /** Executors at most; no limit when absent. 0 is a limit: the application wants none for now. */
  readonly executorLimit?: number
  readonly resourcesPerExecutor: ResourceAmounts
  /** The application's web UI. */
  readonly uiUrl?: string
}

/** What every executor of an application is started with, in the words of the application alone. The master passes it on unread. */
export interface ExecutorTemplate {
  readonly driver: RpcAddress
  /** Secrets: never in argv, a log, a page or the recovery store. */
  readonly security: RpcSecurity
  readonly settings: Readonly<Record<string, string>>
  /** `spark.executorEnv.*`. */
  readonly environment: Readonly<Record<string, string>>
}

/** A file that was uploaded, or that every worker finds at the same path or URL. */
export type ApplicationFile =
  | { readonly kind: 'blob'; readonly name: string; readonly hash: string; readonly bytes: number }
  | { readonly kind: 'url'; readonly url: string }

/** A driver to be run by a worker. */
export interface DriverDescription {
  /** Made by the client for each submission: a repeated one, after an answer was lost, finds the driver of the first. */
  readonly token: string
  readonly name: string
  readonly user: string
  readonly application: ApplicationFile
  /** Exported function or class to run. */
  readonly className?: string
  readonly args: readonly string[]
  readonly settings: Readonly<Record<string, string>>
  readonly environment: Readonly<Record<string, string>>
  readonly jars: readonly ApplicationFile[]
  readonly files: readonly ApplicationFile[]
  readonly archives: readonly ApplicationFile[]
  /** What the client installed for `--packages`, or found imported by the application, as tar archives of node_modules. */
  readonly packages: readonly ApplicationFile[]
  readonly cores: number
  readonly memoryMiB: number
  /** Started again when it ends with an error or its worker is lost. */
  readonly supervise: boolean
  readonly resources: ResourceAmounts
}
