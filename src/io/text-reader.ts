import type { BatchReader } from './batch-reader.js'
import { fileChanged, openSplitSource } from './byte-source.js'
import type { FileSplit } from './file-split.js'
import { LineReader } from './line-reader.js'

/** How text is read. */
export interface TextReaderOptions {
  /** Bytes read at a time; a batch of lines is what starts in them. Default: 32,768. */
  readonly chunkBytes?: number
}

const defaultChunkBytes = 32_768

/**
 * Reads the lines that start in `split`, without their terminators. A line ends with LF, CR LF or CR, as in Hadoop; the
 * last one of a file may lack it. Text is UTF-8: a byte order mark at the file's start is dropped, and what is no UTF-8
 * becomes U+FFFD. A compressed file is decompressed in pieces. Lines are mostly substrings of a chunk and keep it in memory as long as they live.
 * @throws FS_IO_PATH_NOT_FOUND, FS_IO_NOT_READABLE, FS_IO_FILE_CHANGED, FS_IO_LINE_TOO_LONG, FS_IO_CORRUPT
 */
export function openTextReader(split: FileSplit, options: TextReaderOptions = {}): BatchReader<string> {
  return openLineReader(split, options)
}

/** As `openTextReader`, for readers of this room that have to tell a line's place. */
export function openLineReader(
  split: FileSplit,
  options: TextReaderOptions & { readonly onlyLineFeed?: boolean } = {},
): LineReader {
  const isCompressed = split.codec !== undefined
  const position = isCompressed ? 0 : Math.max(0, split.start - 1)
  return new LineReader(openSplitSource(split, position), {
    path: split.path,
    position,
    end: isCompressed ? Number.POSITIVE_INFINITY : split.start + split.length,
    skipFirst: position < split.start && !isCompressed,
    chunkBytes: options.chunkBytes ?? defaultChunkBytes,
    onlyLineFeed: options.onlyLineFeed ?? false,
    onEarlyEnd: (place) => fileChanged(split, place),
  })
}
