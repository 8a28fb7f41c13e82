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

/** Longer texts of an error are cut: what is thrown may hold a whole record. */
const maxTextLength = 32_768
const maxCauses = 10

/** Turns anything thrown, however hostile, into plain JSON of bounded size; causes are kept, up to ten deep. */
export function toWireError(thrown: unknown): WireError {
  try {
    return wireError(thrown, new Set())
  } catch {
    return { name: 'Error', message: 'a value was thrown that could not be read' }
  }
}

function wireError(thrown: unknown, seen: Set<unknown>): WireError {
  seen.add(thrown)
  const isOurs = thrown instanceof FiresteelError
  if (!isOurs && !(thrown instanceof Error)) {
    return { name: 'Error', message: cut(`a value was thrown that is no Error: ${describe(thrown)}`) }
  }
  const stack = read(thrown, 'stack')
  const cause = read(thrown, 'cause')
  return {
    name: cut(text(read(thrown, 'name'))),
    message: cut(text(read(thrown, 'message'))),
    ...(isOurs ? { code: thrown.code, details: jsonSafe(thrown.details) } : {}),
    ...(typeof stack === 'string' ? { stack: cutStack(stack) } : {}),
    ...(cause !== undefined && cause !== null && seen.size < maxCauses && !seen.has(cause)
      ? { cause: wireError(cause, seen) }
      : {}),
  }
}

/** A property that may be a getter that throws. */
function read(error: Error, key: 'name' | 'message' | 'stack' | 'cause'): unknown {
  try {
    return error[key]
  } catch {
    return key === 'message' ? 'its message could not be read' : undefined
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? 'Error' : describe(value)
}

function cut(long: string): string {
  return long.length <= maxTextLength ? long : `${long.slice(0, maxTextLength)}… (${long.length} characters)`
}

/** The message, which begins a stack, may be long; the frames at its end are what it is kept for. */
function cutStack(stack: string): string {
  if (stack.length <= 2 * maxTextLength) return stack
  return `${stack.slice(0, maxTextLength)}…\n${stack.slice(-maxTextLength)}`
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
    const shorten = (_key: string, value: unknown): unknown => (typeof value === 'string' ? cut(value) : value)
    return JSON.parse(JSON.stringify(details, shorten)) as ErrorDetails
  } catch {
    return {}
  }
}
