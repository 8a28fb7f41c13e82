import { errorTable } from '../error-entry.js'

export const storageErrors = errorTable({})
