import { FiresteelError } from '../../common/errors/index.js'
import type { EncodedPacket } from './packet-codec.js'

const slabBytes = 64 * 1024
/** Attachments up to this size are copied beside their header; larger ones are written from where they are. */
const copiedBytes = 8 * 1024

/**
 * Lays frames out for writing. A frame is, all numbers little endian:
 *
 *     u32 bytes of what follows
 *     u32 bytes of the header, then the header: JSON in UTF-8
 *     and only if there are attachments: u32 how many, u32 length of each, then their bytes
 *
 * Small frames share a slab, so that a turn's worth of messages is one write.
 */
export class FrameWriter {
  readonly #maxBytes: number
  #chunks: Uint8Array[] = []
  #slab = Buffer.alloc(0)
  #from = 0
  #at = 0
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes laid out and not taken. */
  get bytes(): number {
    return this.#bytes
  }

  /** @throws FS_RPC_MESSAGE_TOO_LARGE; then nothing of it was laid out. `what` names the message in that error. */
  write(packet: EncodedPacket, what: () => string): void {
    const { header, attachments } = packet
    const tableBytes = attachments.length === 0 ? 0 : 4 + 4 * attachments.length
    let attached = 0
    for (const attachment of attachments) attached += attachment.byteLength
    // One UTF-16 unit makes at most three bytes; only a header that might not fit is measured.
    const room = 8 + header.length * 3 + tableBytes
    const headerBytes = room > copiedBytes ? Buffer.byteLength(header) : undefined
    this.#assertFits(4 + (headerBytes ?? header.length) + tableBytes + attached, what)
    this.#reserve(headerBytes === undefined ? room : 8 + headerBytes + tableBytes)
    const written = this.#slab.write(header, this.#at + 8)
    const frameBytes = 4 + written + tableBytes + attached
    this.#slab.writeUInt32LE(frameBytes, this.#at)
    this.#slab.writeUInt32LE(written, this.#at + 4)
    this.#at += 8 + written
    this.#bytes += 4 + frameBytes
    if (attachments.length > 0) this.#attach(attachments)
  }

  /** Hands over what was laid out, in order. */
  take(): Uint8Array[] {
    this.#cut()
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    return chunks
  }

  #assertFits(bytes: number, what: () => string): void {
    if (bytes <= this.#maxBytes) return
    throw new FiresteelError('FS_RPC_MESSAGE_TOO_LARGE', { bytes, limit: this.#maxBytes, what: what() })
  }

  #attach(attachments: readonly Uint8Array[]): void {
    this.#at = this.#slab.writeUInt32LE(attachments.length, this.#at)
    for (const attachment of attachments) this.#at = this.#slab.writeUInt32LE(attachment.byteLength, this.#at)
    for (const attachment of attachments) {
      if (attachment.byteLength <= copiedBytes) {
        this.#reserve(attachment.byteLength)
        this.#slab.set(attachment, this.#at)
        this.#at += attachment.byteLength
      } else {
        this.#cut()
        this.#chunks.push(attachment)
      }
    }
  }

  /** Makes sure that `bytes` fit at the slab's position. */
  #reserve(bytes: number): void {
    if (this.#slab.length - this.#at >= bytes) return
    this.#cut()
    this.#slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes))
    this.#from = 0
    this.#at = 0
  }

  /** Ends the current run of the slab; the rest of the slab stays in use. */
  #cut(): void {
    if (this.#at > this.#from) this.#chunks.push(this.#slab.subarray(this.#from, this.#at))
    this.#from = this.#at
  }
}
