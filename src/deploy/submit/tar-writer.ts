/** An entry of an archive: a file with its bytes, or a link. */
export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly isExecutable: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

const blockBytes = 512

/**
 * A tar archive (POSIX ustar; pax records for names that are longer than its fields) that is the same wherever and whenever it is made: owner,
 * times and all of the mode but "executable" are left out. Entries come in the order given.
 */
export function* tarPieces(entries: Iterable<TarEntry>): Generator<Uint8Array> {
  for (const entry of entries) {
    const records = paxRecords(entry)
    if (records !== undefined) {
      yield header({ path: 'pax', type: 'x', size: records.length, mode: 0o644 })
      yield* padded(records)
    }
    const path = fits(entry.path) ? entry.path : 'long'
    if (entry.kind === 'link') {
      yield header({ path, type: '2', size: 0, mode: 0o777, target: fits(entry.target) ? entry.target : 'long' })
      continue
    }
    yield header({ path, type: '0', size: entry.bytes.length, mode: entry.isExecutable ? 0o755 : 0o644 })
    yield* padded(entry.bytes)
  }
  yield new Uint8Array(2 * blockBytes)
}

const fits = (name: string): boolean => Buffer.byteLength(name) <= 100

function paxRecords(entry: TarEntry): Buffer | undefined {
  const records: string[] = []
  if (!fits(entry.path)) records.push(paxRecord('path', entry.path))
  if (entry.kind === 'link' && !fits(entry.target)) records.push(paxRecord('linkpath', entry.target))
  return records.length === 0 ? undefined : Buffer.from(records.join(''))
}

/** `<length> <key>=<value>\n`; the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes
  while (String(length).length + bytes !== length) length = String(length).length + bytes
  return `${length}${rest}`
}

interface HeaderFields {
  readonly path: string
  readonly type: '0' | '2' | 'x'
  readonly size: number
  readonly mode: number
  readonly target?: string
}

function header({ path, type, size, mode, target = '' }: HeaderFields): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  block.write(path, 0)
  octal(mode, 100, 8)
  octal(0, 108, 8) // owner
  octal(0, 116, 8) // group
  octal(size, 124, 12)
  octal(0, 136, 12) // time
  block.fill(' ', 148, 156)
  block.write(type, 156, 'latin1')
  block.write(target, 157)
  block.write('ustar\x0000', 257, 'latin1')
  octal(0, 329, 8)
  octal(0, 337, 8)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return block
}

function* padded(bytes: Uint8Array): Generator<Uint8Array> {
  if (bytes.length > 0) yield bytes
  const rest = bytes.length % blockBytes
  if (rest > 0) yield new Uint8Array(blockBytes - rest)
}
