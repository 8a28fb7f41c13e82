import { LOG_FILE, LOG_LEVEL, LOG_STRUCTURED, type SparkConf } from '../../common/conf/index.js'
import { configureLogging, getLogger } from '../../common/log/index.js'

/** Sets logging up for a daemon, which tells what it does unless it is told to be quiet; begins with what is odd about its settings. */
export function logAsDaemon(conf: SparkConf, warnings: readonly (string | undefined)[]): void {
  configureLogging({
    level: conf.contains(LOG_LEVEL) ? conf.get(LOG_LEVEL) : 'INFO',
    structured: conf.get(LOG_STRUCTURED),
    file: conf.get(LOG_FILE),
  })
  const log = getLogger('Settings')
  for (const warning of warnings) if (warning !== undefined) log.warn(warning)
}
