import { writeLineFile } from './line-file.js'
import { randomSource } from './random.js'

const STRIDE = 7_368_787 // a prime: any count that is no multiple of it gets each id once, in mixed order

/** Writes `count` lines `id,name`: ids 0 to count - 1 in mixed order, names of 6 to 17 letters. */
export function generateCustomers(path, count) {
  const next = randomSource(19700601)
  let written = 0
  writeLineFile(path, (buffer, offset) => {
    if (written === count) return offset
    const id = (written * STRIDE) % count
    let end = offset + buffer.write(`${id},`, offset, 'latin1')
    for (let left = 6 + (next() % 12); left > 0; left--) buffer[end++] = 0x61 + (next() % 26)
    buffer[end++] = 0x0a
    written++
    return end
  })
}

/** Writes `count` lines `id,amount`: amounts of 1 to 1,000; four ids in five are among `customers`, the others match nothing. */
export function generateOrders(path, count, { customers }) {
  const next = randomSource(19790415)
  const ids = Math.ceil(customers * 1.25)
  let written = 0
  writeLineFile(path, (buffer, offset) => {
    if (written === count) return offset
    written++
    return offset + buffer.write(`${next() % ids},${1 + (next() % 1000)}\n`, offset, 'latin1')
  })
}
