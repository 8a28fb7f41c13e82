import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { importFrom } from './modules.js'

const here = fileURLToPath(new URL('.', import.meta.url))

test('imports packages as a module in the folder would, in the ways that vite writes them too', async () => {
  const acorn = (await import('acorn')) as object
  expect(await importFrom('acorn', here)).toHaveProperty('parse')
  expect(await importFrom('/node_modules/acorn/dist/acorn.mjs', here)).toHaveProperty('parse')
  const file = fileURLToPath(import.meta.resolve('acorn'))
  expect(Object.keys(await importFrom(`/@fs${file.replace(/^\/?/, '/')}`, here))).toEqual(Object.keys(acorn))
  await expect(importFrom('no-such-package', here)).rejects.toThrow('[FS_CLOSURE_MODULE_MISSING]')
})
