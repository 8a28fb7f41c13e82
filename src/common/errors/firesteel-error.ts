import type { ErrorCategory, ErrorDetails, ErrorEntry } from './error-entry.js'
import { errors } from './table/index.js'

/** Every code there is. */
export type ErrorCode = keyof typeof errors

/** The wire form of an error: plain JSON. */
export interface WireError {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly details?: ErrorDetails
  readonly stack?: string
  readonly cause?: WireError
}

const brand = Symbol.for('firesteel.error')

/**
 * The one error class of Firesteel. Its `code` names a row of the table of errors, which gives message, category and hint.
 * `instanceof` works across threads and copies of the package.
 */
export class FiresteelError extends Error {
  readonly code: ErrorCode
  readonly category: ErrorCategory
  readonly hint: string
  readonly details: ErrorDetails
  declare readonly [brand]: true

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: { cause?: unknown } = {}) {
    const entry: ErrorEntry = errors[code]
    super(`[${code}] ${entry.message(details)}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'FiresteelError'
    this.code = code
    this.category = entry.category
    this.hint = entry.hint
    this.details = details
    Object.defineProperty(this, brand, { value: true })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value
  }

  /** Whether `value` is a Firesteel error with this code. */
  static is(value: unknown, code: ErrorCode): value is FiresteelError {
    return typeof value === 'object' && value !== null && brand in value && (value as FiresteelError).code === code
  }
}

/** Turns anything thrown into plain JSON; causes are kept, up to ten deep. */
export function toWireError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error) && !(thrown instanceof FiresteelError)) {
    return { name: 'Error', message: `a value was thrown that is no Error: ${describe(thrown)}` }
  }
  const error = thrown as Error
  const isOurs = thrown instanceof FiresteelError
  return {
    name: String(error.name),
    message: String(error.message),
    ...(isOurs ? { code: thrown.code, details: jsonSafe(thrown.details) } : {}),
    ...(typeof error.stack === 'string' ? { stack: error.stack } : {}),
    ...(error.cause !== undefined && depth < 10 ? { cause: toWireError(error.cause, depth + 1) } : {}),
  }
}

/** The reverse of `toWireError`: ours by code, others as an `Error` that keeps name, message, stack and cause. */
export function fromWireError(wire: WireError): Error {
  const cause = wire.cause === undefined ? undefined : fromWireError(wire.cause)
  if (wire.code !== undefined && wire.code in errors) {
    const error = new FiresteelError(wire.code as ErrorCode, wire.details ?? {}, { cause })
    if (wire.stack !== undefined) error.stack = wire.stack
    return error
  }
  const error = new Error(wire.message, cause === undefined ? undefined : { cause })
  error.name = wire.name
  if (wire.stack !== undefined) error.stack = wire.stack
  return error
}

function describe(value: unknown): string {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function jsonSafe(details: ErrorDetails): ErrorDetails {
  try {
    return JSON.parse(JSON.stringify(details)) as ErrorDetails
  } catch {
    return {}
  }
}
