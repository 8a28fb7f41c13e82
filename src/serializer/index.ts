export {
  decodeBatch,
  decodePairs,
  decodeValue,
  encodeBatch,
  encodePairs,
  encodeSharedValue,
  encodeValue,
} from './batch.js'
export { ByteReader } from './byte-reader.js'
export { ByteWriter } from './byte-writer.js'
export {
  type ClassCodec,
  type ClassConstructor,
  type ClassResolver,
  registerClass,
  setClassResolver,
} from './class-registry.js'
export { type CodecName, type CompressionCodec, compressionCodec, hasZstd } from './compression.js'
export { detachString } from './detach-string.js'
export {
  decodeFrames,
  encodeFrame,
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameHeader,
  FrameReader,
  type FrameSource,
  readFrameHeader,
} from './framing.js'
