import type { ByteSource } from '../byte-source.js'
import type { CompressedInput } from './compressed-input.js'

/** Decodes a whole file of some format, member after member, piece by piece. */
export interface PieceDecoder {
  /** The next decoded bytes, at least one, which hold until the next call; `undefined` at the end of the file. */
  next(): Uint8Array | undefined
}

/** What a decoder makes of a file, as a source of bytes. */
export class DecodedSource implements ByteSource {
  readonly #input: CompressedInput
  readonly #decoder: PieceDecoder
  #piece: Uint8Array | undefined = new Uint8Array(0)
  #taken = 0

  constructor(input: CompressedInput, decoder: PieceDecoder) {
    this.#input = input
    this.#decoder = decoder
  }

  read(target: Uint8Array, start: number, length: number): number {
    if (this.#piece !== undefined && this.#taken === this.#piece.length) {
      this.#piece = this.#decoder.next()
      this.#taken = 0
    }
    if (this.#piece === undefined) return 0
    const count = Math.min(length, this.#piece.length - this.#taken)
    target.set(this.#piece.subarray(this.#taken, this.#taken + count), start)
    this.#taken += count
    return count
  }

  close(): void {
    this.#input.close()
  }

  get bytesRead(): number {
    return this.#input.bytesRead
  }
}
