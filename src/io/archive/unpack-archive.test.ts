import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unpackArchive } from './unpack-archive.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
  mkdirSync(join(folder, 'out'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Member {
  readonly name: string
  readonly text?: string
  readonly type?: string
  readonly target?: string
  readonly mode?: number
}

function tarHeader({ name, text = '', type = '0', target = '', mode = 0o644 }: Member): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0)
  block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100)
  block.write(`${Buffer.byteLength(text).toString(8).padStart(11, '0')}\0`, 124)
  block.write(type, 156)
  block.write(target, 157)
  block.write('ustar\x0000', 257)
  block.fill(' ', 148, 156)
  block.write(
    `${block
      .reduce((a, b) => a + b, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  return block
}

function tar(...members: readonly Member[]): Buffer {
  const parts = members.flatMap((member) => {
    const body = Buffer.from(member.text ?? '')
    return [tarHeader(member), body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

function zip(...members: readonly (Member & { readonly flags?: number })[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text = '', flags = 0, mode } of members) {
    const body = deflateRawSync(text)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central[5] = 3
    central.writeUInt16LE(flags, 8)
    central.writeUInt16LE(8, 10)
    central.writeUInt32LE(crc32(text), 16)
    central.writeUInt32LE(body.length, 20)
    central.writeUInt32LE(Buffer.byteLength(text), 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt32LE(((mode ?? 0o644) | 0o100000) * 65536, 38)
    central.writeUInt32LE(offset, 42)
    locals.push(local, Buffer.from(name), body)
    directory.push(central, Buffer.from(name))
    offset += 30 + name.length + body.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(members.length, 10)
  end.writeUInt32LE(Buffer.concat(directory).length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, ...directory, end])
}

function unpack(name: string, bytes: Uint8Array, strip = 0): (inside: string) => string {
  writeFileSync(join(folder, name), bytes)
  for (const _ of unpackArchive(join(folder, name), join(folder, 'out'), { strip }));
  return (inside) => readFileSync(join(folder, 'out', inside), 'utf8')
}

describe('a tar file', () => {
  test('gives its files, folders and links, compressed or not', () => {
    const bytes = tar(
      { name: 'd/', type: '5' },
      { name: 'd/a.txt', text: 'alpha' },
      { name: 'run', text: '#!', mode: 0o755 },
      { name: 'd/l', type: '2', target: '../run' },
    )
    const read = unpack('x.tgz', gzipSync(bytes))
    expect([read('d/a.txt'), read('run'), read('d/l')]).toEqual(['alpha', '#!', '#!'])
    expect(readlinkSync(join(folder, 'out/d/l'))).toBe('../run')
    expect(statSync(join(folder, 'out/run')).mode & 0o777).toBe(0o755)
  })

  test('may have names and contents of any length', () => {
    const long = `${'n'.repeat(90)}/${'m'.repeat(90)}.txt`
    const text = 'x'.repeat(200_000)
    const record = `path=${long}\n`
    const pax = `${record.length + 4} ${record}`
    const read = unpack('x.tar', tar({ name: 'pax', type: 'x', text: pax }, { name: 'short', text }))
    expect(read(long)).toBe(text)
    const other = unpack('y.tar', tar({ name: 'L', type: 'L', text: `${long}2\0` }, { name: 'short', text: 'gnu' }))
    expect(other(`${long}2`)).toBe('gnu')
  })

  test.skipIf(process.platform === 'win32')('made by tar itself is read', () => {
    mkdirSync(join(folder, 'in/deep'), { recursive: true })
    writeFileSync(join(folder, 'in/deep/file'), 'made by tar')
    execFileSync('tar', ['czf', join(folder, 'made.tar.gz'), '-C', join(folder, 'in'), '.'])
    const read = unpack('made.tar.gz', readFileSync(join(folder, 'made.tar.gz')))
    expect(read('deep/file')).toBe('made by tar')
  })

  test('loses leading folders when asked to', () => {
    expect(unpack('x.tar', tar({ name: 'package/lib/a.js', text: 'js' }), 1)('lib/a.js')).toBe('js')
  })

  test('never writes outside of its folder', () => {
    for (const name of ['../evil', '/evil', 'a/../../evil']) {
      expect(() => unpack('x.tar', tar({ name, text: 'x' }))).toThrow('would lie outside of its folder')
    }
    expect(() => unpack('x.tar', tar({ name: 'l', type: '2', target: '../..' }))).toThrow('points outside')
    expect(() => unpack('x.tar', tar({ name: 'k', type: '2', target: '.' }, { name: 'k/f', text: 'x' }))).toThrow(
      "'k' is a link",
    )
    expect(() => unpack('x.tar', tar({ name: 'h', type: '1', target: 'x' }))).toThrow('is a hard link')
  })

  test('that is damaged or cut off says so', () => {
    const bytes = tar({ name: 'a', text: 'x'.repeat(5000) })
    expect(() => unpack('x.tar', bytes.subarray(0, 2000))).toThrow('FS_IO_CORRUPT')
    expect(() => unpack('y.tar', Buffer.alloc(1024, 7))).toThrow('no tar file')
    expect(() => unpack('z.tgz', gzipSync(bytes).subarray(0, 60))).toThrow('FS_IO_CORRUPT')
  })
})

describe('a zip file', () => {
  test('gives its files', () => {
    const read = unpack('x.zip', zip({ name: 'd/a.txt', text: 'alpha' }, { name: 'run', text: '#!', mode: 0o755 }))
    expect([read('d/a.txt'), read('run')]).toEqual(['alpha', '#!'])
    expect(statSync(join(folder, 'out/run')).mode & 0o777).toBe(0o755)
  })

  test('that is damaged, encrypted or leads outside is refused', () => {
    const bytes = zip({ name: 'a', text: 'hello world, hello world' })
    const damaged = Buffer.from(bytes)
    damaged[33] = (damaged[33] as number) ^ 0xff
    expect(() => unpack('x.zip', damaged)).toThrow('FS_IO_CORRUPT')
    expect(() => unpack('y.zip', bytes.subarray(0, bytes.length - 5))).toThrow('FS_IO_CORRUPT')
    expect(() => unpack('z.zip', zip({ name: 's', text: 'x', flags: 1 }))).toThrow('is encrypted')
    expect(() => unpack('w.zip', zip({ name: '../evil', text: 'x' }))).toThrow('would lie outside')
  })
})

test('another kind of file is refused by name', () => {
  expect(() => unpack('x.rar', Buffer.from('x'))).toThrow('it is none of .tar.gz')
})
