import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { parseRolledName, rolledFiles } from './rolled-name.js'
import type { LogPart } from './worker-service.js'

const mostBytes = 2 ** 20
/** One whole character at least, whatever was asked for. */
const leastBytes = 4

/** A file of a log, opened, so that it stays readable whatever is rolled or removed meanwhile. */
interface Segment {
  readonly file: number
  readonly isCompressed: boolean
  /** Of the file itself. */
  readonly bytes: number
  /** Its place in the whole log. */
  readonly start: number
  readonly end: number
}

/**
 * Reads a part of a log over all its files, beginning and ending at whole characters.
 *
 * @param range `bytes` before `end`; the end of the log unless given
 * @returns undefined when there is no such log
 */
export async function readLogPart(
  folder: string,
  log: string,
  range: { readonly end?: number; readonly bytes: number },
): Promise<LogPart | undefined> {
  const segments = openSegments(folder, log)
  if (segments === undefined) return undefined
  try {
    const total = segments.at(-1)?.end ?? 0
    const bytes = Math.min(mostBytes, Math.max(leastBytes, Math.floor(range.bytes) || 0))
    const end = Math.min(total, Math.max(0, Math.floor(range.end ?? total)))
    // Some bytes more on each side, to see where characters begin: the end may move back by three, and the beginning with it.
    const from = Math.max(0, end - bytes - 6)
    const to = Math.min(total, end + 3)
    const read = await readRange(segments, from, to)
    const cutEnd = characterAcross(read, end - from)?.start ?? end - from
    const rough = Math.max(0, cutEnd - bytes)
    const cutStart = characterAcross(read, rough)?.end ?? rough
    const text = read.subarray(cutStart, cutEnd).toString('utf8')
    return { text, start: from + cutStart, end: from + cutEnd, total }
  } finally {
    for (const { file } of segments) closeSync(file)
  }
}

/** Opens in one go: no file is rolled by this process in between. */
function openSegments(folder: string, log: string): Segment[] | undefined {
  const segments: Segment[] = []
  let at = 0
  const add = (name: string): boolean => {
    const file = openRegular(join(folder, name))
    if (file === undefined) return false
    const isCompressed = parseRolledName(name)?.isCompressed ?? false
    const { size } = fstatSync(file)
    const length = isCompressed ? uncompressedSize(file, size) : size
    segments.push({ file, isCompressed, bytes: size, start: at, end: at + length })
    at += length
    return true
  }
  try {
    for (const name of rolledFiles(readdirSync(folder), log)) add(name)
  } catch {
    return undefined
  }
  return add(log) || segments.length > 0 ? segments : undefined
}

/** User code may write into the folder: what is no plain file, a link that leads away say, is not read. */
function openRegular(path: string): number | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  } catch {
    return undefined
  }
  if (fstatSync(file).isFile()) return file
  closeSync(file)
  return undefined
}

/** The last field of a gzip file: the size of what is in it, of which `LogFile` compresses no more than fits. */
function uncompressedSize(file: number, size: number): number {
  const trailer = Buffer.alloc(4)
  return size >= 18 && readSync(file, trailer, 0, 4, size - 4) === 4 ? trailer.readUInt32LE() : 0
}

async function readRange(segments: readonly Segment[], from: number, to: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (const segment of segments) {
    const [start, end] = [Math.max(from, segment.start), Math.min(to, segment.end)]
    if (start >= end) continue
    const [first, count] = [start - segment.start, end - start]
    pieces.push(segment.isCompressed ? await inflate(segment, first, count) : readPlain(segment, first, count))
  }
  return Buffer.concat(pieces)
}

function readPlain({ file }: Segment, first: number, count: number): Buffer {
  const buffer = Buffer.alloc(count)
  return buffer.subarray(0, readSync(file, buffer, 0, count, first))
}

/** There is no way into the middle of a gzip file but through what is before it. */
async function inflate({ file, bytes }: Segment, first: number, count: number): Promise<Buffer> {
  const compressed = Buffer.alloc(bytes)
  const gunzip = createGunzip()
  gunzip.end(compressed.subarray(0, readSync(file, compressed, 0, bytes, 0)))
  const pieces: Buffer[] = []
  let at = 0
  for await (const piece of gunzip as AsyncIterable<Buffer>) {
    const [start, end] = [Math.max(0, first - at), Math.min(piece.length, first + count - at)]
    if (start < end) pieces.push(piece.subarray(start, end))
    at += piece.length
    if (at >= first + count) break
  }
  return Buffer.concat(pieces)
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** The character that a cut at `at` would go through, where the bytes are UTF-8; the last one may not be there whole yet. */
function characterAcross(bytes: Buffer, at: number): { readonly start: number; readonly end: number } | undefined {
  if (at < bytes.length && !isContinuation(bytes[at])) return undefined
  for (let start = at - 1; start >= Math.max(0, at - 3); start--) {
    if (isContinuation(bytes[start])) continue
    const end = start + characterLength(bytes[start])
    return end > at ? { start, end } : undefined
  }
  return undefined
}

/** Bytes of the character that begins with this byte; 0 when none does. */
function characterLength(byte: number | undefined): number {
  if (byte === undefined) return 0
  if (byte < 0x80) return 1
  if (byte >= 0xc2 && byte < 0xe0) return 2
  if (byte >= 0xe0 && byte < 0xf0) return 3
  return byte >= 0xf0 && byte < 0xf5 ? 4 : 0
}
