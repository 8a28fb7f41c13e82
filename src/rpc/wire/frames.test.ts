import { describe, expect, it } from 'vitest'
import { FiresteelError } from '../../common/errors/index.js'
import type { Packet } from '../packet.js'
import { FrameReader } from './frame-reader.js'
import { FrameWriter } from './frame-writer.js'
import { BadFrame } from './length-prefixed.js'
import { encodePacket, type Signal } from './packet-codec.js'
import { RecordOpener, RecordSealer } from './record-cipher.js'

const maxBytes = 1 << 20

/** Numbers below `n`, the same for the same seed (a linear congruential generator). */
function randomFrom(seed: number): (n: number) => number {
  let state = seed * 2 + 1
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

function encode(packets: readonly (Packet | Signal)[]): Uint8Array[] {
  const writer = new FrameWriter(maxBytes)
  for (const packet of packets) writer.write(encodePacket(packet), () => 'test')
  return writer.take()
}

function reading(shared = false) {
  const packets: (Packet | Signal)[] = []
  return { packets, reader: new FrameReader({ maxBytes, shared }, (packet) => packets.push(packet)) }
}

const packets: (Packet | Signal)[] = [
  { kind: 'send', endpoint: 'e', method: 'm', message: { body: { a: [1, null, 'ü😀'] } } },
  { kind: 'ask', id: 1, endpoint: 'e', method: 'm "quoted"', message: { body: 'x'.repeat(20_000) } },
  { kind: 'open', id: 2, endpoint: 'é', method: 'm', window: 4, message: { body: 0 } },
  { kind: 'reply', id: 1, message: { body: -1, attachments: [new Uint8Array(10).fill(1), new Uint8Array(0)] } },
  { kind: 'item', id: 2, message: { body: null, attachments: [new Uint8Array(100_000).fill(2)] } },
  { kind: 'fail', id: 3, error: { name: 'Error', message: 'm', cause: { name: 'E', message: 'deeper' } } },
  { kind: 'credit', id: 2, count: 7 },
  { kind: 'end', id: 2 },
  { kind: 'cancel', id: 9 },
  { kind: 'send', endpoint: 'e', method: 'm', message: { body: undefined } },
  { kind: 'ping' },
  { kind: 'pong' },
  { kind: 'bye' },
]

describe('frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    const bytes = Buffer.concat(encode(packets))
    for (let seed = 0; seed < 50; seed++) {
      const random = randomFrom(seed)
      const { packets: read, reader } = reading(seed % 2 === 0)
      for (let at = 0; at < bytes.length; ) {
        const size = 1 + random(seed < 10 ? 7 : 50_000)
        reader.push(bytes.subarray(at, at + size))
        at += size
      }
      expect(read.length).toBe(packets.length)
      expect(Buffer.concat(encode(read)).equals(bytes)).toBe(true)
    }
  })

  it('hold all of a packet', () => {
    const { packets: read, reader } = reading()
    for (const chunk of encode(packets.slice(0, 4))) reader.push(Buffer.from(chunk))
    for (const chunk of encode(packets.slice(5))) reader.push(Buffer.from(chunk))
    expect(read).toEqual([...packets.slice(0, 4), ...packets.slice(5)])
  })

  it('put small messages into one chunk, and large attachments are not copied', () => {
    const small = Array.from({ length: 100 }, (): Packet => packets[0] as Packet)
    expect(encode(small).length).toBe(1)
    const large = new Uint8Array(100_000)
    const chunks = encode([{ kind: 'reply', id: 1, message: { body: 0, attachments: [large] } }])
    expect(chunks.some((chunk) => chunk === large)).toBe(true)
  })

  it('lie over shared memory when asked to, whether they came in one chunk or in many', () => {
    const bytes = Buffer.concat(encode([packets[4] as Packet, packets[3] as Packet]))
    const { packets: read, reader } = reading(true)
    reader.push(bytes.subarray(0, 1_000))
    reader.push(bytes.subarray(1_000))
    const buffers = read.flatMap((packet) => ('message' in packet ? (packet.message.attachments ?? []) : []))
    expect(buffers.length).toBe(3)
    expect(buffers.every((attachment) => attachment.buffer instanceof SharedArrayBuffer)).toBe(true)
  })

  it('beyond the limit are refused before anything of them is laid out', () => {
    const writer = new FrameWriter(1_000)
    const tooLarge = encodePacket({ kind: 'reply', id: 1, message: { body: 0, attachments: [new Uint8Array(1_000)] } })
    expect(() => writer.write(tooLarge, () => 'an answer')).toThrow(FiresteelError)
    expect([writer.bytes, writer.take()]).toEqual([0, []])
  })

  it('that are garbage end in BadFrame or in packets, and in nothing else', () => {
    const valid = Buffer.concat(encode(packets))
    let refused = 0
    for (let seed = 0; seed < 3_000; seed++) {
      const random = randomFrom(seed)
      const bytes = Buffer.from(valid.subarray(0, 200 + random(valid.length)))
      for (let i = 0; i <= random(5); i++) bytes[random(400)] = random(256)
      const { reader } = reading(seed % 2 === 0)
      try {
        for (let at = 0; at < bytes.length; at += 1_000) reader.push(bytes.subarray(at, at + 1_000))
      } catch (error) {
        if (!(error instanceof BadFrame)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1_000)
  })

  it('with headers of the wrong shape are refused', () => {
    const headers = ['', '{}', '[]', '[99]', '[0]', '[0,1,2]', '[1,"x","e","m"]', '[1,-1,"e","m"]', '[1,1.5,"e","m"]']
    const more = [
      '[2,1,0,"e","m"]',
      '[4,1]',
      '[4,1,{}]',
      '[4,1,{"name":"E","message":1}]',
      '[6]',
      '[8,1]',
      'null',
      '[3',
    ]
    for (const header of [...headers, ...more]) {
      const body = Buffer.from(header)
      const frame = Buffer.alloc(8 + body.length)
      frame.writeUInt32LE(4 + body.length, 0)
      frame.writeUInt32LE(body.length, 4)
      body.copy(frame, 8)
      expect(() => reading().reader.push(frame), header).toThrow(BadFrame)
    }
  })
})

