import {
  type ConfigEntry,
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
import { FiresteelError } from '../../common/errors/index.js'
import { formatId } from './core/id-pattern.js'
import type { MasterOptions } from './core/master-options.js'

/** A connection that breaks for a moment is dialled again within half a second. */
const workerGraceMs = 2_000
const applicationGraceMs = 5_000

/**
 * The core's options from the settings of a master.
 *
 * @throws FS_CONF_VALUE for a pattern whose ids could not name folders of workers
 */
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
    appIdPattern: idPattern(conf, DEPLOY_APP_ID_PATTERN),
    driverIdPattern: idPattern(conf, DEPLOY_DRIVER_ID_PATTERN),
    appNumberModulo: conf.get(DEPLOY_APP_NUMBER_MODULO),
    useAppNameAsAppId: conf.get(MASTER_USE_APP_NAME_AS_APP_ID),
    useDriverIdAsAppName: conf.get(MASTER_USE_DRIVER_ID_AS_APP_NAME),
    workerSelectionPolicy: conf.get(DEPLOY_WORKER_SELECTION_POLICY),
  }
}

function idPattern(conf: SparkConf, entry: ConfigEntry<string>): string {
  const pattern = conf.get(entry)
  const sample = formatId(pattern, ['20260101000000', 0])
  if (/^[A-Za-z0-9][A-Za-z0-9._@+~-]{0,119}$/.test(sample)) return pattern
  const accepts = 'a pattern of letters, digits, dots and hyphens, such as app-%s-%04d'
  throw new FiresteelError('FS_CONF_VALUE', { key: entry.key, value: pattern, accepts })
}
