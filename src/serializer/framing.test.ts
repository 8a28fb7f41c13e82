import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import {
  type CodecName,
  compressionCodec,
  decodeFrames,
  encodeFrame,
  FRAME_HEADER_BYTES,
  FrameReader,
  hasZstd,
} from './index.js'
import { RandomValues } from './random-values.test-kit.js'

const names: readonly CodecName[] = hasZstd()
  ? ['none', 'lz4', 'snappy', 'zstd', 'deflate']
  : ['none', 'lz4', 'snappy', 'deflate']

/** Blocks from all the same to nothing the same, of lengths around the borders of the formats. */
function block(random: RandomValues): Uint8Array {
  const length = random.pick([0, 1, 4, 5, 12, 13, 14, 20, 64, 271, 300, 5_000, 70_000, 140_000])
  const alphabet = random.pick([1, 2, 20, 256])
  const period = random.pick([1, 2, 7, 1_000, 66_000, length + 1])
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    bytes[i] = i >= period && random.next() < 0.999 ? (bytes[i - period] as number) : random.below(alphabet)
  }
  return bytes
}

describe('a compression codec', () => {
  for (const name of names) {
    test(`${name} gives back seeded blocks`, () => {
      const codec = compressionCodec(name)
      for (let seed = 0; seed < 150; seed++) {
        const raw = block(new RandomValues(seed))
        const back = codec.decompress(codec.compress(raw), raw.length)
        expect(Buffer.compare(back, raw), `seed ${seed}`).toBe(0)
      }
    })

    test(`${name} refuses damaged blocks or gives bytes of the right length, in bounded memory`, () => {
      const codec = compressionCodec(name)
      for (let seed = 0; seed < 400; seed++) {
        const random = new RandomValues(seed)
        const raw = block(random)
        const stored = Uint8Array.from(codec.compress(raw))
        for (let i = 0; i < 3; i++) stored[random.below(stored.length)] = random.below(256)
        const cut = stored.subarray(0, random.pick([stored.length, random.below(stored.length + 1)]))
        const length = random.pick([raw.length, 0, 2 ** 31 - 1])
        try {
          expect(codec.decompress(cut, name === 'none' ? cut.length : length).length).toBeLessThan(2 ** 21)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }
    })
  }

  test('is found by the name that the setting has', () => {
    expect(compressionCodec('LZ4').name).toBe('lz4')
    expect(() => compressionCodec('lzf')).toThrow("[FS_SERIALIZER_CODEC_UNKNOWN] 'lzf' is not a compression codec")
    if (!hasZstd()) expect(() => compressionCodec('zstd')).toThrow('FS_SERIALIZER_CODEC_UNAVAILABLE')
  })
})

describe('frames', () => {
  const payloads = [0, 1, 2, 3].map((seed) => block(new RandomValues(seed)))
  const frames = payloads.map((payload, i) =>
    encodeFrame(payload, { codec: compressionCodec(names[i % names.length] as CodecName), records: i }),
  )
  const joined = Buffer.concat(frames)

  test('joined by copying are read one after the other', () => {
    const read = [...decodeFrames(joined, { source: 'test' })]
    expect(read.map((frame) => frame.records)).toEqual([0, 1, 2, 3])
    for (const [i, frame] of read.entries()) expect(Buffer.compare(frame.payload, payloads[i] as Uint8Array)).toBe(0)
    expect([...decodeFrames(new Uint8Array(0), { source: 'test' })]).toEqual([])
  })

  test('are read from pieces of any size', () => {
    for (const size of [1, 17, 1_000, joined.length]) {
      const reader = new FrameReader({ source: 'test' })
      const read: number[] = []
      for (let i = 0; i < joined.length; i += size) {
        for (const frame of reader.push(joined.subarray(i, i + size))) {
          expect(Buffer.compare(frame.payload, payloads[read.length] as Uint8Array)).toBe(0)
          read.push(frame.records)
        }
      }
      reader.end()
      expect(read).toEqual([0, 1, 2, 3])
    }
  })

  test('that would not shrink are stored as they are', () => {
    const random = new RandomValues(1)
    const noise = Uint8Array.from({ length: 1000 }, () => random.below(256))
    for (const name of names) {
      const frame = encodeFrame(noise, { codec: compressionCodec(name), records: 1 })
      expect(frame.length).toBe(noise.length + FRAME_HEADER_BYTES)
    }
  })

  test('damaged in any one byte, or cut short, are refused with source and offset', () => {
    const small = encodeFrame(Buffer.from('abcabcabcabcabcabcabcabc'), { codec: compressionCodec('lz4'), records: 7 })
    const two = Buffer.concat([small, small])
    for (let i = 0; i < two.length; i++) {
      const damaged = Buffer.from(two)
      damaged[i] = (damaged[i] as number) ^ 0x41
      const offset = i < small.length ? 0 : small.length
      expect(() => [...decodeFrames(damaged, { source: 'shuffle_1_2', offset: 100 })]).toThrow(
        `serialized data from shuffle_1_2 is corrupt at byte ${100 + offset}: `,
      )
    }
    for (let end = 1; end < two.length; end++) {
      if (end === small.length) continue
      expect(() => [...decodeFrames(two.subarray(0, end), { source: 's' })]).toThrow('a frame is cut short')
      const reader = new FrameReader({ source: 's' })
      expect(() => {
        for (const _frame of reader.push(two.subarray(0, end)));
        reader.end()
      }).toThrow(FiresteelError)
    }
  })
})
