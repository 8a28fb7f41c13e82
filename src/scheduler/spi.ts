import type { SparkConf } from '../common/conf/index.js'
import type { ExecutorId } from '../common/index.js'
import type { RpcSecurity } from '../rpc/index.js'
import type { SubmitClient, SubmitContext } from './submit-spi.js'
import type { ExecutorLossCause } from './task-set/task-outcome.js'

/*
 * The service-provider interface of cluster managers, driver side. A manager is a folder (or a third party's package) that claims master
 * URLs and starts executors; everything after an executor's registration (tasks, heartbeats, blocks) is the same for all.
 */

/** What starts executors for one kind of master URL. */
export interface ClusterManager {
  readonly name: string
  /** Whether a master URL is this manager's. */
  claims(masterUrl: string): boolean
  /** @throws FS_CONTEXT_MASTER_URL when the URL is its own kind but malformed. */
  create(context: ManagerContext): ExecutorProvider
  /** Runs drivers in the cluster; absent where there is no cluster deploy mode. */
  submitClient?(context: SubmitContext): SubmitClient
}

/** What a manager is told and may call. */
export interface ManagerContext {
  readonly masterUrl: string
  readonly appId: string
  readonly appName: string
  readonly conf: SparkConf
  /** Where executors dial the driver; undefined when the provider does not need the network. */
  driverAddress(): { readonly host: string; readonly port: number }
  /** What executors need to be let in: secrets, for their launch data alone. Never in argv, settings or logs. */
  security(): RpcSecurity
  /** Folders below which executors on this machine keep their data; removed when the context stops. */
  readonly localDirs: readonly string[]
  /** Settings that executors need. */
  executorSettings(): Readonly<Record<string, string>>
  /** Environment variables of executor processes on this machine: the driver's own, and those of `spark.executorEnv`. */
  executorEnvironment(): Readonly<Record<string, string | undefined>>
  /** Connects an executor that lives in the driver's process. */
  startInProcess(options: InProcessExecutor): Promise<{ stop(): Promise<void> }>
  /** An executor is being started: waiting jobs are told so until it registers or ends. */
  executorStarting(executorId: ExecutorId): void
  /** An executor that was started has ended, with the manager's word for why; the first cause counts. */
  executorEnded(executorId: ExecutorId, cause: ExecutorLossCause): void
  /** Why the manager has not given what was asked for, with figures: waiting jobs are told so. Undefined when it has. */
  waiting(reason: string | undefined): void
  /** No further executors will come. */
  noMoreExecutors(message: string): void
  log(level: 'info' | 'warn', message: string): void
  /** Passes a line of an executor's error output on to the user. */
  print(line: string): void
  /**
   * Passes a line of an executor's standard output on to the user, past a line of progress on the same screen. Undefined where there is none:
   * the executor may then write to the driver's standard output itself.
   */
  readonly printOutput?: ((line: string) => void) | undefined
}

export interface InProcessExecutor {
  readonly executorId: ExecutorId
  readonly slots: number
  readonly memoryBytes: number
}

/** Starts and ends the executors of one application. */
export interface ExecutorProvider {
  /** Whether executors are other processes, so that the driver has to listen. */
  readonly needsNetwork: boolean
  /**
   * Whether the settings hold what opens the cluster, which executors must not learn, since they run code of users: driver and executors
   * then have a secret of their own. Default false.
   */
  readonly keepsClusterSecret?: boolean
  /** Slots that the application will have when all executors are there; the default parallelism. */
  readonly expectedSlots: number
  /** Failures of a task after which its job fails, where the manager decides it. */
  readonly maxTaskFailures?: number
  /** This machine's address as executors will see it, where no setting names one; loopback when absent. */
  ownAddress?(): Promise<string | undefined>
  /** Makes the application known to the cluster before anything else is done; resolves with the id that it has there. */
  register?(): Promise<{ readonly applicationId: string }>
  /** Begins to start executors; resolves when those are asked for, not when they have registered. */
  start(): Promise<void>
  /** Told when an executor that it started has registered. */
  registered?(executorId: ExecutorId): void
  /** Ends an executor that is no longer wanted or does not answer. */
  kill(executorId: ExecutorId): void
  stop(): Promise<void>
}
