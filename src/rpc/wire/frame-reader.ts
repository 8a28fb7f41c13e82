import type { Packet } from '../packet.js'
import { BadFrame, LengthPrefixed } from './length-prefixed.js'
import { decodePacket, type Signal } from './packet-codec.js'

export interface FrameReaderOptions {
  readonly maxBytes: number
  /** Attachments are handed over on SharedArrayBuffers. */
  readonly shared: boolean
}

/** The reverse of `FrameWriter`: bytes in, packets out. */
export class FrameReader {
  readonly #frames: LengthPrefixed
  readonly #shared: boolean
  readonly #listener: (packet: Packet | Signal) => void

  constructor(options: FrameReaderOptions, listener: (packet: Packet | Signal) => void) {
    this.#frames = new LengthPrefixed(options, (frame, owned) => this.#decode(frame, owned))
    this.#shared = options.shared
    this.#listener = listener
  }

  /** @throws BadFrame when the bytes are not frames of this protocol; nothing may be pushed after that. */
  push(chunk: Buffer): void {
    this.#frames.push(chunk)
  }

  #decode(frame: Buffer, owned: boolean): void {
    if (frame.length < 4) throw new BadFrame('a frame without a header')
    const headerEnd = 4 + frame.readUInt32LE(0)
    if (headerEnd > frame.length) throw new BadFrame('a header longer than its frame')
    const header = frame.toString('utf8', 4, headerEnd)
    const attachments = headerEnd === frame.length ? [] : this.#attachments(frame, headerEnd, owned)
    this.#listener(decodePacket(header, attachments))
  }

  #attachments(frame: Buffer, tableAt: number, owned: boolean): Uint8Array[] {
    if (frame.length - tableAt < 4) throw new BadFrame('a torn table of attachments')
    const count = frame.readUInt32LE(tableAt)
    let at = tableAt + 4 + 4 * count
    if (at > frame.length) throw new BadFrame('more attachments than the frame has room for')
    const attachments: Uint8Array[] = []
    for (let i = 0; i < count; i++) {
      const end = at + frame.readUInt32LE(tableAt + 4 + 4 * i)
      if (end > frame.length) throw new BadFrame('an attachment longer than its frame')
      attachments.push(this.#view(frame, at, end, owned))
      at = end
    }
    if (at !== frame.length) throw new BadFrame('bytes that belong to no attachment')
    return attachments
  }

  /** Bytes within a socket's chunk are copied, so that a small attachment that is kept does not keep the chunk. */
  #view(frame: Buffer, from: number, end: number, owned: boolean): Uint8Array {
    if (owned) return new Uint8Array(frame.buffer, frame.byteOffset + from, end - from)
    const copy = new Uint8Array(this.#shared ? new SharedArrayBuffer(end - from) : new ArrayBuffer(end - from))
    copy.set(frame.subarray(from, end))
    return copy
  }
}
