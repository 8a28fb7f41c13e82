import type { BatchWriter } from '../batch-writer.js'
import { binaryKindOf, bytesOf, isBinarySize, restoreBinary } from '../binary.js'
import type { ByteReader } from '../byte-reader.js'
import { columnTag } from './column-tag.js'
import { readInts, writeInts } from './int-column.js'
import type { Place } from './place.js'

/** Writes binary values of one kind: their lengths in bytes, then all bytes. Says where the first other value is, or -1. */
export function writeBinaries(
  writer: BatchWriter,
  values: readonly unknown[],
  count: number,
  { place, kind }: { place: Place; kind: number },
): number {
  const lengths = new Int32Array(count)
  let min = 0x7fffffff
  let max = 0
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'object' || value === null || binaryKindOf(value) !== kind) return i
    const { byteLength } = value as ArrayBuffer
    if (byteLength > 0x7fffffff) return 0
    lengths[i] = byteLength
    min = Math.min(min, byteLength)
    max = Math.max(max, byteLength)
  }
  if (place.depth > 0) writer.sharing.note({ kind: 'binary', values, count, hints: lengths, ...place })
  writer.u8(columnTag.typedArray)
  writer.u8(kind)
  writeInts(writer, lengths, count, min, max)
  for (let i = 0; i < count; i++) writer.raw(bytesOf(values[i] as object))
  return -1
}

/** Reads binary values, each with memory of its own. */
export function readBinaries(reader: ByteReader, count: number): object[] {
  const kind = reader.u8()
  const lengths = readInts(reader, count)
  const out = new Array<object>(count)
  for (let i = 0; i < count; i++) {
    const length = lengths[i] as number
    if (length < 0 || !isBinarySize(kind, length))
      throw reader.corrupt(`no binary value of kind ${kind} has ${length} bytes`)
    out[i] = restoreBinary(kind, reader.copy(length))
  }
  return out
}
