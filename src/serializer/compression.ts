import * as zlib from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import { lz4Compress, lz4Decompress } from './compress/lz4.js'
import { snappyCompress, snappyDecompress } from './compress/snappy.js'

/** The names that `spark.io.compression.codec` accepts. */
export type CodecName = 'none' | 'lz4' | 'snappy' | 'zstd' | 'deflate'

/** Makes blocks of bytes smaller, and the reverse. */
export interface CompressionCodec {
  /** Its number in the header of a frame. */
  readonly id: number
  readonly name: CodecName
  compress(bytes: Uint8Array): Uint8Array
  /**
   * @param rawLength - the exact length of the result, in bytes
   * @throws any error when the bytes are damaged; frames turn it into FS_SERIALIZER_CORRUPT
   */
  decompress(bytes: Uint8Array, rawLength: number): Uint8Array
}

export interface CodecOptions {
  /** `spark.io.compression.zstd.level`, default 1; what was compressed with any level is read with any. */
  readonly zstdLevel?: number
}

/** Node's zstd, which came with 22.15 and 23.8. */
interface Zstd {
  zstdCompressSync(bytes: Uint8Array, options: { params: Record<number, number> }): Buffer
  zstdDecompressSync(bytes: Uint8Array, options: { maxOutputLength: number }): Buffer
}

/** zlib's `ZSTD_c_compressionLevel`. */
const ZSTD_LEVEL = 100

const none: CompressionCodec = { id: 0, name: 'none', compress: (bytes) => bytes, decompress: (bytes) => bytes }
const lz4: CompressionCodec = { id: 1, name: 'lz4', compress: lz4Compress, decompress: lz4Decompress }
const snappy: CompressionCodec = { id: 2, name: 'snappy', compress: snappyCompress, decompress: snappyDecompress }
const zstd = zstdOfLevel(1)
const deflate: CompressionCodec = {
  id: 4,
  name: 'deflate',
  compress: (bytes) => zlib.deflateRawSync(bytes, { level: 1 }),
  decompress: (bytes, rawLength) => zlib.inflateRawSync(bytes, { maxOutputLength: Math.max(rawLength, 1) }),
}

const codecs: readonly CompressionCodec[] = [none, lz4, snappy, zstd, deflate]

/**
 * The codec of a name as `spark.io.compression.codec` has it.
 * @throws FS_SERIALIZER_CODEC_UNKNOWN, also for Spark's lzf, which Firesteel does not have
 * @throws FS_SERIALIZER_CODEC_UNAVAILABLE for zstd on a Node.js without it (before 22.15)
 */
export function compressionCodec(name: string, options: CodecOptions = {}): CompressionCodec {
  const codec = codecs.find((candidate) => candidate.name === name.toLowerCase())
  if (codec === undefined) throw new FiresteelError('FS_SERIALIZER_CODEC_UNKNOWN', { name })
  if (codec !== zstd) return codec
  zstdOfNode()
  return options.zstdLevel === undefined ? zstd : zstdOfLevel(options.zstdLevel)
}

function zstdOfLevel(level: number): CompressionCodec {
  return {
    id: 3,
    name: 'zstd',
    compress: (bytes) => zstdOfNode().zstdCompressSync(bytes, { params: { [ZSTD_LEVEL]: level } }),
    decompress: (bytes, rawLength) =>
      zstdOfNode().zstdDecompressSync(bytes, { maxOutputLength: Math.max(rawLength, 1) }),
  }
}

/** The codec of a number in a frame; undefined when there is none. */
export function codecOfId(id: number): CompressionCodec | undefined {
  return codecs[id]
}

/** Whether this Node.js has zstd. */
export function hasZstd(): boolean {
  return typeof (zlib as Partial<Zstd>).zstdCompressSync === 'function'
}

function zstdOfNode(): Zstd {
  if (hasZstd()) return zlib as unknown as Zstd
  const where = `Node.js ${process.versions.node}`
  throw new FiresteelError('FS_SERIALIZER_CODEC_UNAVAILABLE', { name: 'zstd', where, reason: 'it came with 22.15' })
}
