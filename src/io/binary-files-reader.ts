import type { BatchReader } from './batch-reader.js'
import type { FileSplit } from './file-split.js'
import { PortableFile } from './portable-file.js'
import { SingleRecordReader } from './single-record-reader.js'

/** Gives a file as one record: its path, and a handle through which it can be read. */
export function openBinaryFilesReader(split: FileSplit): BatchReader<[path: string, file: PortableFile]> {
  return new SingleRecordReader(() => ({
    record: [split.path, new PortableFile(split.path, split.fileSize)],
    bytesRead: 0,
  }))
}
