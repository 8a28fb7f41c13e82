import { errorTable } from '../error-entry.js'

export const submitErrors = errorTable({})
