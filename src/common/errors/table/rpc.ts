import { errorTable } from '../error-entry.js'

export const rpcErrors = errorTable({})
