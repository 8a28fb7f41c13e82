import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'

/** The values of a numeric column as read: a typed array to read from at once, or to copy out. */
type NumericColumn = Int32Array | Float64Array

const HIGH = 2 ** 32 - 1

/** Writes integers of a known range as unsigned distances from the lowest one, in 0, 1, 2 or 4 bytes each. */
export function writeInts(
  writer: BatchWriter,
  values: ArrayLike<number>,
  count: number,
  min: number,
  max: number,
): void {
  const width = widthOf(writer, max - min, count)
  writer.u8(width)
  writer.zigzag(min)
  writeDistances(writer, values, count, { min, width })
}

/** Writes safe integers whose range is at most 2^32 - 1. */
export function writeWideInts(
  writer: BatchWriter,
  values: ArrayLike<number>,
  count: number,
  min: number,
  max: number,
): void {
  const width = widthOf(writer, max - min, count)
  writer.u8(width)
  writer.f64(min)
  writeDistances(writer, values, count, { min, width })
}

/** Whether integers between these can be written by `writeWideInts`. */
export function fitsWideInts(min: number, max: number): boolean {
  return max - min <= HIGH
}

/** Reads what `writeInts` wrote. */
export function readInts(reader: ByteReader, count: number): Int32Array {
  const width = reader.u8()
  const min = reader.zigzag()
  checkSize(reader, width, count)
  return readDistances(reader, width, new Int32Array(count), min) as Int32Array
}

/** Reads what `writeWideInts` wrote. */
export function readWideInts(reader: ByteReader, count: number): Float64Array {
  const width = reader.u8()
  const min = reader.f64()
  checkSize(reader, width, count)
  return readDistances(reader, width, new Float64Array(count), min) as Float64Array
}

function widthOf(writer: BatchWriter, range: number, count: number): number {
  if (range === 0 && writer.takeZeroWidth(count)) return 0
  return range <= 0xff ? 1 : range <= 0xffff ? 2 : 4
}

function writeDistances(
  writer: BatchWriter,
  values: ArrayLike<number>,
  count: number,
  { min, width }: { min: number; width: number },
): void {
  if (width === 0) return
  const size = count * width
  writer.reserve(size)
  if (width === 1) {
    const { bytes, position } = writer
    for (let i = 0; i < count; i++) bytes[position + i] = (values[i] as number) - min
  } else {
    const distances = width === 2 ? new Uint16Array(count) : new Uint32Array(count)
    for (let i = 0; i < count; i++) distances[i] = (values[i] as number) - min
    writer.bytes.set(new Uint8Array(distances.buffer), writer.position)
  }
  writer.position += size
}

/** Checks before anything is allocated. */
function checkSize(reader: ByteReader, width: number, count: number): void {
  if (width === 0) reader.zeroWidth(count)
  else if (width !== 1 && width !== 2 && width !== 4) throw reader.corrupt(`an integer cannot have ${width} bytes`)
  else if (count * width > reader.bytes.length - reader.position) throw reader.corrupt(`${count} integers are expected`)
}

function readDistances(reader: ByteReader, width: number, out: NumericColumn, min: number): NumericColumn {
  const count = out.length
  if (width === 0) return out.fill(min)
  if (width === 1) {
    const { bytes } = reader
    const start = reader.take(count)
    for (let i = 0; i < count; i++) out[i] = (bytes[start + i] as number) + min
    return out
  }
  const buffer = reader.copy(count * width)
  const distances = width === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer)
  for (let i = 0; i < count; i++) out[i] = (distances[i] as number) + min
  return out
}
