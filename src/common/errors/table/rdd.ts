import { errorTable } from '../error-entry.js'

export const rddErrors = errorTable({})
