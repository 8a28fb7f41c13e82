import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { cutSplit, drain, testFolder, wholeSplitOf } from './io.test-kit.js'
import { openJsonLinesReader } from './json-lines-reader.js'

const folder = testFolder()

describe('openJsonLinesReader', () => {
  test('gives the value of each line once, whatever the size of splits', () => {
    const values = [{ a: 1 }, [1, 'é'], 'text', 2.5, null, { nested: { b: [true] } }]
    const content = `${values.map((value) => JSON.stringify(value)).join('\r\n')}\n\n  \n`
    const whole = wholeSplitOf(join(folder, 'values.jsonl'), content)
    for (let splitBytes = 1; splitBytes <= whole.fileSize; splitBytes++) {
      expect(cutSplit(whole, splitBytes).flatMap((split) => drain(openJsonLinesReader(split)))).toEqual(values)
    }
    const packed = wholeSplitOf(join(folder, 'values.jsonl.gz'), gzipSync(content))
    expect(drain(openJsonLinesReader(packed))).toEqual(values)
  })

  test('keeps, drops or refuses a line that is no JSON', () => {
    const whole = wholeSplitOf(join(folder, 'bad.jsonl'), '{"a":1}\n{"é":2,]\n{"c":3}\n{"d"')
    expect(drain(openJsonLinesReader(whole))).toEqual([
      { a: 1 },
      { _corrupt_record: '{"é":2,]' },
      { c: 3 },
      { _corrupt_record: '{"d"' },
    ])
    expect(drain(openJsonLinesReader(whole, { mode: 'dropMalformed' }))).toEqual([{ a: 1 }, { c: 3 }])
    expect(() => drain(openJsonLinesReader(whole, { mode: 'failFast' }))).toThrow(
      expect.objectContaining({
        code: 'FS_IO_MALFORMED',
        message: expect.stringMatching(/bad\.jsonl' is malformed at line 2, byte 8, column 8: /),
      }),
    )
  })
})
