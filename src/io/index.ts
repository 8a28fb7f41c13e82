export { type BatchReader, chainReaders } from './batch-reader.js'
export type { CodecName } from './codec/codec-name.js'
export type { FileSplit } from './file-split.js'
export type { FileStatus, FileSystem, ReadableFile, WritableFile } from './file-system.js'
export { type Location, locate, registerFileSystem } from './file-systems.js'
export type { OutputJob, RecordWriter, TaskAttempt } from './output.js'
export {
  abortJob,
  abortTask,
  commitJob,
  commitTask,
  type PrepareOutputOptions,
  prepareOutput,
} from './output-committer.js'
export { type PlanSplitsOptions, planSplits } from './plan-splits.js'
export { openTextReader, type TextReaderOptions } from './text-reader.js'
export { openTextWriter, type TextWriterOptions } from './text-writer.js'
