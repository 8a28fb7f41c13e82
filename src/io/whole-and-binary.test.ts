import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeBatch, encodeBatch } from '../serializer/index.js'
import { openBinaryFilesReader } from './binary-files-reader.js'
import { openBinaryRecordsReader } from './binary-records-reader.js'
import { cutSplit, drain, testFolder, wholeSplitOf } from './io.test-kit.js'
import type { PortableFile } from './portable-file.js'
import { openWholeTextReader } from './whole-text-reader.js'

const folder = testFolder()

describe('openWholeTextReader', () => {
  test('gives the path and the text of a file, decompressed and without byte order mark', () => {
    const plain = wholeSplitOf(join(folder, 'whole.txt'), '\uFEFFé\r\n水')
    expect(drain(openWholeTextReader(plain))).toEqual([[plain.path, 'é\r\n水']])
    const text = 'line\n'.repeat(100_000)
    const packed = wholeSplitOf(join(folder, 'whole.txt.gz'), gzipSync(text))
    expect(drain(openWholeTextReader(packed))).toEqual([[packed.path, text]])
    const empty = wholeSplitOf(join(folder, 'empty.txt'), '')
    expect(drain(openWholeTextReader(empty))).toEqual([[empty.path, '']])
  })
})

describe('openBinaryFilesReader', () => {
  test('gives files that are read when asked to, also after a journey', () => {
    const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i * 7))
    const split = wholeSplitOf(join(folder, 'data.bin'), content)
    const records = drain(openBinaryFilesReader(split))
    const [[path, file]] = decodeBatch(encodeBatch(records)) as [[string, PortableFile]]
    expect([path, file.path, file.size]).toEqual([split.path, split.path, 200_000])
    expect(file.read().equals(content)).toBe(true)
    expect(Buffer.concat([...file]).equals(content)).toBe(true)
    const stream = file.open()
    expect(stream.read(3)).toEqual(content.subarray(0, 3))
    expect(stream.read(3)).toEqual(content.subarray(3, 6))
    stream.close()
    stream.close()
    expect(stream.read()).toBeUndefined()
  })
})

describe('openBinaryRecordsReader', () => {
  test('gives each record once, whatever the size of splits', () => {
    const content = Buffer.from(Array.from({ length: 70 }, (_, i) => i))
    const expected = Array.from({ length: 10 }, (_, i) => content.subarray(i * 7, i * 7 + 7))
    const whole = wholeSplitOf(join(folder, 'records.bin'), content)
    for (let splitBytes = 1; splitBytes <= 71; splitBytes++) {
      const read = cutSplit(whole, splitBytes).flatMap((split) =>
        drain(openBinaryRecordsReader(split, { recordLength: 7 })),
      )
      expect(read).toEqual(expected)
    }
  })

  test('reads more than a chunk, and compressed files', () => {
    const content = Buffer.alloc(300_000, 'record 100 bytes long')
    const plain = wholeSplitOf(join(folder, 'many.bin'), content)
    const packed = wholeSplitOf(join(folder, 'many.bin.gz'), gzipSync(content))
    for (const split of [plain, packed]) {
      expect(Buffer.concat(drain(openBinaryRecordsReader(split, { recordLength: 100 }))).equals(content)).toBe(true)
    }
  })

  test('names a file that ends within a record', () => {
    const split = wholeSplitOf(join(folder, 'partial.bin'), Buffer.alloc(25))
    expect(() => drain(openBinaryRecordsReader(split, { recordLength: 10 }))).toThrow(
      expect.objectContaining({ code: 'FS_IO_PARTIAL_RECORD', details: expect.objectContaining({ offset: 20 }) }),
    )
    expect(() => openBinaryRecordsReader(split, { recordLength: 0 })).toThrow(
      expect.objectContaining({ code: 'FS_IO_OPTION' }),
    )
  })
})
