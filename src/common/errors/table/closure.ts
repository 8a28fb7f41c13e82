import { errorTable } from '../error-entry.js'

export const closureErrors = errorTable({})
