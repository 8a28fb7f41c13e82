import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'

/** Makes room for a bit for each value, none of them set, and says where it starts. */
export function openBitmap(writer: BatchWriter, count: number): number {
  const size = (count + 7) >>> 3
  writer.reserve(size)
  const start = writer.position
  writer.position += size
  writer.bytes.fill(0, start, start + size)
  return start
}

/** Sets a bit of the bitmap at `start`. */
export function setBit(bytes: Uint8Array, start: number, index: number): void {
  const at = start + (index >>> 3)
  bytes[at] = (bytes[at] as number) | (1 << (index & 7))
}

/** The bits as bytes that are 0 or 1, and how many are 1. */
export function readBitmap(reader: ByteReader, count: number): { bits: Uint8Array; ones: number } {
  const start = reader.take((count + 7) >>> 3)
  const { bytes } = reader
  const bits = new Uint8Array(count)
  let ones = 0
  for (let i = 0; i < count; i++) {
    const bit = ((bytes[start + (i >>> 3)] as number) >>> (i & 7)) & 1
    bits[i] = bit
    ones += bit
  }
  return { bits, ones }
}
