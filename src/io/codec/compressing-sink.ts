import * as zlib from 'node:zlib'
import { FiresteelError } from '../../common/errors/index.js'
import type { ByteSink } from '../byte-sink.js'
import { adler32 } from './adler32.js'
import type { CodecName } from './codec-name.js'

/** Node's own codecs are synchronous only for a whole input; so the input is cut into pieces of this many bytes. */
const pieceBytes = 1_048_576

/** How far back a deflate stream may refer; each piece is compressed with the end of the one before as its dictionary. */
const deflateWindowBytes = 32_768

/**
 * Makes sure that this process can write a codec.
 * @throws FS_IO_CODEC
 */
export function checkWritableCodec(codec: CodecName, path: string): void {
  if (codec === 'bzip2') throw cannotWrite(path, 'bzip2 can be read but not written')
  if (codec === 'zstd' && zstdCompress === undefined) {
    throw cannotWrite(path, `zstd needs Node 22.15 or later to be written, and this is ${process.version}`)
  }
}

/** Compresses on the way to `sink`. */
export function compressingSink(sink: ByteSink, codec: CodecName | undefined, path: string): ByteSink {
  if (codec === undefined) return sink
  checkWritableCodec(codec, path)
  return new CompressingSink(sink, encoderFor(codec))
}

/** Makes one file of a format, piece by piece. */
interface PieceEncoder {
  /** Compresses a piece, which is not kept. */
  encode(piece: Uint8Array): Uint8Array
  /** What ends the file. */
  end(): Uint8Array
}

class CompressingSink implements ByteSink {
  readonly #sink: ByteSink
  readonly #encoder: PieceEncoder
  readonly #piece = Buffer.allocUnsafeSlow(pieceBytes)
  #filled = 0

  constructor(sink: ByteSink, encoder: PieceEncoder) {
    this.#sink = sink
    this.#encoder = encoder
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(pieceBytes - this.#filled, bytes.length - at)
      this.#piece.set(bytes.subarray(at, at + count), this.#filled)
      this.#filled += count
      at += count
      if (this.#filled === pieceBytes) this.#flush()
    }
  }

  close(): void {
    this.#flush()
    this.#sink.write(this.#encoder.end())
    this.#sink.close()
  }

  discard(): void {
    this.#sink.discard()
  }

  get bytesWritten(): number {
    return this.#sink.bytesWritten
  }

  #flush(): void {
    if (this.#filled === 0) return
    this.#sink.write(this.#encoder.encode(this.#piece.subarray(0, this.#filled)))
    this.#filled = 0
  }
}

function encoderFor(codec: CodecName): PieceEncoder {
  switch (codec) {
    case 'gzip':
      return new GzipEncoder()
    case 'deflate':
      return new DeflateEncoder()
    case 'zstd':
      return new ZstdEncoder()
    case 'bzip2':
      throw new Error('refused by checkWritableCodec')
  }
}

/** The pieces of one raw deflate stream: each ends at a byte's border, and the last one is empty and marked as final. */
class RawDeflate {
  #dictionary: Buffer | undefined

  encode(piece: Uint8Array): Buffer {
    const result = zlib.deflateRawSync(piece, {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      ...(this.#dictionary === undefined ? {} : { dictionary: this.#dictionary }),
    })
    this.#dictionary = Buffer.from(piece.subarray(Math.max(0, piece.length - deflateWindowBytes)))
    return result
  }

  end(): Buffer {
    return zlib.deflateRawSync(Buffer.alloc(0))
  }
}

/** One gzip member (RFC 1952), without name and time, so that the same records make the same file. */
class GzipEncoder implements PieceEncoder {
  readonly #deflate = new RawDeflate()
  #check = 0
  #size = 0
  #header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

  encode(piece: Uint8Array): Uint8Array {
    this.#check = zlib.crc32(piece, this.#check)
    this.#size = (this.#size + piece.length) >>> 0
    return this.#withHeader(this.#deflate.encode(piece))
  }

  end(): Uint8Array {
    const trailer = Buffer.alloc(8)
    trailer.writeUInt32LE(this.#check, 0)
    trailer.writeUInt32LE(this.#size, 4)
    return this.#withHeader(Buffer.concat([this.#deflate.end(), trailer]))
  }

  #withHeader(bytes: Buffer): Buffer {
    const result = Buffer.concat([this.#header, bytes])
    this.#header = Buffer.alloc(0)
    return result
  }
}

/** One zlib stream (RFC 1950). */
class DeflateEncoder implements PieceEncoder {
  readonly #deflate = new RawDeflate()
  #check = 1
  #header = Buffer.from([0x78, 0x9c])

  encode(piece: Uint8Array): Uint8Array {
    this.#check = adler32(piece, this.#check)
    return this.#withHeader(this.#deflate.encode(piece))
  }

  end(): Uint8Array {
    const trailer = Buffer.alloc(4)
    trailer.writeUInt32BE(this.#check, 0)
    return this.#withHeader(Buffer.concat([this.#deflate.end(), trailer]))
  }

  #withHeader(bytes: Buffer): Buffer {
    const result = Buffer.concat([this.#header, bytes])
    this.#header = Buffer.alloc(0)
    return result
  }
}

/** A frame for each piece, with its checksum; zstd reads frames in a row as one. */
class ZstdEncoder implements PieceEncoder {
  #isEmpty = true

  encode(piece: Uint8Array): Uint8Array {
    this.#isEmpty = false
    return zstdFrame(piece)
  }

  end(): Uint8Array {
    return this.#isEmpty ? zstdFrame(Buffer.alloc(0)) : Buffer.alloc(0)
  }
}

function zstdFrame(piece: Uint8Array): Uint8Array {
  const { ZSTD_c_checksumFlag: checksumFlag = 201 } = zlib.constants as Record<string, number>
  return (zstdCompress as ZstdCompress)(piece, { params: { [checksumFlag]: 1 } })
}

type ZstdCompress = (input: Uint8Array, options?: unknown) => Uint8Array

/** In Node from 22.15 on. */
const zstdCompress = (zlib as unknown as { zstdCompressSync?: ZstdCompress }).zstdCompressSync

function cannotWrite(path: string, reason: string): FiresteelError {
  return new FiresteelError('FS_IO_CODEC', { path, reason })
}
