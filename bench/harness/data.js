import { closeSync, existsSync, mkdirSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { generateRecords } from '../generate/records.js'
import { generateCustomers, generateOrders } from '../generate/tables.js'
import { generateWords } from '../generate/words.js'
import { folders } from './folders.js'

const kinds = {
  words: { extension: 'txt', generate: generateWords },
  records: { extension: 'txt', generate: generateRecords },
  customers: { extension: 'csv', generate: generateCustomers },
  orders: {
    extension: 'csv',
    generate: (path, size) => generateOrders(path, size, { customers: Math.max(1, Math.round(size / 2)) }),
  },
}

/** Path of the data of a kind and size; generates it when it is not there yet. */
export function ensureData({ kind, size }, log) {
  const rounded = Math.max(1, Math.round(size))
  const path = join(folders.data, `${kind}-${rounded}.${kinds[kind].extension}`)
  if (existsSync(path)) return path
  log(`generating ${kind}, size ${rounded}`)
  mkdirSync(folders.data, { recursive: true })
  kinds[kind].generate(path, rounded)
  return path
}

/** Reads files once, so that every run finds its input in the page cache and none profits from running second. */
export function warmPageCache(paths) {
  const buffer = Buffer.allocUnsafe(1 << 20)
  for (const path of paths) {
    const file = openSync(path, 'r')
    while (readSync(file, buffer) > 0);
    closeSync(file)
  }
}
