import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { columnTag } from './column-tag.js'
import { readInts, writeInts } from './int-column.js'
import type { ColumnValues } from './place.js'

/** Fewer strings are written one by one. */
const MIN_COUNT = 64
const SAMPLES = 16
const MAX_SAMPLED = 8
const MAX_ENTRIES = 255

/** Finds the distinct strings of a column when they are few; undefined when they are not, or some value is no string. */
export function dictionaryOf(
  values: readonly unknown[],
  count: number,
): { entries: string[]; indices: Uint8Array } | undefined {
  if (count < MIN_COUNT || !looksRepetitive(values, count)) return undefined
  const numbers = new Map<string, number>()
  const indices = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]
    if (typeof value !== 'string') return undefined
    let number = numbers.get(value)
    if (number === undefined) {
      number = numbers.size
      if (number === MAX_ENTRIES || number > count >>> 3) return undefined
      numbers.set(value, number)
    }
    indices[i] = number
  }
  return { entries: [...numbers.keys()], indices }
}

/** Writes a column by its distinct strings: these, and a small number for each value. */
export function writeDictionary(
  writer: BatchWriter,
  { entries, indices }: { entries: readonly string[]; indices: Uint8Array },
  writeStrings: (writer: BatchWriter, values: readonly unknown[], count: number) => number,
): void {
  writer.u8(columnTag.dictionary)
  writer.varint(entries.length)
  writeStrings(writer, entries, entries.length)
  writeInts(writer, indices, indices.length, 0, entries.length - 1)
}

/** Reads such a column; equal strings are one string in memory. */
export function readDictionary(
  reader: ByteReader,
  count: number,
  readEntries: (count: number) => ColumnValues,
): unknown[] {
  const size = reader.varint()
  if (size > MAX_ENTRIES) throw reader.corrupt(`a dictionary cannot have ${size} entries`)
  const entries = readEntries(size)
  const indices = readInts(reader, count)
  const out = new Array<unknown>(count)
  for (let i = 0; i < count; i++) {
    const index = indices[i] as number
    if (index < 0 || index >= size) throw reader.corrupt(`a dictionary has no entry ${index}`)
    out[i] = entries[index]
  }
  return out
}

function looksRepetitive(values: readonly unknown[], count: number): boolean {
  const seen: unknown[] = []
  const step = Math.floor(count / SAMPLES)
  for (let i = 0; i < SAMPLES; i++) {
    const value = values[i * step]
    if (seen.includes(value)) continue
    if (seen.push(value) > MAX_SAMPLED) return false
  }
  return true
}
