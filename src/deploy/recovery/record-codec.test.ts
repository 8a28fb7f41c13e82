import { describe, expect, test } from 'vitest'
import { compressionCodec } from '../../serializer/index.js'
import { RecordCipher } from './record-cipher.js'
import { decodeRecord, encodeRecord } from './record-codec.js'
import { recordName } from './record-name.js'

const record = { kind: 'driver', id: 'd-1', description: { env: { TOKEN: 'hush' }, text: 'é'.repeat(500) } }
const name = recordName(record.kind, record.id)
const codec = compressionCodec('none')

describe('a record at rest', () => {
  test.each(['none', 'lz4', 'snappy', 'deflate'])('comes back the same with codec %s', (codecName) => {
    const bytes = encodeRecord(record, { codec: compressionCodec(codecName) })
    expect(decodeRecord(bytes, name)).toEqual(record)
    if (codecName !== 'none') expect(bytes.length).toBeLessThan(500)
  })

  test('is refused when any byte is changed or the end is missing', () => {
    const bytes = encodeRecord(record, { codec })
    const headerEnd = bytes.indexOf('\n')
    for (let at = headerEnd + 1; at < bytes.length; at += 97) {
      const changed = Buffer.from(bytes)
      changed[at] = changed[at]! ^ 1
      expect(() => decodeRecord(changed, name)).toThrow()
    }
    for (let length = 0; length < bytes.length; length += 31) {
      expect(() => decodeRecord(bytes.subarray(0, length), name)).toThrow()
    }
  })

  test('is refused under the name of another', () => {
    expect(() => decodeRecord(encodeRecord(record, { codec }), recordName('driver', 'd-2'))).toThrow('driver d-1')
  })

  test("of strangers is refused, also Java's objects and hostile headers", () => {
    const lines = [
      '',
      'null',
      '{}',
      '{"codec":"none","length":-1,"sha256":"x"}',
      '{"codec":"none","length":1e99,"sha256":"x"}',
    ]
    const strangers = [Buffer.from([0xac, 0xed, 0, 5]), Buffer.from('{"kind":"driver"}'), Buffer.alloc(5_000)].concat(
      lines.map((line) => Buffer.from(`firesteel-record 1 ${line}\nbody`)),
    )
    for (const bytes of strangers) expect(() => decodeRecord(bytes, name)).toThrow('does not begin')
  })
})

describe('an encrypted record', () => {
  test('shows nothing of its content and is read under the same secret only', async () => {
    const cipher = await RecordCipher.fromSecret('s3cret')
    const bytes = encodeRecord(record, { codec, cipher })
    expect(bytes.toString('latin1')).not.toContain('hush')
    expect(decodeRecord(bytes, name, await RecordCipher.fromSecret('s3cret'))).toEqual(record)
    expect(() => decodeRecord(bytes, name)).toThrow('no secret')
    const other = await RecordCipher.fromSecret('other')
    expect(() => decodeRecord(bytes, name, other)).toThrow('another secret')
  })

  test('cannot be put in the place of another', async () => {
    const cipher = await RecordCipher.fromSecret('s3cret')
    expect(() => decodeRecord(encodeRecord(record, { codec, cipher }), recordName('driver', 'd-2'), cipher)).toThrow()
  })

  test('never looks the same twice', async () => {
    const cipher = await RecordCipher.fromSecret('s3cret')
    const once = encodeRecord(record, { codec, cipher })
    expect(encodeRecord(record, { codec, cipher }).equals(once)).toBe(false)
  })
})
