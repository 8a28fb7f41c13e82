import type { BatchReader } from './batch-reader.js'
import type { FileSplit } from './file-split.js'
import { maxLineBytes } from './line-reader.js'
import { readWhole } from './read-whole.js'
import { SingleRecordReader } from './single-record-reader.js'

/**
 * Reads a file as one record, its path and its text (UTF-8; a byte order mark is dropped); a compressed one is decompressed.
 * @throws FS_IO_FILE_TOO_LARGE beyond 536,870,888 bytes, which is as much as a string may hold
 */
export function openWholeTextReader(split: FileSplit): BatchReader<[path: string, text: string]> {
  return new SingleRecordReader(() => {
    const { bytes, bytesRead } = readWhole(split, { limit: maxLineBytes, what: 'string' })
    const text = bytes.toString('utf8')
    return { record: [split.path, text.startsWith('\uFEFF') ? text.slice(1) : text], bytesRead }
  })
}
