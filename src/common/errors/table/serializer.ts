import { errorTable } from '../error-entry.js'

export const serializerErrors = errorTable({})
