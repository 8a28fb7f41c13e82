import { errorTable } from '../error-entry.js'

export const executorErrors = errorTable({})
