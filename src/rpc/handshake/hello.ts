import type { RefusalReason } from '../environment.js'

/** Eight bytes that begin every connection; the line break shows at once when something rewrites line ends on the way. */
export const magic = Buffer.from('FSRPC\r\n\0', 'latin1')
/** Raised whenever two sides could not understand each other any more. */
export const protocolVersion = 1

const nonceBytes = 32
const publicKeyBytes = 32
/** Magic, version, status, flags: the part that every version has, and all there is of a refusal. */
export const prefaceBytes = magic.length + 4
export const helloBytes = prefaceBytes + nonceBytes + publicKeyBytes

const hasSecretFlag = 1
const encryptFlag = 2

/** The first message of either side. */
export interface Hello {
  readonly version: number
  readonly status: HelloStatus
  readonly hasSecret: boolean
  readonly encrypt: boolean
  readonly nonce: Buffer
  /** X25519, raw. */
  readonly publicKey: Buffer
}

/** Zero, or why the listening side says no. */
export const helloStatuses = ['ok', 'version', 'secret-missing', 'secret-unexpected'] as const
export type HelloStatus = (typeof helloStatuses)[number]

export function encodeHello(hello: Omit<Hello, 'version'>): Buffer {
  const flags = (hello.hasSecret ? hasSecretFlag : 0) | (hello.encrypt ? encryptFlag : 0)
  const preface = Buffer.alloc(prefaceBytes)
  magic.copy(preface)
  preface.writeUInt16BE(protocolVersion, magic.length)
  preface[magic.length + 2] = helloStatuses.indexOf(hello.status)
  preface[magic.length + 3] = flags
  return hello.status === 'ok' ? Buffer.concat([preface, hello.nonce, hello.publicKey]) : preface
}

/** Reads a hello from bytes that may be incomplete: undefined until all of it is there, a reason as soon as it cannot be one. */
export function decodeHello(bytes: Buffer): { hello: Hello; used: number } | { refuse: RefusalReason } | undefined {
  const seen = Math.min(bytes.length, magic.length)
  if (!bytes.subarray(0, seen).equals(magic.subarray(0, seen))) return { refuse: whatElse(bytes) }
  if (bytes.length < prefaceBytes) return undefined
  const version = bytes.readUInt16BE(magic.length)
  const status = helloStatuses[bytes[magic.length + 2] as number] ?? 'version'
  const flags = bytes[magic.length + 3] as number
  const facts = { version, status, hasSecret: (flags & hasSecretFlag) !== 0, encrypt: (flags & encryptFlag) !== 0 }
  if (version !== protocolVersion || status !== 'ok') {
    return { hello: { ...facts, nonce: Buffer.alloc(0), publicKey: Buffer.alloc(0) }, used: prefaceBytes }
  }
  if (bytes.length < helloBytes) return undefined
  const nonce = Buffer.from(bytes.subarray(prefaceBytes, prefaceBytes + nonceBytes))
  const publicKey = Buffer.from(bytes.subarray(prefaceBytes + nonceBytes, helloBytes))
  return { hello: { ...facts, nonce, publicKey }, used: helloBytes }
}

const httpWords = /^(GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PRI|HTTP)[ /]/

/** Names the protocol of a stranger by its first bytes, so that the log line says what to look for. */
function whatElse(bytes: Buffer): RefusalReason {
  if (httpWords.test(bytes.toString('latin1', 0, 16))) return 'http'
  if (bytes[0] === 0x16 && (bytes.length < 2 || bytes[1] === 0x03)) return 'tls'
  return 'not-firesteel'
}
