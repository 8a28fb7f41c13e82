import { LOG_FILE, LOG_LEVEL, LOG_STRUCTURED, type SparkConf } from '../../common/conf/index.js'
import { configureLogging } from '../../common/log/index.js'

/** Sets logging up for a daemon, which tells what it does unless it is told to be quiet. */
export function logAsDaemon(conf: SparkConf): void {
  configureLogging({
    level: conf.contains(LOG_LEVEL) ? conf.get(LOG_LEVEL) : 'INFO',
    structured: conf.get(LOG_STRUCTURED),
    file: conf.get(LOG_FILE),
  })
}
