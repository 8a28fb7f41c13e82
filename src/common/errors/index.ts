export type { ErrorCategory, ErrorDetails, ErrorEntry } from './error-entry.js'
export { type ErrorCode, FiresteelError, fromWireError, toWireError, type WireError } from './firesteel-error.js'
export { errors } from './table/index.js'
