/** The settings by which a master decides; durations in milliseconds. */
export interface MasterOptions {
  readonly masterUrl: string
  readonly masterWebUiUrl: string
  /** `spark.deploy.spreadOutApps`, `spark.deploy.spreadOutDrivers`: one core after another over many workers, or as few as will do. */
  readonly spreadOutApps: boolean
  readonly spreadOutDrivers: boolean
  /** `spark.deploy.defaultCores`: for applications without `spark.cores.max`; Infinity takes all. */
  readonly defaultCores: number
  /** `spark.deploy.maxExecutorRetries`: failures of executors in a row, none running, before the application is removed; below 0 never. */
  readonly maxExecutorRetries: number
  /** `spark.deploy.maxDrivers`: drivers that run at once. */
  readonly maxDrivers: number
  readonly retainedApplications: number
  readonly retainedDrivers: number
  /** `spark.worker.timeout`: silence after which a worker is lost. */
  readonly workerTimeoutMs: number
  /** `spark.dead.worker.persistence`: worker timeouts for which a dead worker is still shown. */
  readonly deadWorkerPersistence: number
  /** How long an application whose connection broke may take to come back before it counts as ended. */
  readonly applicationGraceMs: number
  /** How long a worker whose connection broke may take to come back before it counts as lost. */
  readonly workerGraceMs: number
  /** `spark.deploy.recoveryTimeout`: how long a new leader waits for those it knows to register again. */
  readonly recoveryTimeoutMs: number
  /** `spark.deploy.appIdPattern`, `spark.deploy.driverIdPattern`: `%s` becomes the time, `%04d` the number. */
  readonly appIdPattern: string
  readonly driverIdPattern: string
  /** `spark.deploy.appNumberModulo`. */
  readonly appNumberModulo?: number
  /** `spark.master.useAppNameAsAppId.enabled`. */
  readonly useAppNameAsAppId: boolean
  /** `spark.master.useDriverIdAsAppName.enabled`. */
  readonly useDriverIdAsAppName: boolean
  /** `spark.deploy.workerSelectionPolicy`: among workers that would do, for drivers and executors alike. */
  readonly workerSelectionPolicy:
    | 'CORES_FREE_ASC'
    | 'CORES_FREE_DESC'
    | 'MEMORY_FREE_ASC'
    | 'MEMORY_FREE_DESC'
    | 'WORKER_ID'
}
