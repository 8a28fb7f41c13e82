import { FiresteelError } from '../errors/index.js'
import type { LogSeverity } from './log-level.js'

/** What a message is about: ids and figures, plain JSON values. `error` is shown with its stack and causes. */
export interface LogDetails {
  readonly error?: unknown
  readonly [name: string]: unknown
}

/** One thing that was logged. */
export interface LogRecord {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly severity: LogSeverity
  /** Name of the part that speaks: `TaskSetManager`. */
  readonly logger: string
  readonly message: string
  readonly details?: LogDetails
}

const two = (n: number) => String(n).padStart(2, '0')

/** One line for people, in local time, and the stack of an error below it: `26/11/23 21:54:00 WARN TaskSetManager: text`. */
export function formatForPeople({ time, severity, logger, message, details }: LogRecord): string {
  const at = new Date(time)
  const day = `${two(at.getFullYear() % 100)}/${two(at.getMonth() + 1)}/${two(at.getDate())}`
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  const trailer = details?.error === undefined ? '' : `\n${describeError(details.error)}`
  return `${day} ${clock} ${severity} ${logger}: ${message}${trailer}`
}

/** One JSON object on one line, with the names that Spark's structured logs use: ts, level, msg, context, exception, logger. */
export function formatAsJson({ time, severity, logger, message, details = {} }: LogRecord): string {
  const { error, ...context } = details
  return JSON.stringify(
    {
      ts: new Date(time).toISOString(),
      level: severity,
      msg: message,
      ...(Object.keys(context).length === 0 ? {} : { context }),
      ...(error === undefined ? {} : { exception: exceptionOf(error) }),
      logger,
    },
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  )
}

function exceptionOf(error: unknown): object {
  if (!(error instanceof Error)) return { class: typeof error, msg: String(error) }
  return { class: error.name, msg: error.message, stacktrace: error.stack }
}

/** Stack and hint of an error, then those of its causes. */
export function describeError(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error)
  const hint = error instanceof FiresteelError ? `\n    hint: ${error.hint}` : ''
  const cause = error.cause === undefined || depth > 9 ? '' : `\nCaused by: ${describeError(error.cause, depth + 1)}`
  return `${error.stack ?? `${error.name}: ${error.message}`}${hint}${cause}`
}
