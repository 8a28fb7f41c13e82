import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { beyondLatin1 } from '../byte-writer.js'
import { columnTag } from './column-tag.js'
import { readInts, writeInts } from './int-column.js'

/** V8's longest string, less some; longer columns are written as rows. */
const MAX_JOINED_LENGTH = 2 ** 29 - 1024

/**
 * Writes strings: their lengths, then all characters at once, in one byte each where Latin-1 has them all, else in UTF-8 or
 * UTF-16, whichever is shorter; a lone surrogate needs UTF-16. Says where the first value that is no string is, or -1.
 */
export function writeStrings(writer: BatchWriter, values: readonly unknown[], count: number): number {
  let min = Number.POSITIVE_INFINITY
  let max = 0
  let total = 0
  const lengths = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'string') return i
    const length = value.length
    lengths[i] = length
    total += length
    if (length < min) min = length
    if (length > max) max = length
  }
  if (total > MAX_JOINED_LENGTH) return 0
  const joined = joinStrings(values, count)
  const encoding = encodingOf(joined)
  const byteLength = encoding === 'latin1' ? total : encoding === 'utf8' ? Buffer.byteLength(joined) : total * 2
  writer.u8(columnTag[encoding === 'utf16le' ? 'utf16' : encoding])
  writeInts(writer, lengths, count, min, max)
  if (encoding === 'utf8') writer.varint(byteLength)
  writer.chars(joined, encoding, byteLength)
  return -1
}

/** Reads strings. One of 13 characters or more is a view of the whole column's text and keeps it alive: see `detachString`. */
export function readStrings(reader: ByteReader, count: number, encoding: 'latin1' | 'utf8' | 'utf16le'): string[] {
  const lengths = readInts(reader, count)
  let total = 0
  for (const length of lengths) {
    if (length < 0) throw reader.corrupt('a string has a negative length')
    total += length
  }
  const byteLength = encoding === 'latin1' ? total : encoding === 'utf8' ? reader.varint() : total * 2
  if (total > byteLength) throw reader.corrupt(`${total} characters cannot be in ${byteLength} bytes`)
  const joined = reader.chars(encoding, byteLength)
  if (joined.length !== total) throw reader.corrupt(`${total} characters are expected, not ${joined.length}`)
  return splitString(joined, lengths)
}

function joinStrings(values: readonly unknown[], count: number): string {
  if (count === 1) return values[0] as string
  return (values.length === count ? values : values.slice(0, count)).join('')
}

function encodingOf(text: string): 'latin1' | 'utf8' | 'utf16le' {
  if (!beyondLatin1.test(text)) return 'latin1'
  return isWellFormed(text) && Buffer.byteLength(text) < text.length * 2 ? 'utf8' : 'utf16le'
}

/** ES2024's `isWellFormed`, which Node has since 20. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

function splitString(text: string, lengths: Int32Array): string[] {
  const count = lengths.length
  const out = new Array<string>(count)
  let start = 0
  for (let i = 0; i < count; i++) {
    const end = start + (lengths[i] as number)
    out[i] = text.slice(start, end)
    start = end
  }
  return out
}
