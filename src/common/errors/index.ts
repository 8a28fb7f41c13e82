export { type ErrorCategory, type ErrorDetails, type ErrorEntry, errorTable } from './error-entry.js'
export { type ErrorCode, FiresteelError, fromWireError, toWireError, type WireError } from './firesteel-error.js'
export { errors } from './table/index.js'
