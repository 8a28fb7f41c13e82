import { decodeFrames, decodePairs, encodePairs } from '../serializer/index.js'
import { AppendFile, temporaryPath } from './append-file.js'
import { FrameEncoder } from './frame-encoder.js'
import type { PairBatch, SpillOptions } from './types.js'

/** Where frames lie in a file: offset and length of each in turn. */
export type FrameList = number[]

/** A temporary file of frames of pairs, each of which can be read back by its place. */
export class FrameFile {
  readonly #file: AppendFile
  readonly #encoder: FrameEncoder

  constructor(options: SpillOptions) {
    this.#encoder = new FrameEncoder(options.codec)
    this.#file = new AppendFile(temporaryPath(options.spillDir, 'spill'), 'a spill file', { files: options.files })
  }

  /** Bytes written. */
  get length(): number {
    return this.#file.length
  }

  /** Appends one frame and adds its place to `list`. */
  append(list: FrameList, keys: unknown[], values: unknown[]): void {
    const payload = encodePairs(keys, values, keys.length)
    const frame = this.#encoder.encode(payload, keys.length)
    list.push(this.#file.length, frame.length)
    this.#file.append(frame)
  }

  /** Reads the frame whose place is at `at` (an even index) in `list`. */
  read(list: FrameList, at: number): PairBatch {
    const bytes = Buffer.allocUnsafe(list[at + 1] as number)
    this.#file.readInto(bytes, list[at] as number)
    for (const frame of decodeFrames(bytes, { source: this.#file.path })) return decodePairs(frame.payload)
    throw new Error(`no frame in ${this.#file.path} at ${list[at]}`)
  }

  /** Closes and deletes the file; safe at any time. */
  remove(): void {
    this.#file.remove()
  }
}
