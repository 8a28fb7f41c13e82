import { frameLength } from '../serializer/index.js'

/** Cuts a stream of bytes, arriving in any pieces, into regions of whole frames. */
export class FrameCutter {
  #rest: Uint8Array = new Uint8Array(0)

  /** Bytes that are waiting for the rest of their frame. */
  get waiting(): number {
    return this.#rest.length
  }

  /** Bytes still missing from the frame that waits, as far as its header tells; 0 when unknown. */
  get missing(): number {
    const length = this.#rest.length === 0 ? undefined : frameLength(this.#rest, 0)
    return length === undefined ? 0 : length - this.#rest.length
  }

  /** Takes the next piece; returns the whole frames there are now. */
  push(piece: Uint8Array): Uint8Array {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    let end = 0
    for (;;) {
      const length = frameLength(bytes, end)
      if (length === undefined || end + length > bytes.length) break
      end += length
    }
    this.#rest = bytes.subarray(end)
    return bytes.subarray(0, end)
  }
}
