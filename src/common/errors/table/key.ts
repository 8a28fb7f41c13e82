import { errorTable } from '../error-entry.js'

export const keyErrors = errorTable({
  FS_KEY_UNSUPPORTED: {
    category: 'usage',
    message: (d) => `a value of type ${d.type} cannot be used as a key, because ${d.reason}`,
    hint: 'Use a string, number, bigint, boolean, Date, array, plain object or typed array made from the value as key.',
  },
  FS_KEY_NO_ORDER: {
    category: 'usage',
    message: (d) => `keys of type ${d.type} have no natural order`,
    hint: 'Sort by an array of the fields that matter, e.g. sortBy((x) => [x.year, x.name]), or pass an order of your own.',
  },
  FS_KEY_TOO_DEEP: {
    category: 'usage',
    message: (d) => `a key is nested more than ${d.limit} levels deep, or contains itself`,
    hint: 'Use a key without cycles; an array of the fields that identify the record is best.',
  },
})
