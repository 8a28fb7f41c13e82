export type { LogLevel, LogSeverity } from './log-level.js'
export { describeError, formatForPeople, type LogDetails, type LogRecord } from './log-record.js'
export {
  configureLogging,
  getLogger,
  type Logger,
  type LoggingOptions,
  type LogSink,
  logLevel,
  setLogLevel,
  writeLogRecord,
} from './logger.js'
export { Terminal, type TextStream, terminal } from './terminal.js'
