/** A frame's bytes; `owned` when they lie in a buffer of their own that nothing else refers to. */
export type FrameListener = (frame: Buffer, owned: boolean) => void

/** What a stream of bytes breaks when it is not ours. */
export class BadFrame extends Error {
  override readonly name = 'BadFrame'
}

export interface LengthPrefixedOptions {
  readonly maxBytes: number
  /** Frames that arrive in several chunks are put together in a SharedArrayBuffer. */
  readonly shared?: boolean
}

const prefixBytes = 4

/**
 * Cuts a stream of chunks into frames: four bytes of length (little endian), then that many bytes. A frame that lies within
 * one chunk is handed over as a view of it; one that spans chunks is put together once, in a buffer of its size.
 */
export class LengthPrefixed {
  readonly #options: LengthPrefixedOptions
  readonly #listener: FrameListener
  readonly #prefix = Buffer.alloc(prefixBytes)
  #prefixFill = 0
  #frame: Buffer | undefined
  #frameFill = 0

  constructor(options: LengthPrefixedOptions, listener: FrameListener) {
    this.#options = options
    this.#listener = listener
  }

  /** @throws BadFrame for a length beyond the limit; nothing may be pushed after that. */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#frame !== undefined) {
        at += this.#continue(this.#frame, chunk, at)
        continue
      }
      const length = this.#length(chunk, at)
      if (length === undefined) return
      at += length.used
      if (chunk.length - at >= length.value) {
        this.#listener(chunk.subarray(at, at + length.value), false)
        at += length.value
      } else {
        this.#frame = this.#options.shared
          ? Buffer.from(new SharedArrayBuffer(length.value))
          : Buffer.allocUnsafeSlow(length.value)
        this.#frameFill = 0
      }
    }
  }

  #length(chunk: Buffer, at: number): { value: number; used: number } | undefined {
    if (this.#prefixFill === 0 && chunk.length - at >= prefixBytes) {
      return { value: this.#checked(chunk.readUInt32LE(at)), used: prefixBytes }
    }
    const used = chunk.copy(this.#prefix, this.#prefixFill, at)
    this.#prefixFill += used
    if (this.#prefixFill < prefixBytes) return undefined
    this.#prefixFill = 0
    return { value: this.#checked(this.#prefix.readUInt32LE(0)), used }
  }

  #checked(length: number): number {
    if (length > this.#options.maxBytes) {
      throw new BadFrame(`a frame of ${length} bytes, the limit is ${this.#options.maxBytes}`)
    }
    return length
  }

  #continue(frame: Buffer, chunk: Buffer, at: number): number {
    const used = chunk.copy(frame, this.#frameFill, at)
    this.#frameFill += used
    if (this.#frameFill === frame.length) {
      this.#frame = undefined
      this.#listener(frame, true)
    }
    return used
  }
}
