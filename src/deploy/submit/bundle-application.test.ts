import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findApplication } from './application.js'
import { bundleApplication } from './bundle-application.js'
import { moduleFiles } from './extra-modules.js'
import { ownPackageUrl } from './own-package.js'

const noExtra = { files: {}, folders: [] }
let folder: string
let formerTmpdir: string | undefined

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-test-')))
  formerTmpdir = process.env.TMPDIR
  process.env.TMPDIR = folder
})
afterAll(() => {
  if (formerTmpdir === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = formerTmpdir
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

async function bundle(path: string, extra = noExtra): Promise<string> {
  return readFileSync(await bundleApplication(findApplication(path), extra), 'utf8')
}

test('bundles what the user wrote, and imports packages by absolute URL', async () => {
  const installed = write('node_modules/dep/index.js', 'export const dep = 1')
  write('node_modules/dep/package.json', '{ "name": "dep", "type": "module", "main": "index.js" }')
  write('a/helper.ts', 'export const helper: number = 41')
  const jar = write('jars/tool.mjs', 'export const tool = 1')
  const app = write(
    'a/app.ts',
    `import { dep } from 'dep'
     import { readFileSync } from 'node:fs'
     import { tool } from 'tool'
     import { SparkContext } from 'firesteel'
     import { helper } from './helper.js'
     console.log(dep, readFileSync, tool, SparkContext, helper)`,
  )
  const code = await bundle(app, { ...noExtra, files: moduleFiles([jar]) })
  expect(code).toContain('helper = 41')
  expect(code).toContain(`from "${pathToFileURL(installed).href}"`)
  expect(code).toContain(`from "${pathToFileURL(jar).href}"`)
  expect(code).toContain(`from "${ownPackageUrl('firesteel')}"`)
  expect(code).toContain('from "node:fs"')
  expect(code).toContain('//# sourceMappingURL=data:application/json;base64,')
})

test('each file keeps its own place', async () => {
  write('b/deep/inner.ts', 'export const inner: string = import.meta.url')
  const app = write(
    'b/app.ts',
    `#!/usr/bin/env node
     import { inner } from './deep/inner.js'
     export const found: string[] = [inner, import.meta.url, import.meta.dirname, import.meta.filename]`,
  )
  const module = (await import(pathToFileURL(await bundleApplication(findApplication(app), noExtra)).href)) as object
  expect(module).toMatchObject({
    found: [pathToFileURL(join(folder, 'b/deep/inner.ts')).href, pathToFileURL(app).href, join(folder, 'b'), app],
  })
})

test('is made again only when one of its files changed, and named by its content', async () => {
  write('c/part.ts', 'export const part: number = 1')
  const app = write('c/app.ts', `export { part } from './part.js'`)
  const first = await bundleApplication(findApplication(app), noExtra)
  const made = statSync(first).mtimeMs
  expect(await bundleApplication(findApplication(app), noExtra)).toBe(first)
  expect(statSync(first).mtimeMs).toBe(made)
  write('c/part.ts', 'export const part: number = 2')
  utimesSync(join(folder, 'c/part.ts'), new Date(0), new Date(0))
  expect(await bundleApplication(findApplication(app), noExtra)).not.toBe(first)
})

test.skipIf(process.platform === 'win32')('lies where only its owner reads it', async () => {
  const path = await bundleApplication(findApplication(write('d/app.ts', 'export {}')), noExtra)
  expect(statSync(path).mode & 0o077).toBe(0)
  expect(statSync(join(path, '..')).mode & 0o077).toBe(0)
})

test('shows the line of what does not compile or resolve', async () => {
  await expect(bundle(write('e/app.ts', 'const x: = 1'))).rejects.toThrow(
    /FS_SUBMIT_BUNDLE.*\n.*Unexpected "="\n(?:.*\n)*.*app\.ts:1:9/,
  )
  await expect(bundle(write('f/app.ts', `import 'absent'`))).rejects.toThrow(/Could not resolve "absent"/)
})
