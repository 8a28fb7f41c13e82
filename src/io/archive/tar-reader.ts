import { FiresteelError } from '../../common/errors/index.js'
import type { ByteSource } from '../byte-source.js'
import type { ArchiveEntry } from './archive-entry.js'

const blockBytes = 512
const pieceBytes = 65_536

/** Fields of a header, by their place (POSIX ustar, with GNU's long names and pax records before an entry). */
interface Header {
  readonly name: string
  readonly mode: number
  readonly size: number
  readonly type: string
  readonly target: string
}

/** What pax records and GNU's extra entries say of the entry that follows. */
interface Overrides {
  path?: string
  linkpath?: string
  size?: string
}

/**
 * The files, directories and symbolic links of a tar file; other kinds of entries are skipped.
 * @throws FS_IO_CORRUPT, FS_IO_ARCHIVE for hard links, which name another entry
 */
export function* readTar(source: ByteSource, path: string): Generator<ArchiveEntry> {
  const input = new TarInput(source, path)
  let overrides: Overrides = {}
  for (let block = input.header(); block !== undefined; block = input.header()) {
    const header = parseHeader(block, input)
    const size = overrides.size === undefined ? header.size : Number(overrides.size)
    switch (header.type) {
      case 'x':
        overrides = { ...overrides, ...paxRecords(input.text(size)) }
        continue
      case 'L':
        overrides = { ...overrides, path: input.text(size).replace(/\0.*$/s, '') }
        continue
      case 'K':
        overrides = { ...overrides, linkpath: input.text(size).replace(/\0.*$/s, '') }
        continue
      default:
    }
    const name = overrides.path ?? header.name
    const target = overrides.linkpath ?? header.target
    overrides = {}
    const kind = kindOf(header.type, name)
    if (header.type === '1') throw new FiresteelError('FS_IO_ARCHIVE', { path, reason: `'${name}' is a hard link` })
    if (kind !== undefined) {
      yield { name, kind, mode: header.mode & 0o777, target, pieces: () => input.pieces(kind === 'file' ? size : 0) }
      if (kind === 'file') input.skipPieces()
      else input.skip(size)
    } else input.skip(size)
    input.align()
  }
}

function kindOf(type: string, name: string): ArchiveEntry['kind'] | undefined {
  if (type === '5') return 'directory'
  if (type === '2') return 'link'
  if (type !== '0' && type !== '\0' && type !== '7') return undefined
  return name.endsWith('/') ? 'directory' : 'file'
}

class TarInput {
  readonly #source: ByteSource
  readonly #path: string
  readonly #window = Buffer.alloc(pieceBytes)
  #offset = 0
  #left = 0

  constructor(source: ByteSource, path: string) {
    this.#source = source
    this.#path = path
  }

  /** The next header; undefined at the end: a block of zeros, or the end of the file. */
  header(): Buffer | undefined {
    const block = Buffer.alloc(blockBytes)
    const count = this.#read(block, blockBytes)
    if (count === 0 || block.every((byte) => byte === 0)) return undefined
    if (count < blockBytes) throw this.corrupt('it ends in the middle of an entry')
    return block
  }

  text(size: number): string {
    if (size > 1 << 20) throw this.corrupt('a name is longer than a megabyte')
    const bytes = Buffer.alloc(size)
    if (this.#read(bytes, size) < size) throw this.corrupt('it ends in the middle of an entry')
    this.align()
    return bytes.toString('utf8')
  }

  *pieces(size: number): Generator<Uint8Array> {
    this.#left = size
    while (this.#left > 0) {
      const count = this.#read(this.#window, Math.min(this.#left, pieceBytes))
      if (count === 0) throw this.corrupt('it ends in the middle of a file')
      this.#left -= count
      yield this.#window.subarray(0, count)
    }
  }

  /** What of the last file nobody wanted. */
  skipPieces(): void {
    this.skip(this.#left)
    this.#left = 0
  }

  skip(size: number): void {
    for (let left = size; left > 0; ) {
      const count = this.#read(this.#window, Math.min(left, pieceBytes))
      if (count === 0) throw this.corrupt('it ends in the middle of an entry')
      left -= count
    }
  }

  align(): void {
    this.skip((blockBytes - (this.#offset % blockBytes)) % blockBytes)
  }

  corrupt(reason: string): FiresteelError {
    return new FiresteelError('FS_IO_CORRUPT', { path: this.#path, offset: this.#offset, reason })
  }

  #read(target: Buffer, length: number): number {
    let at = 0
    while (at < length) {
      const count = this.#source.read(target, at, length - at)
      if (count === 0) break
      at += count
    }
    this.#offset += at
    return at
  }
}

function parseHeader(block: Buffer, input: TarInput): Header {
  const text = (start: number, length: number): string => {
    const field = block.subarray(start, start + length)
    const end = field.indexOf(0)
    return field.toString('utf8', 0, end < 0 ? length : end)
  }
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0)
  if (sum !== numberAt(block, 148, 8)) throw input.corrupt('it is no tar file, or an entry is damaged')
  const isUstar = text(257, 5) === 'ustar'
  const prefix = isUstar && block[262] === 0 ? text(345, 155) : ''
  const name = prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`
  return {
    name,
    mode: numberAt(block, 100, 8),
    size: numberAt(block, 124, 12),
    type: String.fromCharCode(block[156] as number),
    target: text(157, 100),
  }
}

/** Octal digits, or GNU's binary form for sizes of 8 GiB and more. */
function numberAt(block: Buffer, start: number, length: number): number {
  if (((block[start] as number) & 0x80) !== 0) return Number(block.readBigUInt64BE(start + length - 8))
  return Number.parseInt(block.toString('latin1', start, start + length).replace(/[\0 ]+/g, ''), 8) || 0
}

/** `<length> <key>=<value>\n`, one after another; lengths are in bytes. */
function paxRecords(text: string): Overrides {
  const bytes = Buffer.from(text)
  const found: Record<string, string> = {}
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at)
    const length = Number(bytes.toString('latin1', at, space))
    if (space < 0 || !(length > 0)) break
    const [, key, value] = /^([^=]*)=(.*)\n$/s.exec(bytes.toString('utf8', space + 1, at + length)) ?? []
    if (key !== undefined && value !== undefined) found[key] = value
    at += length
  }
  return found
}
