import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

/** What one connection's keys are made of. */
export interface KeyMaterial {
  readonly ownPrivateKey: KeyObject
  /** X25519, raw. */
  readonly otherPublicKey: Uint8Array
  /** Of the application's secret; empty when there is none. */
  readonly applicationKey: Uint8Array
  /** Both hellos as they were sent and, under TLS, what is unique to the TLS session. */
  readonly transcript: readonly Uint8Array[]
}

export interface SessionKeys {
  readonly clientProof: Uint8Array
  readonly serverProof: Uint8Array
  readonly clientToServer: Uint8Array
  readonly serverToClient: Uint8Array
  readonly transcriptHash: Uint8Array
}

const keyBytes = 32

/**
 * Four keys, one for each purpose and direction, from the Diffie-Hellman secret of this connection together with the
 * application's key (HKDF, RFC 5869). Who lacks the application's key gets other keys and so gives a wrong proof; who learns
 * it later cannot read what was recorded before. @throws when the other's public key is not a usable one.
 */
export function sessionKeys(material: KeyMaterial): SessionKeys {
  const publicKey = createPublicKey({ key: spki(material.otherPublicKey), format: 'der', type: 'spki' })
  const shared = diffieHellman({ privateKey: material.ownPrivateKey, publicKey })
  const hash = createHash('sha256')
  for (const part of material.transcript) hash.update(lengthOf(part)).update(part)
  const transcriptHash = hash.digest()
  const secret = Buffer.concat([shared, material.applicationKey])
  const bytes = Buffer.from(hkdfSync('sha256', secret, transcriptHash, 'firesteel rpc session 1', 4 * keyBytes))
  const key = (i: number) => bytes.subarray(i * keyBytes, (i + 1) * keyBytes)
  return {
    clientProof: key(0),
    serverProof: key(1),
    clientToServer: key(2),
    serverToClient: key(3),
    transcriptHash,
  }
}

/** A proof that its maker has the keys, plays this role, and goes by this name. */
export function proof(role: 'client' | 'server', name: Uint8Array, keys: SessionKeys): Buffer {
  const key = role === 'client' ? keys.clientProof : keys.serverProof
  return createHmac('sha256', key).update(role).update(keys.transcriptHash).update(name).digest()
}

export function sameProof(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

export interface EphemeralKey {
  readonly privateKey: KeyObject
  readonly publicKey: Buffer
}

export function ephemeralKey(): EphemeralKey {
  const pair = generateKeyPairSync('x25519')
  return { privateKey: pair.privateKey, publicKey: rawPublicKey(pair.publicKey) }
}

/** For tests that need the same key again. */
export function ephemeralKeyFrom(seed: Uint8Array): EphemeralKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) }
}

/** The constant bytes before a raw X25519 key in its DER forms (RFC 8410). */
const spkiHead = Buffer.from('302a300506032b656e032100', 'hex')
const pkcs8Head = Buffer.from('302e020100300506032b656e04220420', 'hex')

function spki(raw: Uint8Array): Buffer {
  return Buffer.concat([spkiHead, raw])
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(spkiHead.length)
}

function lengthOf(part: Uint8Array): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.byteLength)
  return length
}
