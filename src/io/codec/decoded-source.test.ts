import { readFileSync } from 'node:fs'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ByteSource } from '../byte-source.js'
import { randomFrom } from '../io.test-kit.js'
import type { CodecName } from './codec-name.js'
import { decodedSource } from './decoded-source.js'

/** Bytes in memory that come in pieces of changing size. */
function sourceOf(bytes: Uint8Array, random: () => number): ByteSource {
  let at = 0
  return {
    read(target, start, length) {
      const count = Math.min(length, bytes.length - at, 1 + Math.floor(random() * 5000))
      target.set(bytes.subarray(at, at + count), start)
      at += count
      return count
    },
    close() {},
    get bytesRead() {
      return at
    },
  }
}

function decode(bytes: Uint8Array, codec: CodecName, seed = 1): Buffer {
  const random = randomFrom(seed)
  const source = decodedSource(sourceOf(bytes, random), codec, 'the file')
  const piece = Buffer.alloc(4096)
  const pieces: Buffer[] = []
  for (let count = source.read(piece, 0, 4096); count > 0; count = source.read(piece, 0, 4096)) {
    pieces.push(Buffer.from(piece.subarray(0, count)))
  }
  return Buffer.concat(pieces)
}

/** The contents of the fixtures, which the bzip2 and zstd commands wrote. */
const text = Buffer.from(
  Array.from({ length: 6000 }, (_, i) => `line ${i} ${(i * i) % 1009} ${'x'.repeat(i % 7)} é水\n`).join(''),
)
const runs = Buffer.concat(Array.from({ length: 900 }, (_, i) => Buffer.alloc((i * 37) % 700, (i % 5) + 97)))
const runsAndTail = Buffer.concat([runs, Buffer.from('tail\n')])

function fixture(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url))
}

function randomContent(random: () => number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  const matches = random()
  for (let i = 0; i < size; ) {
    if (i > 0 && random() < matches) {
      const distance = 1 + Math.floor(random() ** 4 * Math.min(i, 40_000))
      for (let length = 3 + Math.floor(random() * 300); length > 0 && i < size; length--, i++) {
        bytes[i] = bytes[i - distance] as number
      }
    } else bytes[i++] = Math.floor(random() ** 2 * 256)
  }
  return bytes
}

describe('decodedSource', () => {
  test.each<[string, CodecName, Buffer]>([
    ['text.bz2', 'bzip2', text],
    ['runs-two-streams.bz2', 'bzip2', runsAndTail],
    ['text.zst', 'zstd', text],
    ['runs-two-frames.zst', 'zstd', runsAndTail],
  ])('reads %s', (name, codec, expected) => {
    expect(decode(fixture(name), codec).equals(expected)).toBe(true)
  })

  test.each<[CodecName, typeof gzipSync]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ])('reads %s at every level and strategy', (codec, compress) => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = randomFrom(seed * 104_729)
      const content = randomContent(random, Math.floor(random() ** 3 * 400_000))
      const compressed = compress(content, { level: seed % 10, strategy: seed % 5, windowBits: 9 + (seed % 7) })
      expect(decode(compressed, codec, seed).equals(content), `seed ${seed}`).toBe(true)
    }
  })

  test('reads gzip members one after another, names and comments in their headers, and zeros at the end', () => {
    const plain = gzipSync('two\n')
    const named = Buffer.concat([plain.subarray(0, 3), Buffer.from([8 + 16 + 4]), plain.subarray(4, 10)])
    const extra = Buffer.concat([Buffer.from([3, 0]), Buffer.from('abc'), Buffer.from('name\0comment\0')])
    const file = Buffer.concat([gzipSync('one\n'), named, extra, plain.subarray(10), gzipSync(''), Buffer.alloc(100)])
    expect(decode(file, 'gzip').toString()).toBe('one\ntwo\n')
  })

  test.each<[CodecName, Buffer]>([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['bzip2', fixture('text.bz2')],
    ['zstd', fixture('text.zst')],
  ])('tells when a %s file is cut off, wherever', (codec, compressed) => {
    const step = Math.max(1, Math.floor(compressed.length / 40))
    for (let length = 0; length < compressed.length; length += step) {
      expect(() => decode(compressed.subarray(0, length), codec), `${length}`).toThrow(
        expect.objectContaining({
          code: 'FS_IO_CORRUPT',
          message: expect.stringMatching(/'the file' is broken at byte \d+: .*ends/),
        }),
      )
    }
  })

  test.each<[CodecName, Buffer, Buffer]>([
    ['gzip', gzipSync(text), text],
    ['deflate', deflateSync(text), text],
    ['bzip2', fixture('runs-two-streams.bz2'), runsAndTail],
    ['zstd', fixture('text.zst'), text],
  ])('never takes a %s file with a changed bit for another content', (codec, compressed, content) => {
    const random = randomFrom(7)
    for (let trial = 0; trial < 100; trial++) {
      const changed = Buffer.from(compressed)
      const at = Math.floor(random() * changed.length)
      changed[at] = (changed[at] as number) ^ (1 << Math.floor(random() * 8))
      let result: Buffer
      try {
        result = decode(changed, codec)
      } catch (error) {
        expect(error).toMatchObject({ code: 'FS_IO_CORRUPT' })
        continue
      }
      expect(result.equals(content), `bit of byte ${at}`).toBe(true)
    }
  })

  test('refuses what is not compressed', () => {
    for (const codec of ['gzip', 'deflate', 'bzip2', 'zstd'] as const) {
      expect(() => decode(Buffer.from('plain text, and rather long'), codec)).toThrow(
        expect.objectContaining({ code: 'FS_IO_CORRUPT' }),
      )
      expect(() => decode(Buffer.alloc(0), codec)).toThrow(expect.objectContaining({ code: 'FS_IO_CORRUPT' }))
    }
  })
})
