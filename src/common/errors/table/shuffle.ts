import { errorTable } from '../error-entry.js'

export const shuffleErrors = errorTable({})
