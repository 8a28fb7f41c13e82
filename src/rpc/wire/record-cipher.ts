import { createCipheriv, createDecipheriv } from 'node:crypto'
import { BadFrame, LengthPrefixed } from './length-prefixed.js'

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** Plain bytes of one record at most. */
const recordBytes = 256 * 1024

/** A nonce for each record of one direction: its number. A key is used in one direction of one connection only. */
class RecordNonce {
  readonly #nonce = Buffer.alloc(nonceBytes)
  #next = 0n

  next(): Buffer {
    this.#nonce.writeBigUInt64BE(this.#next++, nonceBytes - 8)
    return this.#nonce
  }
}

/** Encrypts what is written, in records of u32 length, ciphertext and tag. */
export class RecordSealer {
  readonly #key: Uint8Array
  readonly #nonce = new RecordNonce()

  constructor(key: Uint8Array) {
    this.#key = key
  }

  seal(chunks: readonly Uint8Array[]): Uint8Array[] {
    const sealed: Uint8Array[] = []
    let record: Uint8Array[] = []
    let bytes = 0
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + recordBytes - bytes)
        record.push(part)
        bytes += part.length
        at += part.length
        if (bytes < recordBytes) continue
        this.#sealRecord(record, bytes, sealed)
        record = []
        bytes = 0
      }
    }
    if (bytes > 0) this.#sealRecord(record, bytes, sealed)
    return sealed
  }

  #sealRecord(parts: readonly Uint8Array[], bytes: number, into: Uint8Array[]): void {
    const cipher = createCipheriv(algorithm, this.#key, this.#nonce.next())
    const length = Buffer.allocUnsafe(4)
    length.writeUInt32LE(bytes + tagBytes)
    into.push(length)
    for (const part of parts) into.push(cipher.update(part))
    cipher.final()
    into.push(cipher.getAuthTag())
  }
}

/** The reverse of `RecordSealer`. A record that was changed, dropped, repeated or moved is a `BadFrame`. */
export class RecordOpener {
  readonly #key: Uint8Array
  readonly #nonce = new RecordNonce()
  readonly #records: LengthPrefixed

  constructor(key: Uint8Array, listener: (plain: Buffer) => void) {
    this.#key = key
    this.#records = new LengthPrefixed({ maxBytes: recordBytes + tagBytes }, (record) => listener(this.#open(record)))
  }

  push(chunk: Buffer): void {
    this.#records.push(chunk)
  }

  #open(record: Buffer): Buffer {
    const end = record.length - tagBytes
    if (end < 0) throw new BadFrame('an encrypted record that is too short')
    const decipher = createDecipheriv(algorithm, this.#key, this.#nonce.next())
    decipher.setAuthTag(record.subarray(end))
    const plain = decipher.update(record.subarray(0, end))
    try {
      decipher.final()
    } catch {
      throw new BadFrame('an encrypted record that is not from the peer')
    }
    return plain
  }
}
