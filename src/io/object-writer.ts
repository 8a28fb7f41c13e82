import { randomBytes } from 'node:crypto'
import { type CompressionCodec, compressionCodec, encodeBatch, encodeFrame } from '../serializer/index.js'
import { type ByteSink, FileByteSink } from './byte-sink.js'
import { locate } from './file-systems.js'
import { markerBytes, objectFileMagic } from './object-file.js'
import type { OutputJob, RecordWriter, TaskAttempt } from './output.js'
import { attemptPath } from './output-committer.js'

/** How object files are written. */
export interface ObjectWriterOptions {
  /** Compression of each block, one of `spark.io.compression.codec`'s. Default: none. */
  readonly compression?: string
}

/** A block shall have about this many bytes before compression. */
const blockBytes = 98_304
const firstBatch = 256
const largestBatch = 8192

/**
 * Writes records of any kind that the serializer knows to the file of an attempt at a partition.
 * @throws FS_IO_NOT_WRITABLE, FS_IO_DISK_FULL, FS_SERIALIZER_…
 */
export function openObjectWriter<T>(
  job: OutputJob,
  task: TaskAttempt,
  options: ObjectWriterOptions = {},
): RecordWriter<T> {
  const codec = compressionCodec(options.compression ?? 'none')
  return new ObjectWriter(new FileByteSink(locate(job.path).fileSystem.createSync(attemptPath(job, task))), codec)
}

class ObjectWriter<T> implements RecordWriter<T> {
  readonly #sink: ByteSink
  readonly #codec: CompressionCodec
  readonly #marker = randomBytes(markerBytes)
  #pending: T[] = []
  #batchSize = firstBatch
  #recordsWritten = 0

  constructor(sink: ByteSink, codec: CompressionCodec) {
    this.#sink = sink
    this.#codec = codec
    sink.write(Buffer.concat([objectFileMagic, this.#marker]))
  }

  write(records: readonly T[]): void {
    for (const record of records) {
      this.#pending.push(record)
      if (this.#pending.length >= this.#batchSize) this.#writeBlock()
    }
    this.#recordsWritten += records.length
  }

  close(): void {
    this.#writeBlock()
    this.#sink.write(Buffer.concat([this.#marker, Buffer.alloc(4)]))
    this.#sink.close()
  }

  discard(): void {
    this.#pending = []
    this.#sink.discard()
  }

  get bytesWritten(): number {
    return this.#sink.bytesWritten
  }

  get recordsWritten(): number {
    return this.#recordsWritten
  }

  #writeBlock(): void {
    const records = this.#pending
    if (records.length === 0) return
    this.#pending = []
    const payload = encodeBatch(records)
    const frame = encodeFrame(payload, { codec: this.#codec, records: records.length })
    const length = Buffer.alloc(4)
    length.writeUInt32LE(frame.length)
    this.#sink.write(Buffer.concat([this.#marker, length, frame]))
    const fitting = Math.floor((records.length * blockBytes) / Math.max(1, payload.length))
    this.#batchSize = Math.max(1, Math.min(largestBatch, fitting))
  }
}
