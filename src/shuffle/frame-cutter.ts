import { FRAME_HEADER_BYTES, readFrameHeader } from '../serializer/index.js'

const nothing = new Uint8Array(0)

/** Cuts a stream of bytes, arriving in any pieces, into regions of whole frames. */
export class FrameCutter {
  readonly #source: string
  /** Pieces of a frame that is not complete. */
  #parts: Uint8Array[] = []
  #waiting = 0
  /** Length of the frame that waits; 0 while its header is not complete. */
  #length = 0

  /** `source` names the stream in errors. */
  constructor(source: string) {
    this.#source = source
  }

  /** Bytes that wait for the rest of their frame. */
  get waiting(): number {
    return this.#waiting
  }

  /** Bytes still missing from the frame that waits; 0 when nothing waits or its length is not known. */
  get missing(): number {
    return this.#length === 0 ? 0 : this.#length - this.#waiting
  }

  /**
   * Takes the next piece and returns the whole frames there are now; the piece must not change while they are in use.
   * @throws FS_SERIALIZER_CORRUPT when a frame does not start as one
   */
  push(piece: Uint8Array): Uint8Array {
    this.#parts.push(piece)
    this.#waiting += piece.length
    if (this.#waiting < Math.max(this.#length, FRAME_HEADER_BYTES)) return nothing
    const bytes = this.#parts.length === 1 ? piece : Buffer.concat(this.#parts)
    const end = this.#endOfWhole(bytes)
    const rest = bytes.subarray(end)
    this.#parts = rest.length === 0 ? [] : [rest]
    this.#waiting = rest.length
    return bytes.subarray(0, end)
  }

  #endOfWhole(bytes: Uint8Array): number {
    let end = 0
    this.#length = 0
    while (bytes.length - end >= FRAME_HEADER_BYTES) {
      const header = readFrameHeader(bytes, end, { source: this.#source, offset: 0 })
      const length = FRAME_HEADER_BYTES + header.storedLength
      if (end + length > bytes.length) {
        this.#length = length
        break
      }
      end += length
    }
    return end
  }
}
