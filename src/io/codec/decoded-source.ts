import type { ByteSource } from '../byte-source.js'
import { Bzip2Decoder } from './bzip2-decoder.js'
import type { CodecName } from './codec-name.js'
import { CompressedInput } from './compressed-input.js'
import { DeflateDecoder } from './deflate-decoder.js'
import { GzipDecoder } from './gzip-decoder.js'
import { DecodedSource, type PieceDecoder } from './piece-decoder.js'
import { ZstdDecoder, zstdInputBytes } from './zstd-decoder.js'

/** Undoes a file's compression on the way: synchronous, in pieces, in a few megabytes of memory at most. */
export function decodedSource(source: ByteSource, codec: CodecName, path: string): ByteSource {
  const input = new CompressedInput(source, path, codec === 'zstd' ? zstdInputBytes : undefined)
  return new DecodedSource(input, decoderFor(codec, input))
}

function decoderFor(codec: CodecName, input: CompressedInput): PieceDecoder {
  switch (codec) {
    case 'gzip':
      return new GzipDecoder(input)
    case 'deflate':
      return new DeflateDecoder(input)
    case 'bzip2':
      return new Bzip2Decoder(input)
    case 'zstd':
      return new ZstdDecoder(input)
  }
}
