import { constants } from 'node:os'
import { type SparkConf, WORKER_DECOMMISSION_SIGNAL } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { Worker } from './worker.js'

/**
 * The signal of `spark.worker.decommission.signal` decommissions the worker.
 *
 * @returns its name; undefined when this system has no such signal and none was set
 * @throws FS_CONF_VALUE when this system has no such signal
 */
export function heedDecommissionSignal(worker: Worker, conf: SparkConf): string | undefined {
  const { key } = WORKER_DECOMMISSION_SIGNAL
  const value = conf.get(WORKER_DECOMMISSION_SIGNAL)
  const name = `SIG${value.trim().toUpperCase().replace(/^SIG/, '')}`
  // Not every system has the default.
  if (!(name in constants.signals) && !conf.contains(key)) return undefined
  const fail = (cause?: unknown) =>
    new FiresteelError('FS_CONF_VALUE', { key, value, accepts: 'the name of a signal that can be caught' }, { cause })
  if (!(name in constants.signals)) throw fail()
  try {
    process.on(name as NodeJS.Signals, () => worker.decommission())
  } catch (error) {
    throw fail(error)
  }
  return name
}
