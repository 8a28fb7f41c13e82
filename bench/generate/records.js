import { writeLineFile } from './line-file.js'
import { randomSource } from './random.js'

const KEY = 10
const PAYLOAD = 89

/**
 * Writes `count` lines of 100 bytes after the model of the sort benchmark's records: a key of ten random printable ASCII
 * characters, 89 characters of payload (the record's number, then a filler letter), a newline.
 */
export function generateRecords(path, count) {
  const next = randomSource(19850401)
  let written = 0
  writeLineFile(path, (buffer, offset) => {
    if (written === count) return offset
    let end = offset
    for (let i = 0; i < KEY; i++) buffer[end++] = 0x20 + (next() % 95)
    end += buffer.write(String(written).padStart(12, '0'), end, 'latin1')
    const filler = offset + KEY + PAYLOAD
    buffer.fill(0x41 + (written % 26), end, filler)
    buffer[filler] = 0x0a
    written++
    return filler + 1
  })
}
