import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, string, number, Buffer>(scrypt)
const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
/** The same for all masters, which must come to the same key; scrypt makes guessing a weak secret dear. */
const salt = 'firesteel recovery records, version 1'

/** Encrypts records under a key that comes from the cluster's secret: AES-256-GCM, a new nonce each time, bound to the record's name. */
export class RecordCipher {
  /** Tells keys apart without giving anything of them away. */
  readonly keyId: string
  readonly #key: Buffer

  private constructor(key: Buffer) {
    this.#key = key
    this.keyId = createHash('sha256').update('key id').update(key).digest('hex').slice(0, 12)
  }

  static async fromSecret(secret: string): Promise<RecordCipher> {
    return new RecordCipher(await derive(secret, salt, 32))
  }

  encrypt(bytes: Uint8Array, name: string): Buffer {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, this.#key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(Buffer.from(name))
    const encrypted = [cipher.update(bytes), cipher.final()]
    return Buffer.concat([nonce, cipher.getAuthTag(), ...encrypted])
  }

  /** @throws when the bytes were changed, or belong to another name */
  decrypt(bytes: Buffer, name: string): Buffer {
    if (bytes.length < nonceBytes + tagBytes) throw new Error('it is too short to be encrypted')
    const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAAD(Buffer.from(name))
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()])
  }
}
