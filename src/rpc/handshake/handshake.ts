import type { RefusalReason } from '../environment.js'
import { decodeHello, encodeHello, type Hello, protocolVersion } from './hello.js'
import { type EphemeralKey, proof, type SessionKeys, sameProof, sessionKeys } from './session-keys.js'

/** What one side brings to a handshake. Random parts come from outside, so that a handshake can be replayed. */
export interface HandshakeOptions {
  /** Up to 255 bytes of UTF-8. */
  readonly name: string
  /** Made of the application's secret; none: no authentication. */
  readonly applicationKey?: Uint8Array
  readonly encrypt?: boolean
  /** Under TLS: bytes that only the two ends of this TLS session share. Binds the proof to it. */
  readonly channelBinding?: Uint8Array
  readonly nonce: Buffer
  readonly ephemeralKey: EphemeralKey
}

/** Keys for the frames that follow, when they are to be encrypted. */
export interface FrameKeys {
  readonly send: Uint8Array
  readonly receive: Uint8Array
}

export type HandshakeStep =
  | { readonly kind: 'more'; readonly send?: Buffer }
  | { readonly kind: 'refuse'; readonly reason: RefusalReason; readonly send?: Buffer }
  | {
      readonly kind: 'done'
      readonly send?: Buffer
      readonly peerName: string
      readonly frameKeys?: FrameKeys
      /** Bytes after the handshake: the peer's first frames. */
      readonly rest: Buffer
    }

/**
 * The handshake, a pure machine over bytes:
 *
 *     client  hello: version, flags, nonce, ephemeral key
 *     server  hello, likewise; or a refusal
 *     client  proof: HMAC over both hellos and its role and name, then the name
 *     server  proof, likewise; or a refusal
 *
 * The one who dialled proves first, so a stranger who dials learns nothing that depends on the secret. The roles are part of
 * the proofs, so none can be sent back to its maker. Nothing is read beyond these few hundred bytes before both are proven.
 */
export abstract class Handshake {
  protected readonly options: HandshakeOptions
  protected keys: SessionKeys | undefined
  protected encrypted = false
  #received: Buffer = Buffer.alloc(0)

  constructor(options: HandshakeOptions) {
    this.options = options
  }

  /** Feeds bytes from the socket. After `refuse` or `done` it must not be called again. */
  receive(bytes: Buffer): HandshakeStep {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
    return this.keys === undefined ? this.#readHello() : this.readProof(this.#received)
  }

  protected abstract role: 'client' | 'server'
  protected abstract takeHello(hello: Hello, bytes: Buffer): HandshakeStep
  protected abstract readProof(bytes: Buffer): HandshakeStep

  protected ownHello(): Buffer {
    const { applicationKey, encrypt, nonce, ephemeralKey } = this.options
    return encodeHello({
      status: 'ok',
      hasSecret: applicationKey !== undefined,
      encrypt: encrypt === true,
      nonce,
      publicKey: ephemeralKey.publicKey,
    })
  }

  protected makeKeys(hello: Hello, transcript: readonly Uint8Array[]): SessionKeys {
    const { ephemeralKey, applicationKey, channelBinding } = this.options
    this.encrypted = hello.encrypt || this.options.encrypt === true
    this.keys = sessionKeys({
      ownPrivateKey: ephemeralKey.privateKey,
      otherPublicKey: hello.publicKey,
      applicationKey: applicationKey ?? new Uint8Array(0),
      transcript: channelBinding === undefined ? transcript : [...transcript, channelBinding],
    })
    return this.keys
  }

  protected ownProof(keys: SessionKeys): Buffer {
    const name = Buffer.from(this.options.name)
    return Buffer.concat([proof(this.role, name, keys), Buffer.from([name.length]), name])
  }

  /** Reads and checks the other's proof. */
  protected checkProof(
    bytes: Buffer,
    keys: SessionKeys,
  ): { peerName: string; used: number } | 'wrong' | 'malformed' | undefined {
    if (bytes.length < proofBytes + 1) return undefined
    const used = proofBytes + 1 + (bytes[proofBytes] as number)
    if (bytes.length < used) return undefined
    const name = bytes.subarray(proofBytes + 1, used)
    const expected = proof(this.role === 'client' ? 'server' : 'client', name, keys)
    if (!sameProof(bytes.subarray(0, proofBytes), expected)) return 'wrong'
    const peerName = name.toString('utf8')
    // A name ends up in logs; nobody may write lines of their own there.
    return /\p{Cc}/u.test(peerName) ? 'malformed' : { peerName, used }
  }

