import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { extraListeners } from './extra-listeners.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-listeners-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a module by path gives a listener', async () => {
  writeFileSync(join(folder, 'own.mjs'), 'export default class { onJobEnd() { return 7 } }')
  const [listener] = await extraListeners(['./own.mjs'], folder)
  expect(listener?.onJobEnd?.({} as never)).toBe(7)
})

test('what is missing or is no class is refused by name', async () => {
  writeFileSync(join(folder, 'other.mjs'), 'export const listener = {}')
  await expect(extraListeners(['other.mjs'], folder)).rejects.toThrow(/'other\.mjs'.*no class as its default export/)
  await expect(extraListeners(['no-such-package'], folder)).rejects.toMatchObject({ code: 'FS_CONTEXT_LISTENER' })
})
