import { appendFileSync } from 'node:fs'
import { type LogLevel, type LogSeverity, passes } from './log-level.js'
import { formatAsJson, formatForPeople, type LogDetails, type LogRecord } from './log-record.js'
import { terminal } from './terminal.js'

/** A part's voice. A message is one sentence; ids and figures may be repeated in `details` for machines. */
export interface Logger {
  trace(message: string, details?: LogDetails): void
  debug(message: string, details?: LogDetails): void
  info(message: string, details?: LogDetails): void
  warn(message: string, details?: LogDetails): void
  error(message: string, details?: LogDetails): void
  fatal(message: string, details?: LogDetails): void
  /** Whether a record of this severity would be written; for messages that are dear to make. */
  isEnabled(severity: LogSeverity): boolean
}

/** Takes the records that pass the threshold. */
export type LogSink = (record: LogRecord) => void

export interface LoggingOptions {
  /** Threshold; WARN unless set. */
  readonly level?: LogLevel
  /** One JSON object a line instead of text for people; false unless set. */
  readonly structured?: boolean
  /** A file to which every record is appended as JSON, besides the console; none unless set. */
  readonly file?: string
  /** Takes the records instead of the console and the file, as in a task's thread. */
  readonly sink?: LogSink
}

let threshold: LogLevel = 'WARN'
let sink: LogSink = toConsole(formatForPeople)

/** Sets up the logging of this thread, replacing what was set up before. */
export function configureLogging(options: LoggingOptions): void {
  threshold = options.level ?? 'WARN'
  sink = options.sink ?? sinkFor(options)
}

/** Changes the threshold alone. */
export function setLogLevel(level: LogLevel): void {
  threshold = level
}

/** The threshold in force. */
export function logLevel(): LogLevel {
  return threshold
}

/** Passes on a record made elsewhere, such as in a task's thread or an executor process. */
export function writeLogRecord(record: LogRecord): void {
  if (passes(record.severity, threshold)) sink(record)
}

/** The logger of a part of Firesteel; `name` is a noun in capitals and small letters: `TaskSetManager`. */
export function getLogger(name: string): Logger {
  const at = (severity: LogSeverity) => (message: string, details?: LogDetails) => {
    if (passes(severity, threshold)) sink({ time: Date.now(), severity, logger: name, message, details })
  }
  return {
    trace: at('TRACE'),
    debug: at('DEBUG'),
    info: at('INFO'),
    warn: at('WARN'),
    error: at('ERROR'),
    fatal: at('FATAL'),
    isEnabled: (severity) => passes(severity, threshold),
  }
}

function sinkFor({ structured = false, file }: LoggingOptions): LogSink {
  const onConsole = toConsole(structured ? formatAsJson : formatForPeople)
  if (file === undefined) return onConsole
  return (record) => {
    onConsole(record)
    appendFileSync(file, `${formatAsJson(record)}\n`)
  }
}

function toConsole(format: (record: LogRecord) => string): LogSink {
  return (record) => terminal().writeLine(format(record))
}
