import { FiresteelError } from '../common/errors/index.js'
import type { BatchReader } from './batch-reader.js'
import { type ByteSource, openSplitSource } from './byte-source.js'
import type { FileSplit } from './file-split.js'

const usualChunkBytes = 65_536

/** How records of a fixed length are read. */
export interface BinaryRecordsReaderOptions {
  /** Bytes of each record. */
  readonly recordLength: number
}

/**
 * Reads the records of a fixed length that start in `split`. Records of a batch share memory.
 * @throws FS_IO_PARTIAL_RECORD when the file ends in the middle of a record
 */
export function openBinaryRecordsReader(split: FileSplit, options: BinaryRecordsReaderOptions): BatchReader<Buffer> {
  const { recordLength } = options
  if (!Number.isSafeInteger(recordLength) || recordLength < 1) {
    const reason = 'it must be a whole number of at least 1'
    throw new FiresteelError('FS_IO_OPTION', { option: 'recordLength', value: recordLength, reason })
  }
  return new BinaryRecordsReader(split, recordLength)
}

class BinaryRecordsReader implements BatchReader<Buffer> {
  readonly #split: FileSplit
  readonly #recordLength: number
  readonly #source: ByteSource
  readonly #end: number
  #position: number
  #recordsRead = 0

  constructor(split: FileSplit, recordLength: number) {
    this.#split = split
    this.#recordLength = recordLength
    const isCompressed = split.codec !== undefined
    this.#position = isCompressed ? 0 : Math.ceil(split.start / recordLength) * recordLength
    this.#end = isCompressed ? Number.POSITIVE_INFINITY : split.start + split.length
    this.#source = openSplitSource(split, this.#position)
  }

  next(): Buffer[] | undefined {
    const length = this.#recordLength
    const wanted = Math.min(Math.ceil(usualChunkBytes / length), Math.ceil((this.#end - this.#position) / length))
    const chunk = wanted > 0 ? this.#readChunk(wanted * length) : Buffer.alloc(0)
    if (chunk.length === 0) {
      this.close()
      return undefined
    }
    const records: Buffer[] = []
    for (let at = 0; at < chunk.length; at += length) records.push(chunk.subarray(at, at + length))
    this.#recordsRead += records.length
    return records
  }

  close(): void {
    this.#position = this.#end
    this.#source.close()
  }

  get bytesRead(): number {
    return this.#source.bytesRead
  }

  get recordsRead(): number {
    return this.#recordsRead
  }

  #readChunk(wanted: number): Buffer {
    const chunk = Buffer.allocUnsafeSlow(wanted)
    let filled = 0
    while (filled < wanted) {
      const count = this.#source.read(chunk, filled, wanted - filled)
      if (count === 0) break
      filled += count
    }
    const partial = filled % this.#recordLength
    this.#position += filled
    if (partial === 0) return chunk.subarray(0, filled)
    throw new FiresteelError('FS_IO_PARTIAL_RECORD', {
      path: this.#split.path,
      size: this.#position,
      recordLength: this.#recordLength,
      offset: this.#position - partial,
    })
  }
}
