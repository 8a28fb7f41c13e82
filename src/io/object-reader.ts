import { FiresteelError } from '../common/errors/index.js'
import { decodeBatch, decodeFrames } from '../serializer/index.js'
import type { BatchReader } from './batch-reader.js'
import { openSplitFile } from './byte-source.js'
import type { FileSplit } from './file-split.js'
import type { ReadableFile } from './file-system.js'
import { blockHeaderBytes, headerBytes, markerBytes, objectFileMagic } from './object-file.js'

const searchBytes = 65_536

/**
 * Reads the records of the blocks that start in `split` of an object file.
 * @throws FS_IO_CORRUPT when it is no object file or is cut off; FS_SERIALIZER_CORRUPT when a block is damaged
 */
export function openObjectReader<T = unknown>(split: FileSplit): BatchReader<T> {
  const file = openSplitFile(split)
  try {
    return new ObjectReader<T>(split, file)
  } catch (error) {
    file.closeSync()
    throw error
  }
}

class ObjectReader<T> implements BatchReader<T> {
  readonly #split: FileSplit
  readonly #file: ReadableFile
  readonly #marker: Buffer
  readonly #end: number
  #position: number
  #bytesRead = 0
  #recordsRead = 0

  constructor(split: FileSplit, file: ReadableFile) {
    this.#split = split
    this.#file = file
    this.#end = split.start + split.length
    const header = this.#read(0, headerBytes)
    if (!header.subarray(0, objectFileMagic.length).equals(objectFileMagic)) {
      throw this.#corrupt(0, 'it is no object file of this version')
    }
    if (split.fileSize <= headerBytes) throw this.#cutOff(0)
    this.#marker = header.subarray(objectFileMagic.length)
    this.#position = split.start <= headerBytes ? headerBytes : this.#findMarker(split.start)
  }

  next(): T[] | undefined {
    while (this.#position < this.#end) {
      const at = this.#position
      const header = this.#read(at, blockHeaderBytes)
      if (header.length < blockHeaderBytes) throw this.#cutOff(at)
      if (!header.subarray(0, markerBytes).equals(this.#marker)) throw this.#corrupt(at, 'no block starts here')
      const length = header.readUInt32LE(markerBytes)
      if (length === 0) break
      const start = at + blockHeaderBytes
      if (start + length > this.#file.size()) throw this.#cutOff(at)
      const frame = this.#read(start, length)
      this.#position = start + length
      if (this.#position >= this.#split.fileSize) throw this.#cutOff(this.#position)
      const records = this.#decode(frame, start)
      if (records.length === 0) continue
      this.#recordsRead += records.length
      return records
    }
    this.close()
    return undefined
  }

  close(): void {
    this.#position = this.#end
    this.#file.closeSync()
  }

  get bytesRead(): number {
    return this.#bytesRead
  }

  get recordsRead(): number {
    return this.#recordsRead
  }

  #decode(bytes: Buffer, offset: number): T[] {
    const [frame] = decodeFrames(bytes, { source: this.#split.path, offset })
    return frame === undefined ? [] : (decodeBatch(frame.payload) as T[])
  }

  /** The place of the first marker at or after `from`; the split's end if there is none before it. */
  #findMarker(from: number): number {
    for (let at = from; at < this.#end; at += searchBytes) {
      const found = this.#read(at, searchBytes + markerBytes - 1).indexOf(this.#marker)
      if (found !== -1) return at + found
    }
    return this.#end
  }

  #read(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length)
    let filled = 0
    while (filled < length) {
      const count = this.#file.readSync(buffer, filled, length - filled, position + filled)
      if (count === 0) break
      filled += count
    }
    this.#bytesRead += filled
    return buffer.subarray(0, filled)
  }

  #cutOff(offset: number): FiresteelError {
    return this.#corrupt(offset, 'the file ends before its end mark')
  }

  #corrupt(offset: number, reason: string): FiresteelError {
    return new FiresteelError('FS_IO_CORRUPT', { path: this.#split.path, offset, reason })
  }
}
