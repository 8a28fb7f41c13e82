import { describe, expect, it } from 'vitest'
import { compressionCodec, decodeFrames } from '../serializer/index.js'
import { FrameEncoder } from './frame-encoder.js'
import { seeded } from './shuffle.test-kit.js'

describe('FrameEncoder', () => {
  it('pauses compressing after a payload that does not get smaller, then tries again', () => {
    const deflate = compressionCodec('deflate')
    let calls = 0
    const counting = {
      ...deflate,
      compress: (bytes: Uint8Array) => {
        calls++
        return deflate.compress(bytes)
      },
    }
    const encoder = new FrameEncoder(counting)
    const random = seeded(1)
    const noise = Uint8Array.from({ length: 5000 }, () => random() * 256)
    for (let i = 0; i < 27; i++) encoder.encode(noise, 1)
    expect(calls).toBe(3)
    const zeros = new Uint8Array(5000)
    const frames = Array.from({ length: 20 }, () => encoder.encode(zeros, 7))
    expect(calls).toBe(23)
    const [frame] = decodeFrames(frames[19] as Uint8Array, { source: 'here' })
    expect(frame?.payload).toEqual(Buffer.from(zeros))
    expect(frame?.records).toBe(7)
  })
})
