import { crc32 } from 'node:zlib'
import { FiresteelError } from '../common/errors/index.js'
import { withFileErrors } from './io-errors.js'
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
    const size = withFileErrors({ path, what, action: 'read' }, () => options.size ?? files.size(fd))
    if (size < TRAILER_BYTES) throw corrupt(path, `it has ${size} bytes, fewer than its trailer`)
    const trailer = readAt(files, fd, { path, offset: size - TRAILER_BYTES, length: TRAILER_BYTES })
    if (trailer.toString('latin1', 16, 24) !== MAGIC) throw corrupt(path, 'it does not end as a shuffle file does')
    const version = trailer.readUInt32LE(12)
    if (version !== VERSION) throw corrupt(path, `its version is ${version}, this is a reader of version ${VERSION}`)
    const length = trailer.readUInt32LE(4)
    if (length > size - TRAILER_BYTES) throw corrupt(path, 'its index is longer than the file')
    const index = readAt(files, fd, { path, offset: size - TRAILER_BYTES - length, length })
    if (crc32(index) !== trailer.readUInt32LE(0)) throw corrupt(path, 'the checksum of its index is wrong')
    return decodeIndex(path, index, {
      numPartitions: trailer.readUInt32LE(8),
      dataBytes: size - TRAILER_BYTES - length,
    })
  } finally {
    files.close(fd)
  }
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

function decodeIndex(
  path: string,
  index: Uint8Array,
  expected: { numPartitions: number; dataBytes: number },
): ShuffleIndex {
  const offsets = new Float64Array(expected.numPartitions + 1)
  let at = 0
  for (let p = 0; p < expected.numPartitions; p++) {
    let length = 0
    let scale = 1
    let byte: number
    do {
      if (at >= index.length) throw corrupt(path, 'its index ends too early')
      byte = index[at++] as number
      length += (byte & 0x7f) * scale
      scale *= 128
    } while (byte >= 128)
    offsets[p + 1] = (offsets[p] as number) + length
  }
  if (offsets[expected.numPartitions] !== expected.dataBytes) {
    throw corrupt(path, `its index speaks of ${offsets[expected.numPartitions]} bytes, there are ${expected.dataBytes}`)
  }
  return { offsets, numPartitions: expected.numPartitions }
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
