import {
  type BatchReader,
  type FileSplit,
  openBinaryFilesReader,
  openBinaryRecordsReader,
  openCsvReader,
  openJsonLinesReader,
  openObjectReader,
  openTextReader,
  openWholeTextReader,
} from '../io/index.js'
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
          reader = openers[format](split, options as never)
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

/** Options are what the driver put into the plan for this format. */
const openers: Record<FileFormat, (split: FileSplit, options: never) => BatchReader<unknown>> = {
  text: (split) => openTextReader(split),
  wholeText: (split) => openWholeTextReader(split),
  binaryFiles: (split) => openBinaryFilesReader(split),
  binaryRecords: (split, options) => openBinaryRecordsReader(split, options),
  object: (split) => openObjectReader(split),
  jsonLines: (split, options) => openJsonLinesReader(split, options),
  csv: (split, options) => openCsvReader(split, options),
}
