import { closeSync, openSync, renameSync, writeSync } from 'node:fs'

const BUFFER_BYTES = 1 << 20
const LONGEST_LINE = 4096

/**
 * Writes a file in pieces of a megabyte, so that memory stays flat. `fill(buffer, offset)` writes one line with its
 * newline at `offset` and returns the offset after it, or `offset` itself when there are no more lines. The file appears
 * under its name only when it is complete.
 */
export function writeLineFile(path, fill) {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES)
  const partial = `${path}.partial`
  const file = openSync(partial, 'w')
  let used = 0
  for (;;) {
    const end = fill(buffer, used)
    const finished = end === used
    used = end
    if (finished || used > BUFFER_BYTES - LONGEST_LINE) {
      writeSync(file, buffer, 0, used)
      used = 0
    }
    if (finished) break
  }
  closeSync(file)
  renameSync(partial, path)
}
