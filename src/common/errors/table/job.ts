import { errorTable } from '../error-entry.js'

export const jobErrors = errorTable({})
