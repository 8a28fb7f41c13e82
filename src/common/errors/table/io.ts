import { errorTable } from '../error-entry.js'

export const ioErrors = errorTable({})
