import { crc32 } from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import { type CompressionCodec, codecOfId, compressionCodec } from './compression.js'

/** The bytes before the stored payload of a frame: magic, codec, raw length, stored length, records, checksum; little-endian. */
export const FRAME_HEADER_BYTES = 18

const MAGIC = 0xf5
const at = { magic: 0, codec: 1, rawLength: 2, storedLength: 6, records: 10, checksum: 14 } as const
const none = compressionCodec('none')

/** A payload as it was before framing. */
export interface Frame {
  readonly payload: Uint8Array
  /** The number of records that its writer said are in it. */
  readonly records: number
}

/** What a frame's header says. */
export interface FrameHeader {
  readonly codec: CompressionCodec
  readonly rawLength: number
  readonly storedLength: number
  readonly records: number
  readonly checksum: number
}

/** Where the bytes of a frame come from, for errors. */
export interface FrameSource {
  /** A file or a block, by a name that a user can find. */
  readonly source: string
  /** Where in the source the bytes start; default 0. */
  readonly offset?: number
}

/**
 * Puts a payload into a frame: compressed unless that does not make it smaller, with a checksum over header and stored bytes.
 * Frames may be joined by copying bytes, also frames of different codecs.
 * @param options.records - kept in the header, below 2^32
 */
export function encodeFrame(payload: Uint8Array, options: { codec: CompressionCodec; records: number }): Uint8Array {
  const compressed = options.codec === none ? payload : options.codec.compress(payload)
  const isSmaller = compressed.length < payload.length
  const stored = isSmaller ? compressed : payload
  const frame = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + stored.length)
  frame[at.magic] = MAGIC
  frame[at.codec] = isSmaller ? options.codec.id : none.id
  frame.writeUInt32LE(payload.length, at.rawLength)
  frame.writeUInt32LE(stored.length, at.storedLength)
  frame.writeUInt32LE(options.records, at.records)
  frame.set(stored, FRAME_HEADER_BYTES)
  frame.writeUInt32LE(checksumOf(frame), at.checksum)
  return frame
}

/**
 * Reads the header of the frame that starts at `position`.
 * @throws FS_SERIALIZER_CORRUPT when there is no frame, or not all of its header
 */
export function readFrameHeader(bytes: Uint8Array, position: number, from: FrameSource): FrameHeader {
  const offset = (from.offset ?? 0) + position
  if (bytes.length - position < FRAME_HEADER_BYTES) throw corrupt(from, offset, 'a frame is cut short')
  const view = new DataView(bytes.buffer, bytes.byteOffset + position, FRAME_HEADER_BYTES)
  if (view.getUint8(at.magic) !== MAGIC) throw corrupt(from, offset, 'no frame starts here')
  const codec = codecOfId(view.getUint8(at.codec))
  if (codec === undefined) throw corrupt(from, offset, `no codec has number ${view.getUint8(at.codec)}`)
  return {
    codec,
    rawLength: view.getUint32(at.rawLength, true),
    storedLength: view.getUint32(at.storedLength, true),
    records: view.getUint32(at.records, true),
    checksum: view.getUint32(at.checksum, true),
  }
}

/**
 * The frames in these bytes, one after the other. A payload that was not compressed is a view of the bytes, not a copy.
 * @throws FS_SERIALIZER_CORRUPT when a frame is damaged or cut short; FS_SERIALIZER_CODEC_UNAVAILABLE for zstd where Node.js has none
 */
export function* decodeFrames(bytes: Uint8Array, from: FrameSource): Generator<Frame, void, undefined> {
  let position = 0
  while (position < bytes.length) {
    const header = readFrameHeader(bytes, position, from)
    yield decodeFrameAt(bytes, position, { header, from })
    position += FRAME_HEADER_BYTES + header.storedLength
  }
}

/** Takes frames out of bytes that come in pieces of any size. */
export class FrameReader {
  private readonly source: string
  private offset: number
  private pending: Uint8Array = new Uint8Array(0)

  constructor(from: FrameSource) {
    this.source = from.source
    this.offset = from.offset ?? 0
  }

  /** The frames that are complete with this piece. The piece must not change while payloads are in use. */
  *push(piece: Uint8Array): Generator<Frame, void, undefined> {
    this.pending = this.pending.length === 0 ? piece : Buffer.concat([this.pending, piece])
    while (this.pending.length >= FRAME_HEADER_BYTES) {
      const from = { source: this.source, offset: this.offset }
      const header = readFrameHeader(this.pending, 0, from)
      const size = FRAME_HEADER_BYTES + header.storedLength
      if (this.pending.length < size) return
      const frame = decodeFrameAt(this.pending, 0, { header, from })
      this.pending = this.pending.subarray(size)
      this.offset += size
      yield frame
    }
  }

  /** Says that no more pieces come. */
  end(): void {
    if (this.pending.length > 0) throw corrupt({ source: this.source }, this.offset, 'a frame is cut short')
  }
}

function decodeFrameAt(
  bytes: Uint8Array,
  position: number,
  { header, from }: { header: FrameHeader; from: FrameSource },
): Frame {
  const offset = (from.offset ?? 0) + position
  const end = position + FRAME_HEADER_BYTES + header.storedLength
  if (end > bytes.length) throw corrupt(from, offset, 'a frame is cut short')
  const frame = bytes.subarray(position, end)
  if (checksumOf(frame) !== header.checksum) throw corrupt(from, offset, 'its checksum does not match')
  return {
    payload: decompress(frame.subarray(FRAME_HEADER_BYTES), header, { ...from, offset }),
    records: header.records,
  }
}

function decompress(stored: Uint8Array, { codec, rawLength }: FrameHeader, from: Required<FrameSource>): Uint8Array {
  let payload: Uint8Array
  try {
    payload = codec.decompress(stored, rawLength)
  } catch (cause) {
    if (FiresteelError.is(cause, 'FS_SERIALIZER_CODEC_UNAVAILABLE')) throw cause
    throw corrupt(from, from.offset, `${codec.name} cannot read it`, cause)
  }
  if (payload.length === rawLength) return payload
  throw corrupt(from, from.offset, `${payload.length} bytes came out, not ${rawLength}`)
}

/** CRC-32 of the header before the checksum, and of what is stored. */
function checksumOf(frame: Uint8Array): number {
  return crc32(frame.subarray(FRAME_HEADER_BYTES), crc32(frame.subarray(0, at.checksum)))
}

function corrupt(from: FrameSource, offset: number, reason: string, cause?: unknown): FiresteelError {
  return new FiresteelError('FS_SERIALIZER_CORRUPT', { source: from.source, offset, reason }, { cause })
}
