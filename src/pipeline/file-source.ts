import type { BatchReader, FileSplit } from '../io/index.js'
import * as io from '../io/index.js'
import type { SyncSource } from './batch.js'
import type { FileFormat, Operator, PartitionTree } from './plan.js'
import type { TaskServices } from './task-services.js'

type FileOperator = Extract<Operator, { op: 'files' | 'checkpoint' }>

/** The records of a partition's file splits, one split after another. */
export function fileSource(operator: FileOperator, tree: PartitionTree, services: TaskServices): SyncSource {
  const splits = (tree.split ?? []) as readonly FileSplit[]
  const format = operator.op === 'checkpoint' ? 'object' : operator.format
  const options = operator.op === 'checkpoint' ? undefined : operator.options
  let at = 0
  let reader: BatchReader<unknown> | undefined
  const leave = () => {
    if (reader === undefined) return
    services.metrics.inputBytesRead += reader.bytesRead
    services.metrics.inputRecordsRead += reader.recordsRead
    reader.close()
    reader = undefined
  }
  return {
    isAsync: false,
    next() {
      for (;;) {
        if (reader === undefined) {
          const split = splits[at++]
          if (split === undefined) return undefined
          reader = openers[format](split, options)
        }
        const batch = reader.next()
        if (batch !== undefined) return batch
        leave()
      }
    },
    close() {
      at = splits.length
      leave()
    },
  }
}

type Open = (split: FileSplit, options?: unknown) => BatchReader<unknown>
const readers = io as unknown as Record<string, Open>

const openers: Record<FileFormat, Open> = {
  text: (split) => io.openTextReader(split),
  wholeText: (split) => (readers.openWholeTextReader as Open)(split),
  binaryFiles: (split) => (readers.openBinaryFilesReader as Open)(split),
  binaryRecords: (split, options) => (readers.openBinaryRecordsReader as Open)(split, options),
  object: (split) => (readers.openObjectReader as Open)(split),
  jsonLines: (split, options) => (readers.openJsonLinesReader as Open)(split, options),
  csv: (split, options) => (readers.openCsvReader as Open)(split, options),
}
