import { crc32 } from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import { withFileErrors } from './io-errors.js'
import type { PartRange } from './part-offsets.js'
import { type SyncFiles, systemFiles } from './sync-files.js'

/*
 * A map task's output: the frames of reduce partition 0, those of partition 1, and so on; then a footer: each
 * partition's length in bytes as a varint, and a trailer of fixed size (little-endian): CRC-32 of the varints, their
 * length, the number of partitions, the version, and the magic. Frames carry checksums of their own.
 */
const MAGIC = 'FSSHUFFL'
const VERSION = 1
const TRAILER_BYTES = 24

const what = 'map output'

/** The footer for partitions of these lengths. */
export function encodeFooter(lengths: readonly number[]): Uint8Array {
  const footer = Buffer.allocUnsafe(lengths.length * 8 + TRAILER_BYTES)
  let at = 0
  for (const length of lengths) at = writeVarint(footer, at, length)
  const trailer = footer.subarray(at, at + TRAILER_BYTES)
  trailer.writeUInt32LE(crc32(footer.subarray(0, at)), 0)
  trailer.writeUInt32LE(at, 4)
  trailer.writeUInt32LE(lengths.length, 8)
  trailer.writeUInt32LE(VERSION, 12)
  trailer.write(MAGIC, 16, 'latin1')
  return footer.subarray(0, at + TRAILER_BYTES)
}

/** Where each partition lies in a shuffle file. */
export interface ShuffleIndex {
  /** numPartitions + 1 offsets; partition p is at offsets[p]..offsets[p + 1]. */
  readonly offsets: Float64Array
  readonly numPartitions: number
}

/**
 * Reads a shuffle file's footer.
 * @throws FS_SHUFFLE_FILE_CORRUPT when the file is cut or changed, FS_SHUFFLE_IO when it cannot be read.
 */
export function readShuffleIndex(path: string, options: { files?: SyncFiles; size?: number } = {}): ShuffleIndex {
  const files = options.files ?? systemFiles
  const fd = withFileErrors({ path, what, action: 'opened' }, () => files.open(path, 'r'))
  try {
    const { bytes, numPartitions, dataBytes } = readFooter(files, fd, { path, size: options.size })
    const offsets = new Float64Array(numPartitions + 1)
    let partition = 0
    for (const length of lengthsIn(path, bytes, numPartitions)) {
      offsets[partition + 1] = (offsets[partition] as number) + length
      partition++
    }
    if (offsets[numPartitions] !== dataBytes) {
      throw corrupt(path, `its index speaks of ${offsets[numPartitions]} bytes, there are ${dataBytes}`)
    }
    return { offsets, numPartitions }
  } finally {
    files.close(fd)
  }
}

/** Where one partition lies in an open shuffle file. Throws as `readShuffleIndex` does, and FS_SHUFFLE_PARTITION. */
export function readPartRange(files: SyncFiles, fd: number, part: { path: string; partition: number }): PartRange {
  const { path, partition } = part
  const { bytes, numPartitions } = readFooter(files, fd, { path })
  let offset = 0
  let at = 0
  for (const length of lengthsIn(path, bytes, numPartitions)) {
    if (at++ === partition) return { offset, length }
    offset += length
  }
  throw new FiresteelError('FS_SHUFFLE_PARTITION', { partition, numPartitions })
}

/** The bytes of one reduce partition: its frames, checksums not yet verified. Throws as `readShuffleIndex` does. */
export function readShuffleRange(path: string, partition: number, options: { files?: SyncFiles } = {}): Uint8Array {
  const files = options.files ?? systemFiles
  const { offsets, numPartitions } = readShuffleIndex(path, options)
  if (!(partition >= 0 && partition < numPartitions)) {
    throw new FiresteelError('FS_SHUFFLE_PARTITION', { partition, numPartitions })
  }
  const offset = offsets[partition] as number
  const length = (offsets[partition + 1] as number) - offset
  if (length === 0) return new Uint8Array(0)
  const fd = withFileErrors({ path, what, action: 'opened' }, () => files.open(path, 'r'))
  try {
    return readAt(files, fd, { path, offset, length })
  } finally {
    files.close(fd)
  }
}

/** Most footers are read at once with so many bytes of the file's end. */
const TAIL_BYTES = 4096

/** The encoded index of an open file, its checksum verified. */
function readFooter(
  files: SyncFiles,
  fd: number,
  of: { path: string; size?: number },
): { bytes: Uint8Array; numPartitions: number; dataBytes: number } {
  const { path } = of
  const size = withFileErrors({ path, what, action: 'read' }, () => of.size ?? files.size(fd))
  if (size < TRAILER_BYTES) throw corrupt(path, `it has ${size} bytes, fewer than its trailer`)
  const tailBytes = Math.min(size, TAIL_BYTES)
  const tail = readAt(files, fd, { path, offset: size - tailBytes, length: tailBytes })
  const trailer = tail.subarray(tailBytes - TRAILER_BYTES)
  if (trailer.toString('latin1', 16, 24) !== MAGIC) throw corrupt(path, 'it does not end as a shuffle file does')
  const version = trailer.readUInt32LE(12)
  if (version !== VERSION) throw corrupt(path, `its version is ${version}, this is a reader of version ${VERSION}`)
  const length = trailer.readUInt32LE(4)
  const dataBytes = size - TRAILER_BYTES - length
  if (dataBytes < 0) throw corrupt(path, 'its index is longer than the file')
  const at = tailBytes - TRAILER_BYTES - length
  const bytes = at >= 0 ? tail.subarray(at, at + length) : readAt(files, fd, { path, offset: dataBytes, length })
  if (crc32(bytes) !== trailer.readUInt32LE(0)) throw corrupt(path, 'the checksum of its index is wrong')
  return { bytes, numPartitions: trailer.readUInt32LE(8), dataBytes }
}

function* lengthsIn(path: string, index: Uint8Array, numPartitions: number): Generator<number> {
  let at = 0
  for (let p = 0; p < numPartitions; p++) {
    let length = 0
    let scale = 1
    let byte: number
    do {
      if (at >= index.length) throw corrupt(path, 'its index ends too early')
      byte = index[at++] as number
      length += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 128)
    yield length
  }
}

function readAt(files: SyncFiles, fd: number, range: { path: string; offset: number; length: number }): Buffer {
  const bytes = Buffer.allocUnsafe(range.length)
  for (let done = 0; done < range.length; ) {
    const at = { offset: done, length: range.length - done, position: range.offset + done }
    const got = withFileErrors({ path: range.path, what, action: 'read' }, () => files.read(fd, bytes, at))
    if (got === 0) throw corrupt(range.path, `it ends at byte ${at.position}, ${at.length} bytes are missing`)
    done += got
  }
  return bytes
}

/** Lengths reach 2^53, so this divides instead of shifting. */
function writeVarint(into: Uint8Array, from: number, value: number): number {
  let at = from
  let rest = value
  while (rest >= 128) {
    into[at++] = (rest % 128) | 0x80
    rest = Math.floor(rest / 128)
  }
  into[at++] = rest
  return at
}

function corrupt(path: string, reason: string): FiresteelError {
  return new FiresteelError('FS_SHUFFLE_FILE_CORRUPT', { path, reason })
}