  #readHello(): HandshakeStep {
    const read = decodeHello(this.#received)
    if (read === undefined) return { kind: 'more' }
    if ('refuse' in read) return { kind: 'refuse', reason: read.refuse }
    const bytes = this.#received.subarray(0, read.used)
    this.#received = this.#received.subarray(read.used)
    try {
      const step = this.takeHello(read.hello, bytes)
      // The other side may have sent more in the same go.
      return step.kind === 'more' && this.#received.length > 0 ? this.#goOn(step) : step
    } catch {
      return { kind: 'refuse', reason: 'not-firesteel' }
    }
  }

  #goOn(first: { readonly send?: Buffer }): HandshakeStep {
    const next = this.readProof(this.#received)
    const send = Buffer.concat([first.send ?? Buffer.alloc(0), next.send ?? Buffer.alloc(0)])
    return send.length === 0 ? next : { ...next, send }
  }
}

export class ClientHandshake extends Handshake {
  protected override readonly role = 'client'
  readonly #hello = this.ownHello()

  /** The first bytes to send. */
  start(): Buffer {
    return this.#hello
  }

  protected override takeHello(hello: Hello, bytes: Buffer): HandshakeStep {
    if (hello.version !== protocolVersion || hello.status === 'version') return { kind: 'refuse', reason: 'version' }
    if (hello.status !== 'ok') return { kind: 'refuse', reason: hello.status }
    // The other way round the server says it; a server that pretends to need no secret gets nothing from us.
    if (this.options.applicationKey !== undefined && !hello.hasSecret) {
      return { kind: 'refuse', reason: 'secret-unexpected' }
    }
    return { kind: 'more', send: this.ownProof(this.makeKeys(hello, [this.#hello, bytes])) }
  }

  protected override readProof(bytes: Buffer): HandshakeStep {
    const keys = this.keys as SessionKeys
    if (bytes.length === 0) return { kind: 'more' }
    if (bytes[0] !== accepted) return { kind: 'refuse', reason: 'secret-wrong' }
    const checked = this.checkProof(bytes.subarray(1), keys)
    if (checked === undefined) return { kind: 'more' }
    if (checked === 'wrong') return { kind: 'refuse', reason: 'secret-wrong' }
    if (checked === 'malformed') return { kind: 'refuse', reason: 'not-firesteel' }
    const frameKeys = this.encrypted ? { send: keys.clientToServer, receive: keys.serverToClient } : undefined
    return { kind: 'done', peerName: checked.peerName, frameKeys, rest: bytes.subarray(1 + checked.used) }
  }
}

export class ServerHandshake extends Handshake {
  protected override readonly role = 'server'

  protected override takeHello(hello: Hello, bytes: Buffer): HandshakeStep {
    if (hello.version !== protocolVersion) return this.#refuse('version')
    if (hello.status !== 'ok') return { kind: 'refuse', reason: 'not-firesteel' }
    const needed = this.options.applicationKey !== undefined
    if (needed && !hello.hasSecret) return this.#refuse('secret-missing')
    if (!needed && hello.hasSecret) return this.#refuse('secret-unexpected')
    const ownHello = this.ownHello()
    this.makeKeys(hello, [bytes, ownHello])
    return { kind: 'more', send: ownHello }
  }

  protected override readProof(bytes: Buffer): HandshakeStep {
    const keys = this.keys as SessionKeys
    const checked = this.checkProof(bytes, keys)
    if (checked === undefined) return { kind: 'more' }
    if (checked === 'wrong') return { kind: 'refuse', reason: 'secret-wrong', send: Buffer.from([rejected]) }
    // The client has to wait for our proof before it sends anything else.
    if (checked === 'malformed' || checked.used !== bytes.length) return { kind: 'refuse', reason: 'not-firesteel' }
    const frameKeys = this.encrypted ? { send: keys.serverToClient, receive: keys.clientToServer } : undefined
    const send = Buffer.concat([Buffer.from([accepted]), this.ownProof(keys)])
    return { kind: 'done', send, peerName: checked.peerName, frameKeys, rest: Buffer.alloc(0) }
  }

  #refuse(reason: 'version' | 'secret-missing' | 'secret-unexpected'): HandshakeStep {
    const { nonce, ephemeralKey } = this.options
    const hello = { hasSecret: false, encrypt: false, nonce, publicKey: ephemeralKey.publicKey }
    return { kind: 'refuse', reason, send: encodeHello({ ...hello, status: reason }) }
  }
}

const proofBytes = 32
const accepted = 1
const rejected = 0
