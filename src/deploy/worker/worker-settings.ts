import {
  type SparkConf,
  WORKER_INITIAL_REGISTRATION_RETRIES,
  WORKER_MAX_REGISTRATION_RETRIES,
} from '../../common/conf/index.js'
import { isClusterSetting } from './cluster-settings.js'

/**
 * Spark's attempts are some ten seconds apart at first, and a minute later; a connection's rounds come quicker, so that each attempt is
 * several of them: the patience is the same.
 */
export function registrationAttempts(conf: SparkConf): { readonly initial: number; readonly max: number } {
  const [initial, max] = [conf.get(WORKER_INITIAL_REGISTRATION_RETRIES), conf.get(WORKER_MAX_REGISTRATION_RETRIES)]
  const [quickRounds, slowRounds] = [4, 12]
  return { initial, max: initial * quickRounds + Math.max(0, max - initial) * slowRounds }
}

/** What lets a driver in at the master: it does not travel with a submission, a driver has it from the worker that runs it. */
export function clusterSettings(conf: SparkConf): Record<string, string> {
  return Object.fromEntries(conf.getAll().filter(([key]) => isClusterSetting(key)))
}
