import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

const RECORD = 100
const KEY = 10
const RECORDS_AT_ONCE = 10_000

/**
 * Checks that the part files below `output`, in the order of their names, hold exactly the records of `input`, sorted by
 * key. Returns the text by which peers are compared; throws an Error that says what is wrong.
 */
export function verifySorted(output, input) {
  const parts = readdirSync(output)
    .filter((name) => name.startsWith('part-'))
    .sort()
    .map((name) => join(output, name))
  const expected = scan([input], { ordered: false })
  const found = scan(parts, { ordered: true })
  if (found.count !== expected.count || found.sum !== expected.sum) {
    throw new Error(
      `sorted output has ${found.count} records, sum ${found.sum}; input ${expected.count}, ${expected.sum}`,
    )
  }
  return `${found.count} records in order, sum ${found.sum}`
}

/** Counts records and adds up a hash of each, which does not depend on their order. */
function scan(paths, { ordered }) {
  const buffer = Buffer.alloc(RECORD * RECORDS_AT_ONCE)
  const words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4)
  const previous = Buffer.alloc(KEY)
  let count = 0
  let sum = 0
  for (const path of paths) {
    const file = openSync(path, 'r')
    for (let bytes = fill(file, buffer); bytes > 0; bytes = fill(file, buffer)) {
      if (bytes % RECORD !== 0) throw new Error(`${path} does not consist of records of ${RECORD} bytes`)
      for (let at = 0; at < bytes; at += RECORD) {
        if (buffer[at + RECORD - 1] !== 0x0a) throw new Error(`${path}: record ${count} does not end with a newline`)
        if (ordered) {
          if (precedes(buffer, at, previous)) throw new Error(`${path}: record ${count} is out of order`)
          buffer.copy(previous, 0, at, at + KEY)
        }
        sum = (sum + hash(words, at / 4)) >>> 0
        count++
      }
    }
    closeSync(file)
  }
  return { count, sum }
}

function fill(file, buffer) {
  let filled = 0
  while (filled < buffer.length) {
    const bytes = readSync(file, buffer, filled, buffer.length - filled, null)
    if (bytes === 0) break
    filled += bytes
  }
  return filled
}

function precedes(buffer, at, previous) {
  for (let i = 0; i < KEY; i++) {
    const difference = buffer[at + i] - previous[i]
    if (difference !== 0) return difference < 0
  }
  return false
}

function hash(words, start) {
  let value = 0
  for (let i = start; i < start + RECORD / 4; i++) value = Math.imul(value ^ words[i], 0x01000193)
  return value ^ (value >>> 15)
}
