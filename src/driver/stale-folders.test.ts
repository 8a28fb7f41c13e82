import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderName, ownerFile, sweepStaleFolders, thisProcess } from './stale-folders.js'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
})
afterEach(() => rmSync(base, { recursive: true }))

function folder(owner: object | undefined, name = folderName()): string {
  mkdirSync(join(base, name))
  if (owner !== undefined) writeFileSync(join(base, name, ownerFile), JSON.stringify(owner))
  return name
}

test('removes the folders of a process that is gone', async () => {
  const name = folder(thisProcess())
  writeFileSync(join(base, name, 'shuffle.data'), 'x')
  expect(await sweepStaleFolders([base, base], () => false)).toEqual([join(base, name)])
  expect(readdirSync(base)).toEqual([])
})

test('leaves those of running processes', async () => {
  const name = folder(thisProcess())
  expect(await sweepStaleFolders([base])).toEqual([])
  expect(readdirSync(base)).toEqual([name])
})

test('leaves what another machine, another container or nobody owns, and what has another name', async () => {
  folder({ ...thisProcess(), host: 'elsewhere' })
  folder({ ...thisProcess(), pidNamespace: 'pid:[1]' })
  folder(undefined)
  folder(thisProcess(), 'firesteel-1000')
  folder(thisProcess(), `other-${process.pid}`)
  expect(await sweepStaleFolders([base, join(base, 'absent')], () => false)).toEqual([])
  expect(readdirSync(base)).toHaveLength(5)
})
