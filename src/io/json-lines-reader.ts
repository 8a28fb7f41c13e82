import type { BatchReader } from './batch-reader.js'
import type { FileSplit } from './file-split.js'
import type { LineReader } from './line-reader.js'
import { corruptRecordField, type MalformedMode, malformed, malformedMode } from './malformed.js'
import { openLineReader } from './text-reader.js'

/** How lines of JSON are read. */
export interface JsonLinesReaderOptions {
  /** Default: permissive. */
  readonly mode?: MalformedMode
}

/**
 * Reads the lines that start in `split`, each a JSON value of its own; lines of white space are skipped.
 * @throws FS_IO_MALFORMED in mode failFast, with file, byte, column and (from the file's start) line
 */
export function openJsonLinesReader(split: FileSplit, options: JsonLinesReaderOptions = {}): BatchReader<unknown> {
  return new JsonLinesReader(split, malformedMode(options.mode))
}

class JsonLinesReader implements BatchReader<unknown> {
  readonly #path: string
  readonly #mode: MalformedMode
  readonly #lines: LineReader
  #recordsRead = 0

  constructor(split: FileSplit, mode: MalformedMode) {
    this.#path = split.path
    this.#mode = mode
    this.#lines = openLineReader(split)
  }

  next(): unknown[] | undefined {
    for (let lines = this.#lines.next(); lines !== undefined; lines = this.#lines.next()) {
      const records: unknown[] = []
      for (let index = 0; index < lines.length; index++) {
        const line = lines[index] as string
        try {
          records.push(JSON.parse(line))
        } catch (error) {
          this.#addMalformed(records, { line, index, error })
        }
      }
      if (records.length === 0) continue
      this.#recordsRead += records.length
      return records
    }
    return undefined
  }

  close(): void {
    this.#lines.close()
  }

  get bytesRead(): number {
    return this.#lines.bytesRead
  }

  get recordsRead(): number {
    return this.#recordsRead
  }

  #addMalformed(records: unknown[], what: { line: string; index: number; error: unknown }): void {
    const { line, index, error } = what
    if (line.trim() === '' || this.#mode === 'dropMalformed') return
    if (this.#mode === 'permissive') {
      records.push({ [corruptRecordField]: line })
      return
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw malformed(this.#path, this.#lines.placeOf(index), { reason, column: columnIn(reason, line), cause: error })
  }
}

/** JSON.parse tells the position in some of its messages only; at the end of the input it is known without. */
function columnIn(reason: string, line: string): number | undefined {
  const position = /at position (\d+)/.exec(reason)?.[1]
  if (position !== undefined) return Number(position) + 1
  return reason.includes('end of JSON input') ? line.length + 1 : undefined
}
