import { crc32, inflateRawSync } from 'node:zlib'
import { FiresteelError } from '../../common/errors/index.js'
import type { ReadableFile } from '../file-system.js'
import type { ArchiveEntry } from './archive-entry.js'

const endSignature = 0x06054b50
const directorySignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const longestComment = 65_535

interface ZipRecord {
  readonly name: string
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly compressedBytes: number
  readonly bytes: number
  readonly unixMode: number
  readonly offset: number
}

/**
 * The entries of a zip file, by its central directory: stored or deflated, each small enough for one buffer.
 * @throws FS_IO_CORRUPT, FS_IO_ARCHIVE for what is not supported: encryption, zip64, other compression
 */
export function* readZip(file: ReadableFile): Generator<ArchiveEntry> {
  for (const record of centralDirectory(file)) {
    const { name, unixMode } = record
    const isLink = (unixMode & 0o170000) === 0o120000
    const kind = name.endsWith('/') ? 'directory' : isLink ? 'link' : 'file'
    const mode = unixMode & 0o777 || (kind === 'directory' ? 0o755 : 0o644)
    const target = isLink ? contentOf(file, record).toString('utf8') : ''
    yield { name, kind, mode, target, pieces: () => [contentOf(file, record)] }
  }
}

function* centralDirectory(file: ReadableFile): Generator<ZipRecord> {
  const end = endRecord(file)
  const count = end.readUInt16LE(10)
  const bytes = end.readUInt32LE(12)
  const start = end.readUInt32LE(16)
  if (count === 0xffff || start === 0xffffffff) throw unsupported(file, 'it is a zip64 file')
  const directory = readAt(file, start, bytes)
  let at = 0
  for (let i = 0; i < count; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== directorySignature) {
      throw corrupt(file, start + at, 'its directory is damaged')
    }
    const nameBytes = directory.readUInt16LE(at + 28)
    const isUnix = directory[at + 5] === 3
    yield {
      name: directory.toString('utf8', at + 46, at + 46 + nameBytes),
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      unixMode: isUnix ? directory.readUInt32LE(at + 38) >>> 16 : 0,
      offset: directory.readUInt32LE(at + 42),
    }
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
}

/** The record at the file's end; only a comment may follow it. */
function endRecord(file: ReadableFile): Buffer {
  const size = file.size()
  const tail = readAt(file, Math.max(0, size - endBytes - longestComment), Math.min(size, endBytes + longestComment))
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) === endSignature) return tail.subarray(at, at + endBytes)
  }
  throw corrupt(file, size, 'it is no zip file, or its end is missing')
}

function contentOf(file: ReadableFile, record: ZipRecord): Buffer {
  const { name, flags, method, offset, compressedBytes } = record
  if ((flags & 1) !== 0) throw unsupported(file, `'${name}' is encrypted`)
  if (method !== 0 && method !== 8) throw unsupported(file, `'${name}' is compressed by method ${method}`)
  const local = readAt(file, offset, 30)
  if (local.readUInt32LE(0) !== localSignature) throw corrupt(file, offset, `the entry of '${name}' is damaged`)
  const raw = readAt(file, offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), compressedBytes)
  const bytes = method === 0 ? raw : inflated(file, raw, record)
  if (bytes.length !== record.bytes || crc32(bytes) !== record.crc) {
    throw corrupt(file, offset, `the checksum of '${name}' is wrong`)
  }
  return bytes
}

function inflated(file: ReadableFile, raw: Buffer, { name, offset, bytes }: ZipRecord): Buffer {
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, bytes) })
  } catch (cause) {
    throw corrupt(file, offset, `'${name}' cannot be decompressed: ${(cause as Error).message}`)
  }
}

function readAt(file: ReadableFile, position: number, length: number): Buffer {
  if (position < 0 || position + length > file.size()) throw corrupt(file, position, 'it was cut off')
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const count = file.readSync(bytes, at, length - at, position + at)
    if (count === 0) throw corrupt(file, position + at, 'it was cut off')
    at += count
  }
  return bytes
}

function corrupt(file: ReadableFile, offset: number, reason: string): FiresteelError {
  return new FiresteelError('FS_IO_CORRUPT', { path: file.path, offset, reason })
}

function unsupported(file: ReadableFile, reason: string): FiresteelError {
  return new FiresteelError('FS_IO_ARCHIVE', { path: file.path, reason })
}
