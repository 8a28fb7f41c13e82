import { FiresteelError } from '../common/errors/index.js'
import { type ByteSource, openSplitSource } from './byte-source.js'
import type { FileSplit } from './file-split.js'

const firstGuess = 65_536

/**
 * Reads all of a split's file, decompressed, as one piece of memory.
 * @throws FS_IO_FILE_TOO_LARGE when it has more than `limit` bytes
 */
export function readWhole(
  split: FileSplit,
  options: { limit: number; what: string },
): { bytes: Buffer; bytesRead: number } {
  const { limit } = options
  const tooLarge = () => new FiresteelError('FS_IO_FILE_TOO_LARGE', { path: split.path, limit, what: options.what })
  const isCompressed = split.codec !== undefined
  if (!isCompressed && split.fileSize > limit) throw tooLarge()
  const source = openSplitSource(split, 0)
  try {
    const bytes = readAll(source, isCompressed ? firstGuess : split.fileSize, (length) => {
      if (length > limit) throw tooLarge()
    })
    return { bytes, bytesRead: source.bytesRead }
  } finally {
    source.close()
  }
}

function readAll(source: ByteSource, expectedBytes: number, check: (length: number) => void): Buffer {
  let buffer = Buffer.allocUnsafeSlow(expectedBytes + 1)
  let filled = 0
  for (;;) {
    const count = source.read(buffer, filled, buffer.length - filled)
    if (count === 0) return buffer.subarray(0, filled)
    filled += count
    check(filled)
    if (filled < buffer.length) continue
    const larger = Buffer.allocUnsafeSlow(buffer.length * 2)
    buffer.copy(larger, 0, 0, filled)
    buffer = larger
  }
}
