import {
  DEAD_WORKER_PERSISTENCE,
  DEPLOY_APP_ID_PATTERN,
  DEPLOY_APP_NUMBER_MODULO,
  DEPLOY_DEFAULT_CORES,
  DEPLOY_DRIVER_ID_PATTERN,
  DEPLOY_MAX_DRIVERS,
  DEPLOY_MAX_EXECUTOR_RETRIES,
  DEPLOY_RECOVERY_TIMEOUT,
  DEPLOY_RETAINED_APPLICATIONS,
  DEPLOY_RETAINED_DRIVERS,
  DEPLOY_SPREAD_OUT_APPS,
  DEPLOY_SPREAD_OUT_DRIVERS,
  DEPLOY_WORKER_SELECTION_POLICY,
  MASTER_USE_APP_NAME_AS_APP_ID,
  MASTER_USE_DRIVER_ID_AS_APP_NAME,
  type SparkConf,
  WORKER_TIMEOUT,
} from '../../common/conf/index.js'
import type { MasterOptions } from './core/master-options.js'

/** A connection that breaks for a moment is dialled again within half a second. */
const workerGraceMs = 2_000
const applicationGraceMs = 5_000

/** The core's options from the settings of a master. */
export function masterOptions(
  conf: SparkConf,
  urls: { readonly masterUrl: string; readonly masterWebUiUrl: string },
): MasterOptions {
  const workerTimeoutMs = conf.get(WORKER_TIMEOUT)
  return {
    ...urls,
    spreadOutApps: conf.get(DEPLOY_SPREAD_OUT_APPS),
    spreadOutDrivers: conf.get(DEPLOY_SPREAD_OUT_DRIVERS),
    defaultCores: conf.get(DEPLOY_DEFAULT_CORES) ?? Number.POSITIVE_INFINITY,
    maxExecutorRetries: conf.get(DEPLOY_MAX_EXECUTOR_RETRIES),
    maxDrivers: conf.get(DEPLOY_MAX_DRIVERS) ?? Number.POSITIVE_INFINITY,
    retainedApplications: conf.get(DEPLOY_RETAINED_APPLICATIONS),
    retainedDrivers: conf.get(DEPLOY_RETAINED_DRIVERS),
    workerTimeoutMs,
    deadWorkerPersistence: conf.get(DEAD_WORKER_PERSISTENCE),
    applicationGraceMs: Math.min(applicationGraceMs, workerTimeoutMs),
    workerGraceMs: Math.min(workerGraceMs, workerTimeoutMs),
    recoveryTimeoutMs: conf.get(DEPLOY_RECOVERY_TIMEOUT) ?? workerTimeoutMs,
    appIdPattern: conf.get(DEPLOY_APP_ID_PATTERN),
    driverIdPattern: conf.get(DEPLOY_DRIVER_ID_PATTERN),
    appNumberModulo: conf.get(DEPLOY_APP_NUMBER_MODULO),
    useAppNameAsAppId: conf.get(MASTER_USE_APP_NAME_AS_APP_ID),
    useDriverIdAsAppName: conf.get(MASTER_USE_DRIVER_ID_AS_APP_NAME),
    workerSelectionPolicy: conf.get(DEPLOY_WORKER_SELECTION_POLICY),
  }
}
