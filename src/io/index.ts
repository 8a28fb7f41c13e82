export { isArchive, type UnpackOptions, unpackArchive } from './archive/unpack-archive.js'
export type { BatchReader } from './batch-reader.js'
export { openBinaryFilesReader } from './binary-files-reader.js'
export { type BinaryRecordsReaderOptions, openBinaryRecordsReader } from './binary-records-reader.js'
export type { CodecName } from './codec/codec-name.js'
export type { CsvReaderOptions } from './csv-options.js'
export { type CsvRecord, openCsvReader } from './csv-reader.js'
export type { FileSplit } from './file-split.js'
export type { FileStatus, FileSystem, ReadableFile, WritableFile } from './file-system.js'
export { type Location, locate } from './file-systems.js'
export { type JsonLinesReaderOptions, openJsonLinesReader } from './json-lines-reader.js'
export type { MalformedMode } from './malformed.js'
export { openObjectReader } from './object-reader.js'
export { type ObjectWriterOptions, openObjectWriter } from './object-writer.js'
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
export { type FileStream, PortableFile } from './portable-file.js'
export { openTextReader, type TextReaderOptions } from './text-reader.js'
export { openTextWriter, type TextWriterOptions } from './text-writer.js'
export { openWholeTextReader } from './whole-text-reader.js'
