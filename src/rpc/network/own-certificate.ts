import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/**
 * A key and a self-signed certificate, both PEM, for an application that is given none. X.509 in DER by hand, since Node can read
 * certificates but not make them (RFC 5280 for the fields, RFC 8410 for Ed25519).
 */
export function ownCertificate(commonName: string, now: Date): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const ed25519 = sequence(objectId('2b6570'))
  const name = sequence(tagged(tags.set, sequence(objectId('550403'), tagged(tags.utf8, Buffer.from(commonName)))))
  const authority = sequence(
    objectId('551d13'),
    tagged(tags.octets, sequence(tagged(tags.boolean, Buffer.from([0xff])))),
  )
  const body = sequence(
    tagged(tags.version, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ed25519,
    name,
    sequence(time(now.getTime() - daysMs), time(now.getTime() + validDays * daysMs)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(tags.extensions, sequence(authority)),
  )
  const signature = tagged(tags.bits, Buffer.concat([Buffer.from([0]), sign(null, body, privateKey)]))
  const text = sequence(body, ed25519, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  }
}

const daysMs = 86_400_000
/** Longer than any application runs. */
const validDays = 3650

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  objectId: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
} as const

const tagged = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag]), length(content), content])
const sequence = (...parts: Buffer[]): Buffer => tagged(tags.sequence, Buffer.concat(parts))
const objectId = (hex: string): Buffer => tagged(tags.objectId, Buffer.from(hex, 'hex'))
const integer = (bytes: Buffer): Buffer => tagged(tags.integer, bytes)

/** `261123213400Z`; RFC 5280 wants this short form until 2049. */
function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tagged(tags.utcTime, Buffer.from(`${text}Z`))
}

function length(content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.from([content.length])
  const bytes = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}
