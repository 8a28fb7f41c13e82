import type { BatchWriter } from '../batch-writer.js'
import type { ByteReader } from '../byte-reader.js'
import { beyondLatin1 } from '../byte-writer.js'
import { openBitmap, readBitmap, setBit } from './bitmap.js'
import { columnTag } from './column-tag.js'
import type { ColumnValues } from './place.js'

/** Which strings of a column need more than Latin-1. */
export interface MixedText {
  readonly narrow: readonly string[]
  readonly wide: readonly string[]
  /** 1 for each wide string. */
  readonly isWide: Uint8Array
}

/**
 * Parts a column in which few strings need more than Latin-1, so that the others take one byte a character, also in the memory
 * of the reader. Undefined when most characters are in strings that do.
 */
export function partText(values: readonly string[], count: number, totalLength: number): MixedText | undefined {
  const isWide = new Uint8Array(count)
  const narrow: string[] = []
  const wide: string[] = []
  let wideLength = 0
  for (let i = 0; i < count; i++) {
    const value = values[i] as string
    if (beyondLatin1.test(value)) {
      isWide[i] = 1
      wide.push(value)
      wideLength += value.length
      if (wideLength * 2 > totalLength) return undefined
    } else narrow.push(value)
  }
  return { narrow, wide, isWide }
}

/** Writes a parted column: a bitmap, the narrow strings, the wide ones. */
export function writeMixedText(
  writer: BatchWriter,
  { narrow, wide, isWide }: MixedText,
  writeStrings: (writer: BatchWriter, values: readonly string[]) => void,
): void {
  writer.u8(columnTag.mixedText)
  const bitmap = openBitmap(writer, isWide.length)
  for (let i = 0; i < isWide.length; i++) if (isWide[i] === 1) setBit(writer.bytes, bitmap, i)
  writeStrings(writer, narrow)
  writeStrings(writer, wide)
}

/** Reads such a column. */
export function readMixedText(
  reader: ByteReader,
  count: number,
  readStrings: (count: number) => ColumnValues,
): unknown[] {
  const { bits, ones } = readBitmap(reader, count)
  const narrow = readStrings(count - ones)
  const wide = readStrings(ones)
  const out = new Array<unknown>(count)
  let nextNarrow = 0
  let nextWide = 0
  for (let i = 0; i < count; i++) out[i] = bits[i] === 1 ? wide[nextWide++] : narrow[nextNarrow++]
  return out
}
