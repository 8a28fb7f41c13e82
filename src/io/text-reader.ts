import type { BatchReader } from './batch-reader.js'
import type { FileSplit } from './file-split.js'

/** How text is read. */
export interface TextReaderOptions {
  /** Bytes read at a time; a batch of lines is what starts in them. Default: 65,536. */
  readonly chunkBytes?: number
}

/** Reads the lines that start in `split`, without their terminators. */
export function openTextReader(_split: FileSplit, _options: TextReaderOptions = {}): BatchReader<string> {
  throw new Error('not yet')
}
