import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fileName, safeName, WorkFolder } from './work-folder.js'

test('ids and names that would lead elsewhere are refused', () => {
  for (const name of ['..', '.', '', '.hidden', 'a/b', 'a\\b', '/etc', 'a\0b', 'x'.repeat(300)]) {
    expect(() => safeName(name), name).toThrow('cannot be the name')
  }
  for (const name of ['..', '.', '', 'a/b', 'a\\b', '/etc', 'a\0b', 'ü'.repeat(200)]) {
    expect(() => fileName(name), name).toThrow('cannot be the name')
  }
  expect(['app-20261128112324-0007', 'driver-1', 'My_App@2'].map(safeName)).toHaveLength(3)
  expect(['.env', 'größe.txt', 'my file (1).csv'].map(fileName)).toHaveLength(3)
})

test('a folder that is reached through a link is not ours', () => {
  const base = mkdtempSync(join(tmpdir(), 'firesteel-work-'))
  try {
    const work = new WorkFolder(join(base, 'work'))
    mkdirSync(join(base, 'elsewhere/0'), { recursive: true })
    mkdirSync(work.executor('app-1', '0'), { recursive: true })
    symlinkSync(join(base, 'elsewhere'), work.application('app-2'))
    expect(work.isOwn(work.executor('app-1', '0'))).toBe(true)
    expect(work.isOwn(work.executor('app-2', '0'))).toBe(false)
    expect(work.isOwn(work.executor('app-3', '0'))).toBe(false)
  } finally {
    rmSync(base, { recursive: true })
  }
})

test('a folder that cannot be used is named', () => {
  expect(() => new WorkFolder('/dev/null/work')).toThrow('the worker cannot use the folder /dev/null/work')
})
