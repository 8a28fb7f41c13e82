import { closeSync, existsSync, lstatSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { FiresteelError } from '../../common/errors/index.js'
import { type ByteSource, FileByteSource } from '../byte-source.js'
import { decodedSource } from '../codec/decoded-source.js'
import type { ReadableFile } from '../file-system.js'
import { locate } from '../file-systems.js'
import type { ArchiveEntry } from './archive-entry.js'
import { readTar } from './tar-reader.js'
import { readZip } from './zip-reader.js'

const suffixes = ['.tar.gz', '.tgz', '.tar.bz2', '.tbz2', '.tar.zst', '.tar', '.zip', '.jar'] as const

/** Whether the end of a name says that `unpackArchive` can do something with it. */
export function isArchive(name: string): boolean {
  return suffixes.some((suffix) => name.toLowerCase().endsWith(suffix))
}

export interface UnpackOptions {
  /** Whose end tells the kind; default the path itself. */
  readonly name?: string
  /** Leading folders of each name to leave out; default 0. */
  readonly strip?: number
}

/**
 * Unpacks a .tar (.gz, .bz2, .zst) or .zip file into an existing folder. A generator, so that one who must not be busy for long can pause
 * between steps. Nothing is ever written outside of the folder.
 * @throws FS_IO_ARCHIVE for another kind, and for entries that would lie or point outside; FS_IO_CORRUPT
 */
export function* unpackArchive(path: string, folder: string, options: UnpackOptions = {}): Generator<void> {
  const { name = path, strip = 0 } = options
  if (!isArchive(name)) {
    throw new FiresteelError('FS_IO_ARCHIVE', { path, reason: `it is none of ${suffixes.join(', ')}` })
  }
  const location = locate(path)
  const file = location.fileSystem.openSync(location.path)
  try {
    for (const entry of entriesOf(file, name.toLowerCase())) {
      const inside = entry.name.split('/').filter((part) => part !== '' && part !== '.')
      if (isOutside(entry.name, inside)) throw refused(path, `'${entry.name}' would lie outside of its folder`)
      const parts = inside.slice(strip)
      if (parts.length > 0) yield* write(entry, { path, folder, parts })
      yield
    }
  } finally {
    file.closeSync()
  }
}

function entriesOf(file: ReadableFile, name: string): Generator<ArchiveEntry> {
  if (name.endsWith('.zip') || name.endsWith('.jar')) return readZip(file)
  return readTar(decompressed(new FileByteSource(file, 0), name, file.path), file.path)
}

function decompressed(source: ByteSource, name: string, path: string): ByteSource {
  if (name.endsWith('gz')) return decodedSource(source, 'gzip', path)
  if (name.endsWith('bz2')) return decodedSource(source, 'bzip2', path)
  return name.endsWith('zst') ? decodedSource(source, 'zstd', path) : source
}

const isOutside = (name: string, parts: readonly string[]): boolean =>
  name.startsWith('/') || parts.some((part) => part === '..' || part.includes('\\') || /^[A-Za-z]:$/.test(part))

interface Place {
  readonly path: string
  readonly folder: string
  readonly parts: readonly string[]
}

function* write(entry: ArchiveEntry, place: Place): Generator<void> {
  const target = join(place.folder, ...place.parts)
  if (entry.kind === 'directory') {
    makeFolder(place, place.parts.length)
    return
  }
  makeFolder(place, place.parts.length - 1)
  if (existsSync(target)) throw refused(place.path, `it has '${entry.name}' twice`)
  if (entry.kind === 'link') {
    link(entry, place, target)
    return
  }
  const file = openSync(target, 'wx', entry.mode | 0o600)
  try {
    for (const piece of entry.pieces()) {
      for (let at = 0; at < piece.byteLength; ) at += writeSync(file, piece, at)
      yield
    }
  } finally {
    closeSync(file)
  }
}

/** Makes the folders of an entry, none of which may be a link that leads away. */
function makeFolder({ path, folder, parts }: Place, depth: number): void {
  let at = folder
  for (const part of parts.slice(0, depth)) {
    at = join(at, part)
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) throw refused(path, `'${part}' is a link`)
    mkdirSync(at, { recursive: true })
  }
}

function link(entry: ArchiveEntry, place: Place, at: string): void {
  const target = entry.target ?? ''
  const resolved = posix.normalize(posix.join(posix.dirname(place.parts.join('/')), target))
  if (target.startsWith('/') || resolved === '..' || resolved.startsWith('../')) {
    throw refused(place.path, `the link '${entry.name}' points outside of its folder`)
  }
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(target, at)
}

function refused(path: string, reason: string): FiresteelError {
  return new FiresteelError('FS_IO_ARCHIVE', { path, reason })
}
