import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findApplication } from './application.js'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a package and returns its folder. */
function packageOf(name: string, manifest: object, files: readonly string[]): string {
  const root = join(folder, name)
  mkdirSync(join(root, 'src'), { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  for (const file of files) writeFileSync(join(root, file), '')
  return root
}

test('knows TypeScript and JavaScript by the suffix', () => {
  const root = packageOf('files', {}, ['a.ts', 'b.mts', 'c.js', 'd.mjs', 'e.py'])
  const languageOf = (file: string) => findApplication(join(root, file)).language
  expect(['a.ts', 'b.mts', 'c.js', 'd.mjs'].map(languageOf)).toEqual([
    'typescript',
    'typescript',
    'javascript',
    'javascript',
  ])
  expect(() => languageOf('e.py')).toThrow("files of kind '.py' are not known")
})

test('finds the entry of a package by exports, main, or a usual name', () => {
  const entryOf = (root: string) => findApplication(root).entry.slice(root.length + 1)
  const both = packageOf('both', { main: 'b.js', exports: { '.': { types: './t.d.ts', import: './a.js' } } }, [
    'a.js',
    'b.js',
  ])
  expect(entryOf(both)).toBe('a.js')
  expect(entryOf(packageOf('bare', { exports: './a.mjs' }, ['a.mjs']))).toBe('a.mjs')
  expect(entryOf(packageOf('main', { main: 'src/b.ts' }, ['src/b.ts']))).toBe(join('src', 'b.ts'))
  expect(entryOf(packageOf('usual', {}, ['index.js', 'index.ts']))).toBe('index.ts')
})

test('says why there is nothing to run', () => {
  expect(() => findApplication(join(folder, 'absent.ts'))).toThrow('there is no such file or folder')
  expect(() => findApplication('https://host/app.ts')).toThrow('it is not on this machine')
  expect(() => findApplication(folder)).toThrow('the folder has no package.json')
  expect(() => findApplication(packageOf('gone', { main: 'x.js' }, []))).toThrow('it has no x.js')
  expect(() => findApplication(packageOf('empty', {}, []))).toThrow('its package.json names no entry')
})
