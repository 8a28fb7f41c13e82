import type { ByteSink } from './byte-sink.js'
import { FileByteSink } from './byte-sink.js'
import { compressingSink } from './codec/compressing-sink.js'
import { locate } from './file-systems.js'
import type { OutputJob, RecordWriter, TaskAttempt } from './output.js'
import { attemptPath } from './output-committer.js'

/** How records become lines. */
export interface TextWriterOptions<T> {
  /** The text of a record. Default: `String(record)`. */
  readonly format?: (record: T) => string
}

const bufferBytes = 131_072

/** Characters gathered before they are encoded. */
const gatheredCharacters = 16_384

/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const bytesPerUnit = 3

/**
 * Writes records as lines of UTF-8, each ended by LF, to the file of an attempt at a partition.
 * @throws FS_IO_NOT_WRITABLE, FS_IO_DISK_FULL, FS_IO_CODEC
 */
export function openTextWriter<T>(
  job: OutputJob,
  task: TaskAttempt,
  options: TextWriterOptions<T> = {},
): RecordWriter<T> {
  const path = attemptPath(job, task)
  const file = new FileByteSink(locate(job.path).fileSystem.createSync(path))
  return new TextWriter(compressingSink(file, job.codec, path), options.format ?? String)
}

class TextWriter<T> implements RecordWriter<T> {
  readonly #sink: ByteSink
  readonly #format: (record: T) => string
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes)
  #filled = 0
  #recordsWritten = 0

  constructor(sink: ByteSink, format: (record: T) => string) {
    this.#sink = sink
    this.#format = format
  }

  write(records: readonly T[]): void {
    let text = ''
    for (const record of records) {
      text += this.#format(record)
      text += '\n'
      if (text.length < gatheredCharacters) continue
      this.#encode(text)
      text = ''
    }
    this.#encode(text)
    this.#recordsWritten += records.length
  }

  close(): void {
    this.#flush()
    this.#sink.close()
  }

  discard(): void {
    this.#sink.discard()
  }

  get bytesWritten(): number {
    return this.#sink.bytesWritten + this.#filled
  }

  get recordsWritten(): number {
    return this.#recordsWritten
  }

  #encode(text: string): void {
    const most = text.length * bytesPerUnit
    if (most > bufferBytes) {
      this.#flush()
      this.#sink.write(Buffer.from(text))
      return
    }
    if (most > bufferBytes - this.#filled) this.#flush()
    this.#filled += this.#buffer.write(text, this.#filled)
  }

  #flush(): void {
    if (this.#filled > 0) this.#sink.write(this.#buffer.subarray(0, this.#filled))
    this.#filled = 0
  }
}
