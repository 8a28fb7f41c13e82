import { adler32 } from './adler32.js'
import type { CompressedInput } from './compressed-input.js'
import { Inflater } from './inflater.js'
import type { PieceDecoder } from './piece-decoder.js'

const presetDictionary = 0x20

/** One zlib stream (RFC 1950), which is what Hadoop's DefaultCodec calls deflate; its checksum is verified. */
export class DeflateDecoder implements PieceDecoder {
  readonly #input: CompressedInput
  readonly #inflater: Inflater
  #state: 'start' | 'data' | 'end' = 'start'
  #check = 1

  constructor(input: CompressedInput) {
    this.#input = input
    this.#inflater = new Inflater(input)
  }

  next(): Uint8Array | undefined {
    if (this.#state === 'start') this.#readHeader()
    if (this.#state === 'end') return undefined
    const piece = this.#inflater.next()
    if (piece === undefined) this.#readTrailer()
    else this.#check = adler32(piece, this.#check)
    return piece
  }

  #readHeader(): void {
    const input = this.#input
    const method = input.byte()
    const flags = input.byte()
    if ((method & 15) !== 8 || ((method << 8) | flags) % 31 !== 0) throw input.corrupt('it is no zlib stream')
    if (flags & presetDictionary) throw input.corrupt('it needs a dictionary that is not in the file')
    this.#state = 'data'
  }

  #readTrailer(): void {
    const input = this.#input
    let check = 0
    for (let i = 0; i < 4; i++) check = check * 256 + input.byte()
    if (check !== this.#check) throw input.corrupt('the data does not match its checksum')
    if (!input.isAtEnd()) throw input.corrupt('something follows the compressed data')
    this.#state = 'end'
  }
}
