import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BuildOptions } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BuiltPrograms, casesOutside } from './build-programs.js'
import { cases } from './programs/cases.js'
import { compare } from './programs/compare.js'

const run = promisify(execFile)
const driver = fileURLToPath(new URL('programs/driver.ts', import.meta.url))
const built = new BuiltPrograms()
beforeAll(() => built.prepare())
afterAll(() => built.remove())

async function differencesOf(program: string, { minify = false, imports = [] as string[] } = {}): Promise<string[]> {
  const argv = [
    ...imports.flatMap((one) => ['--import', one]),
    program,
    built.receiver,
    ...(minify ? ['names-lost'] : []),
  ]
  const { stdout } = await run(process.execPath, argv, { maxBuffer: 1 << 26 })
  const { count, differences } = JSON.parse(stdout) as { count: number; differences: string[] }
  expect(count).toBe(cases.length)
  return differences
}

describe('each kind of function does the same in a thread and in a process, or is refused with the path', () => {
  test('inside of vitest', async () => {
    expect(await compare(cases, built.receiver)).toEqual([])
  })

  const bundles: [name: string, file: string, options: BuildOptions & { minify?: boolean }][] = [
    ['as plain JavaScript modules', 'plain.mjs', { plugins: [casesOutside] }],
    ['in a bundle of modules', 'bundle.mjs', {}],
    ['in a CommonJS bundle', 'bundle.cjs', { format: 'cjs' }],
    ['in a bundle that is minified with names', 'small-names.mjs', { minify: true, keepNames: true }],
    ['in a bundle that is minified', 'small.mjs', { minify: true }],
  ]
  test.each(bundles)('%s', async (_name, file, options) => {
    expect(await differencesOf(await built.program(driver, file, options), options)).toEqual([])
  })

  test('under tsx', async () => {
    expect(await differencesOf(driver, { imports: ['tsx'] })).toEqual([])
  })
})
