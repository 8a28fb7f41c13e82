import { createHash } from 'node:crypto'
import { type CompressionCodec, compressionCodec } from '../../serializer/index.js'
import type { RecordCipher } from './record-cipher.js'
import { recordName } from './record-name.js'
import type { RecoveryRecord } from './recovery-mode.js'

/*
 * A record at rest is a line of text that says how to read it, and then its JSON: as it is, compressed, or encrypted. The checksum is over
 * the rest as stored, so that a file cut short or a node of a stranger is told apart before anything is made of it.
 */

interface Header {
  readonly codec: string
  /** Length of the JSON, in bytes. */
  readonly length: number
  readonly sha256: string
  /** Id of the key, when encrypted. */
  readonly key?: string
}

export interface RecordFormat {
  readonly codec: CompressionCodec
  /** JSON of fewer bytes is left as it is; 0 unless set. */
  readonly compressFrom?: number
  readonly cipher?: RecordCipher
}

const magic = 'firesteel-record 1 '
const maxHeaderLength = 1_000
/** A length in a header is only believed up to here. */
const maxJsonLength = 256 * 2 ** 20

export function encodeRecord(
  record: RecoveryRecord,
  { codec: wanted, compressFrom = 0, cipher }: RecordFormat,
): Buffer {
  const json = Buffer.from(JSON.stringify(record))
  const codec = json.length < compressFrom ? compressionCodec('none') : wanted
  const compressed = codec.compress(json)
  const body = cipher === undefined ? compressed : cipher.encrypt(compressed, recordName(record.kind, record.id))
  const header: Header = {
    codec: codec.name,
    length: json.length,
    sha256: createHash('sha256').update(body).digest('hex'),
    ...(cipher === undefined ? {} : { key: cipher.keyId }),
  }
  return Buffer.concat([Buffer.from(`${magic}${JSON.stringify(header)}\n`), body])
}

/**
 * @param name - the file or node that it was read from: no record is taken in the place of another
 * @throws an Error that says what is wrong with the bytes
 */
export function decodeRecord(bytes: Buffer, name: string, cipher?: RecordCipher): RecoveryRecord {
  const end = bytes.subarray(0, maxHeaderLength).indexOf('\n')
  const header = end < 0 ? undefined : readHeader(bytes.toString('utf8', 0, end))
  if (header === undefined) throw new Error('it does not begin as a record does')
  const body = bytes.subarray(end + 1)
  if (createHash('sha256').update(body).digest('hex') !== header.sha256) throw new Error('its checksum does not match')
  const compressed = header.key === undefined ? body : decrypt(body, { name, keyId: header.key, cipher })
  const json = compressionCodec(header.codec).decompress(compressed, header.length)
  const record: unknown = JSON.parse(Buffer.from(json).toString('utf8'))
  if (!isRecord(record)) throw new Error('it has no kind and id')
  if (recordName(record.kind, record.id) !== name) throw new Error(`it is the record of ${record.kind} ${record.id}`)
  return record
}

function decrypt(
  body: Buffer,
  { name, keyId, cipher }: { name: string; keyId: string; cipher: RecordCipher | undefined },
): Buffer {
  if (cipher === undefined) throw new Error('it is encrypted, and this master has no secret')
  if (cipher.keyId !== keyId) throw new Error('it is encrypted under another secret')
  return cipher.decrypt(body, name)
}

function readHeader(line: string): Header | undefined {
  if (!line.startsWith(magic)) return undefined
  try {
    const header = JSON.parse(line.slice(magic.length)) as Partial<Header> | null
    const isWhole =
      typeof header?.codec === 'string' &&
      typeof header.sha256 === 'string' &&
      Number.isInteger(header.length) &&
      header.length! >= 0 &&
      header.length! <= maxJsonLength &&
      (header.key === undefined || typeof header.key === 'string')
    return isWhole ? (header as Header) : undefined
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is RecoveryRecord {
  const record = value as Partial<RecoveryRecord> | null
  return typeof record === 'object' && typeof record?.kind === 'string' && typeof record.id === 'string'
}
