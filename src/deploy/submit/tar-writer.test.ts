import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unpackArchive } from '../../io/index.js'
import { type TarEntry, tarPieces } from './tar-writer.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const bytesOf = (entries: readonly TarEntry[]): Buffer => Buffer.concat([...tarPieces(entries)])
const file = (path: string, text: string, isExecutable = false): TarEntry => ({
  kind: 'file',
  path,
  isExecutable,
  bytes: Buffer.from(text),
})

function unpack(bytes: Buffer): string {
  const [archive, target] = [join(folder, 'a.tar'), join(folder, 'out')]
  writeFileSync(archive, bytes)
  mkdirSync(target)
  for (const _ of unpackArchive(archive, target));
  return target
}

test('what is written is read: sizes around a block, modes, links, names longer than the fields of a header', () => {
  const long = `${'deep/'.repeat(40)}ümlaut-${'n'.repeat(120)}.js`
  const texts = ['', 'x', 'x'.repeat(511), 'x'.repeat(512), 'x'.repeat(513)]
  const target = unpack(
    bytesOf([
      ...texts.map((text, at) => file(`sizes/${at}`, text)),
      file('bin/run', '#!/bin/sh', true),
      file(long, 'far down'),
      { kind: 'link', path: 'link', target: 'bin/run' },
      { kind: 'link', path: 'far', target: long },
    ]),
  )
  expect(texts.map((_, at) => readFileSync(join(target, `sizes/${at}`), 'utf8'))).toEqual(texts)
  expect(statSync(join(target, 'bin/run')).mode & 0o111).not.toBe(0)
  expect(statSync(join(target, 'sizes/0')).mode & 0o111).toBe(0)
  expect(readFileSync(join(target, long), 'utf8')).toBe('far down')
  expect(lstatSync(join(target, 'link')).isSymbolicLink()).toBe(true)
  expect(readlinkSync(join(target, 'far'))).toBe(long)
})

test('equal entries give equal bytes, of which tar itself can make sense', () => {
  const entries = [file('a', 'one'), file('b/c', 'two')]
  const bytes = bytesOf(entries)
  expect(bytes).toEqual(bytesOf(entries))
  expect(bytes.length % 512).toBe(0)
  // Time, owner and group are zeros; the name of the format is where POSIX puts it.
  expect(bytes.toString('latin1', 108, 124)).toBe('0000000\x000000000\x00')
  expect(bytes.toString('latin1', 136, 148)).toBe('00000000000\0')
  expect(bytes.toString('latin1', 257, 265)).toBe('ustar\x0000')
})
