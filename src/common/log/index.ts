export type { LogLevel, LogSeverity } from './log-level.js'
export { describeError, type LogDetails, type LogRecord } from './log-record.js'
export {
  configureLogging,
  getLogger,
  type Logger,
  type LoggingOptions,
  type LogSink,
  setLogLevel,
} from './logger.js'
export { Terminal, type TextStream, terminal } from './terminal.js'
