import { type SparkConf, WORKER_DECOMMISSION_SIGNAL } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { Worker } from './worker.js'

/**
 * SIGTERM and SIGINT end the worker and all that it runs, the signal of `spark.worker.decommission.signal` decommissions it. Whoever called this
 * ends the process once `worker.ended` resolves.
 *
 * @throws FS_CONF_VALUE when this system has no such signal
 */
export function heedSignals(worker: Worker, conf: SparkConf): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void worker.stop())
  const name = conf.get(WORKER_DECOMMISSION_SIGNAL).trim().toUpperCase().replace(/^SIG/, '')
  try {
    process.on(`SIG${name}` as NodeJS.Signals, () => worker.decommission())
  } catch (error) {
    const details = {
      key: WORKER_DECOMMISSION_SIGNAL.key,
      value: name,
      accepts: 'the name of a signal',
      origin: undefined,
    }
    throw new FiresteelError('FS_CONF_VALUE', details, { cause: error })
  }
}
