import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { beyondLatin1 } from '../byte-writer.js'
import { columnTag } from './column-tag.js'
import { readInts, writeInts } from './int-column.js'
import { partText, writeMixedText } from './mixed-text.js'
import { dictionaryOf, writeDictionary } from './text-dictionary.js'

/** V8's longest string, less some; longer columns are written as rows. */
const MAX_JOINED_LENGTH = 2 ** 29 - 1024

/**
 * Writes strings: by a dictionary where few are distinct; else their lengths, then all characters at once, in one byte each where
 * Latin-1 has them all, else in UTF-8 or UTF-16, whichever is shorter; a lone surrogate needs UTF-16. Says where the
 * first value that is no string is, or -1.
 */
export function writeStrings(writer: BatchWriter, values: readonly unknown[], count: number): number {
  const dictionary = dictionaryOf(values, count)
  if (dictionary === undefined) return writeEach(writer, values, count)
  writeDictionary(writer, dictionary, writeEach)
  return -1
}

function writeEach(writer: BatchWriter, values: readonly unknown[], count: number): number {
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
  const start = writer.position
  writer.u8(columnTag.latin1)
  writeInts(writer, lengths, count, min, max)
  const beyond = writeLatin1(writer, values, { lengths, total })
  if (beyond === undefined) return -1
  writer.position = start
  const joined = total <= PART_LENGTH ? beyond : joinStrings(values, 0, count)
  const mixed = partText(values as readonly string[], count, total)
  if (mixed !== undefined) writeMixedText(writer, mixed, (_, part) => writeEach(writer, part, part.length))
  else writeWide(writer, joined, { lengths, min, max })
  return -1
}

/** Characters that are joined at a time: enough to be fast, and few beside a large column. */
const PART_LENGTH = 1 << 20

/** Writes all characters in one byte each. Returns the part, all before it having been written, in which that cannot be done. */
function writeLatin1(
  writer: BatchWriter,
  values: readonly unknown[],
  { lengths, total }: { lengths: Int32Array; total: number },
): string | undefined {
  writer.reserve(total)
  for (let from = 0; from < lengths.length; ) {
    let to = from
    let length = 0
    while (to < lengths.length && (length === 0 || length + (lengths[to] as number) <= PART_LENGTH)) {
      length += lengths[to] as number
      to++
    }
    const part = joinStrings(values, from, to)
    if (beyondLatin1.test(part)) return part
    writer.chars(part, 'latin1', length)
    from = to
  }
  return undefined
}

function writeWide(
  writer: BatchWriter,
  joined: string,
  { lengths, min, max }: { lengths: Int32Array; min: number; max: number },
): void {
  const utf8Length = isWellFormed(joined) ? Buffer.byteLength(joined) : Number.POSITIVE_INFINITY
  const isUtf8 = utf8Length < joined.length * 2
  writer.u8(isUtf8 ? columnTag.utf8 : columnTag.utf16)
  writeInts(writer, lengths, lengths.length, min, max)
  if (isUtf8) writer.varint(utf8Length)
  if (isUtf8) writer.chars(joined, 'utf8', utf8Length)
  else writer.chars(joined, 'utf16le', joined.length * 2)
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

function joinStrings(values: readonly unknown[], from: number, to: number): string {
  if (to - from === 1) return values[from] as string
  return (to - from === values.length ? values : values.slice(from, to)).join('')
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