describe('encrypted records', () => {
  const key = Buffer.alloc(32, 3)
  const plain = Buffer.from(Array.from({ length: 700_000 }, (_, i) => (i * 13) & 255))
  const seal = (parts: Uint8Array[]) => Buffer.concat(new RecordSealer(key).seal(parts))
  const open = (bytes: Buffer, step = 60_000) => {
    const read: Buffer[] = []
    const opener = new RecordOpener(key, (part) => read.push(part))
    for (let at = 0; at < bytes.length; at += step) opener.push(bytes.subarray(at, at + step))
    return Buffer.concat(read)
  }

  it('come out as they went in', () => {
    const parts = [plain.subarray(0, 10), plain.subarray(10, 600_000), plain.subarray(600_000)]
    const sealed = seal(parts)
    expect(open(sealed).equals(plain)).toBe(true)
    expect(sealed.includes(plain.subarray(0, 32))).toBe(false)
  })

  it('are refused when a bit was changed, or a record repeated, dropped or cut short', () => {
    const sealer = new RecordSealer(key)
    const records = ['one', 'two', 'three'].map((text) => Buffer.concat(sealer.seal([Buffer.from(text)])))
    const [one, two, three] = records as [Buffer, Buffer, Buffer]
    expect(open(Buffer.concat(records)).toString()).toBe('onetwothree')
    const changed = Buffer.from(one)
    changed[5] = (changed[5] as number) ^ 1
    const short = Buffer.from([3, 0, 0, 0, 1, 2, 3])
    for (const bad of [changed, Buffer.concat([one, one]), Buffer.concat([one, three]), two, short]) {
      expect(() => open(bad)).toThrow(BadFrame)
    }
  })
})
