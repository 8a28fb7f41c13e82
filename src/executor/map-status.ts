import { ByteReader, ByteWriter } from '../serializer/index.js'
import { encodePartSizes, PartSizes } from '../shuffle/index.js'

/**
 * What an executor tells the driver of a map output it has written, and the driver all that read it; encoded as
 *
 *     varint   the number in its file's name
 *     the rest the sizes of its parts
 */
export interface MapStatus {
  readonly file: number
  readonly sizes: PartSizes
}

export function encodeMapStatus(file: number, lengths: readonly number[]): Uint8Array {
  const sizes = encodePartSizes(lengths)
  const writer = new ByteWriter(sizes.length + 8)
  writer.varint(file)
  writer.raw(sizes)
  return writer.copyFrom(0)
}

/** @throws FS_SERIALIZER_CORRUPT */
export function decodeMapStatus(bytes: Uint8Array): MapStatus {
  const reader = new ByteReader(bytes)
  const file = reader.varint()
  return { file, sizes: new PartSizes(bytes.subarray(reader.position)) }
}
