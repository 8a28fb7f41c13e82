import { gunzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ByteSink } from '../byte-sink.js'
import type { ByteSource } from '../byte-source.js'
import { randomFrom } from '../io.test-kit.js'
import type { CodecName } from './codec-name.js'
import { checkWritableCodec, compressingSink } from './compressing-sink.js'
import { decodedSource } from './decoded-source.js'

/** Gathers what is written. */
function memorySink(): ByteSink & { content(): Buffer } {
  const pieces: Buffer[] = []
  return {
    write: (bytes) => void pieces.push(Buffer.from(bytes)),
    close() {},
    discard() {},
    bytesWritten: 0,
    content: () => Buffer.concat(pieces),
  }
}

function compress(content: Buffer, codec: CodecName): Buffer {
  const target = memorySink()
  const sink = compressingSink(target, codec, 'the file')
  for (let at = 0; at < content.length; at += 300_000) sink.write(content.subarray(at, at + 300_000))
  sink.close()
  return target.content()
}

function decompress(bytes: Buffer, codec: CodecName): Buffer {
  let at = 0
  const source: ByteSource = {
    read(target, start, length) {
      const count = Math.min(length, bytes.length - at)
      target.set(bytes.subarray(at, at + count), start)
      at += count
      return count
    },
    close() {},
    bytesRead: 0,
  }
  const decoded = decodedSource(source, codec, 'the file')
  const result = Buffer.alloc(4_000_000)
  let filled = 0
  for (let n = decoded.read(result, 0, 65_536); n > 0; n = decoded.read(result, filled, 65_536)) filled += n
  return result.subarray(0, filled)
}

const random = randomFrom(99)
const content = Buffer.from(Array.from({ length: 3_000_000 }, () => 97 + Math.floor(random() ** 3 * 26)))

function canWrite(codec: CodecName): boolean {
  try {
    checkWritableCodec(codec, 'x')
    return true
  } catch {
    return false
  }
}

describe('compressingSink', () => {
  test('writes gzip and zlib streams of several pieces that Node reads', () => {
    const gzip = compress(content, 'gzip')
    expect(gunzipSync(gzip).equals(content)).toBe(true)
    expect(gzip.length).toBeLessThan(content.length * 0.7)
    expect(inflateSync(compress(content, 'deflate')).equals(content)).toBe(true)
    expect(gunzipSync(compress(Buffer.alloc(0), 'gzip'))).toHaveLength(0)
    expect(inflateSync(compress(Buffer.alloc(0), 'deflate'))).toHaveLength(0)
  })

  test.each<CodecName>(['gzip', 'deflate', 'zstd'])('writes %s that our own decoder reads', (codec) => {
    if (!canWrite(codec)) return
    for (const size of [0, 1, 1_048_576, 3_000_000]) {
      const part = content.subarray(0, size)
      expect(decompress(compress(part, codec), codec).equals(part), `${size}`).toBe(true)
    }
  })

  test('refuses bzip2, and zstd where Node cannot write it', () => {
    expect(() => compressingSink(memorySink(), 'bzip2', 'x.bz2')).toThrow(
      expect.objectContaining({ code: 'FS_IO_CODEC' }),
    )
    if (!canWrite('zstd')) {
      expect(() => checkWritableCodec('zstd', 'x.zst')).toThrow(/Node 22\.15/)
    }
  })
})
