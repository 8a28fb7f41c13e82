import type { SparkConf } from '../common/conf/index.js'

/*
 * The service-provider interface of cluster managers, client side: a driver that runs in the cluster. What a manager does here is the
 * counterpart of `spi.ts`, and one registry serves both, so that a third party's manager gets cluster mode too.
 */

/** An application for cluster mode, made ready by submit: everything below is on this machine. */
export interface ClusterApplication {
  readonly name: string
  /** Absolute path of one ES module that holds the program (a bundle), or the URL that was given when it is not on this machine. */
  readonly main: string
  readonly args: readonly string[]
  /** Exported function or class to run. */
  readonly className?: string
  /** Absolute paths or URLs. */
  readonly jars: readonly string[]
  readonly files: readonly string[]
  readonly archives: readonly string[]
  /** Absolute paths of tar archives of node_modules: what was installed for `--packages`, and the packages that the program imports. */
  readonly packages: readonly string[]
  /** Every setting, submit's own included. */
  readonly conf: SparkConf
  /** Variables of the environment that the driver gets. */
  readonly environment: Readonly<Record<string, string>>
}

/** What a manager says of a submission. */
export interface SubmissionStatus {
  readonly id: string
  readonly found: boolean
  /** In the manager's own words, such as RUNNING. */
  readonly state?: string
  /** Whether it will not change any more. */
  readonly isFinal: boolean
  readonly exitCode?: number
  /** Where it runs. */
  readonly place?: string
  /** Why it waits or failed. */
  readonly message?: string
}

/** Runs drivers in a cluster. */
export interface SubmitClient {
  /** Hands the application over; resolves when the cluster has taken it, with the submission's id. */
  submit(application: ClusterApplication): Promise<{ readonly id: string; readonly message: string }>
  status(id: string): Promise<SubmissionStatus>
  kill(id: string): Promise<{ readonly success: boolean; readonly message: string }>
  close(): Promise<void>
}

/** What a submit client is told and may call. */
export interface SubmitContext {
  readonly masterUrl: string
  readonly conf: SparkConf
  log(level: 'info' | 'warn', message: string): void
}
