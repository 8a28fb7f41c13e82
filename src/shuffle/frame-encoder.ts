import { type CompressionCodec, compressionCodec, encodeFrame } from '../serializer/index.js'

/** Smaller payloads say nothing about how well others compress. */
const TELLING_BYTES = 1024
/** Compression pays when it leaves at most this share. */
const WORTH_IT = 0.9
/** Frames left as they are after one that was not worth compressing. */
const PAUSE = 8

/** Makes frames with a codec, but for a while leaves out compression where it did not pay: it costs more than the disk. */
export class FrameEncoder {
  readonly #codec: CompressionCodec
  readonly #none = compressionCodec('none')
  #pause = 0

  constructor(codec: CompressionCodec) {
    this.#codec = codec
  }

  encode(payload: Uint8Array, records: number): Uint8Array {
    if (this.#pause > 0) {
      this.#pause--
      return encodeFrame(payload, { codec: this.#none, records })
    }
    const frame = encodeFrame(payload, { codec: this.#codec, records })
    if (payload.length >= TELLING_BYTES && frame.length > payload.length * WORTH_IT) this.#pause = PAUSE
    return frame
  }
}
