import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { FileSplit } from './file-split.js'
import { cutSplit, drain, randomFrom, testFolder, wholeSplitOf } from './io.test-kit.js'
import { openLineReader, openTextReader } from './text-reader.js'

const folder = testFolder()
let files = 0

function fileOf(content: string | Uint8Array): FileSplit {
  return wholeSplitOf(join(folder, `f${files++}.txt`), content)
}

function linesOf(content: string | Buffer, options: { splitBytes?: number; chunkBytes?: number } = {}): string[] {
  const file = fileOf(content)
  const splits = cutSplit(file, options.splitBytes ?? Math.max(1, file.fileSize))
  return splits.flatMap((split) => drain(openTextReader(split, { chunkBytes: options.chunkBytes })))
}

/** The plain meaning of a text's lines. */
function expectedLines(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

describe('openTextReader', () => {
  test.each([
    ['lines ended by LF', 'a\nb\nc\n', ['a', 'b', 'c']],
    ['a last line without terminator', 'a\nb', ['a', 'b']],
    ['CR LF', 'a\r\nb\r\n', ['a', 'b']],
    ['a lone CR', 'a\rb\rc', ['a', 'b', 'c']],
    ['a mix of terminators', 'a\r\r\n\n\rb', ['a', '', '', '', 'b']],
    ['empty lines', '\n\na\n\n', ['', '', 'a', '']],
    ['an empty file', '', []],
    ['a byte order mark', '\uFEFFa\nb', ['a', 'b']],
    ['a byte order mark and nothing else', '\uFEFF', []],
    ['a byte order mark before an empty line', '\uFEFF\na', ['', 'a']],
    ['the byte of half a byte order mark', Buffer.from([0xef, 0x0a, 0x61]), ['\uFFFD', 'a']],
    ['a byte order mark in the middle', 'a\uFEFF\n\uFEFFb', ['a\uFEFF', '\uFEFFb']],
    ['characters of two to four bytes', 'é\n水\n🦀 crab\n', ['é', '水', '🦀 crab']],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff, 0x0a, 0x62]), ['a\uFFFD', 'b']],
    ['a NUL', 'a\0b\n', ['a\0b']],
  ])('reads %s at every size of split and chunk', (_name, content, expected) => {
    for (let splitBytes = 1; splitBytes <= content.length * 4; splitBytes++) {
      for (const chunkBytes of [1, 2, 3, 5, 64]) {
        expect(linesOf(content, { splitBytes, chunkBytes })).toEqual(expected)
      }
    }
  })

  test('gives each line of random texts exactly once, whatever the size of splits and chunks', () => {
    const pieces = ['\n', '\r\n', '\r', 'word', ' ', 'é', '水', '🦀', '\n\n', 'x'.repeat(40), 'b']
    for (let seed = 1; seed <= 12; seed++) {
      const random = randomFrom(seed * 7919)
      let text = random() < 0.3 ? '\uFEFF' : ''
      for (let n = Math.floor(random() * 60); n >= 0; n--) text += pieces[Math.floor(random() * pieces.length)]
      const expected = expectedLines(text)
      const size = Buffer.byteLength(text)
      for (let splitBytes = 1; splitBytes <= size + 1; splitBytes++) {
        const chunkBytes = 1 + Math.floor(random() * 80)
        expect(linesOf(text, { splitBytes, chunkBytes }), `seed ${seed}, ${splitBytes}, ${chunkBytes}`).toEqual(
          expected,
        )
      }
    }
  })

  test('reads long mixed text in chunks of the usual size', () => {
    const random = randomFrom(42)
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `${i} ${random() < 0.02 ? '水é🦀' : 'plain words'} ${'z'.repeat(random() * 80)}`,
    )
    expect(linesOf(`${lines.join('\n')}\n`, { splitBytes: 300_001 })).toEqual(lines)
  })

  test('reads a line of many megabytes that spans splits', () => {
    const long = 'x'.repeat(20_000_000)
    expect(linesOf(`a\n${long}\nb`, { splitBytes: 6_000_000 })).toEqual(['a', long, 'b'])
  })

  test('tells the place of a line in the last batch', () => {
    const file = fileOf('ab\r\ncé\n\rd')
    const reader = openLineReader(file, { chunkBytes: 1024 })
    expect(reader.next()).toEqual(['ab', 'cé', ''])
    expect([0, 1, 2].map((index) => reader.placeOf(index))).toEqual([
      { offset: 0, line: 1 },
      { offset: 4, line: 2 },
      { offset: 8, line: 3 },
    ])
    expect(reader.next()).toEqual(['d'])
    expect(reader.placeOf(0)).toEqual({ offset: 9, line: 4 })
    reader.close()
  })

  test('reads a compressed file as one split', () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} é`)
    const content = gzipSync(`\uFEFF${lines.join('\r\n')}`)
    const reader = openTextReader(wholeSplitOf(join(folder, 'lines.gz'), content))
    expect(drain(reader)).toEqual(lines)
    expect(reader.bytesRead).toBe(content.length)
  })

  test('names a compressed file that is broken, after the lines before the break', () => {
    const content = gzipSync(Array.from({ length: 300_000 }, (_, i) => `line ${i}\n`).join(''))
    const path = join(folder, 'cut.gz')
    const reader = openTextReader(wholeSplitOf(path, content.subarray(0, -1000)))
    expect(reader.next()?.[0]).toBe('line 0')
    expect(() => drain(reader)).toThrow(
      expect.objectContaining({
        code: 'FS_IO_CORRUPT',
        details: expect.objectContaining({ path, offset: content.length - 1000 }),
      }),
    )
  })

  test('reads nothing after close, which may be called twice', () => {
    const file = fileOf('a\nb\n')
    const reader = openTextReader(file)
    reader.close()
    reader.close()
    expect(reader.next()).toBeUndefined()
  })

  test('names a file that is missing', () => {
    const path = join(folder, 'nowhere.txt')
    expect(() => openTextReader({ path, start: 0, length: 1, fileSize: 1, modified: 0 })).toThrow(
      expect.objectContaining({ code: 'FS_IO_PATH_NOT_FOUND', message: expect.stringContaining(path) }),
    )
  })

  test('notices a file that becomes shorter while it is read', () => {
    const whole = fileOf('line\n'.repeat(1000))
    const reader = openTextReader(whole, { chunkBytes: 100 })
    expect(reader.next()?.length).toBe(20)
    truncateSync(whole.path, 250)
    expect(() => drain(reader)).toThrow(
      expect.objectContaining({
        code: 'FS_IO_FILE_CHANGED',
        message: expect.stringContaining('has 250 bytes, but had 5000'),
      }),
    )
    reader.close()
  })

  test('refuses a file that has become shorter, and reads one that grew as far as planned', () => {
    const file = fileOf('a\nb\n')
    const planned = { path: file.path, start: 0, length: 8, fileSize: 8, modified: 0 }
    expect(() => openTextReader(planned)).toThrow(expect.objectContaining({ code: 'FS_IO_FILE_CHANGED' }))
    const grown = { path: file.path, start: 0, length: 1, fileSize: 1, modified: 0 }
    expect(drain(openTextReader(grown))).toEqual(['a'])
  })
})
