import { errorTable } from '../error-entry.js'

export const confErrors = errorTable({})
