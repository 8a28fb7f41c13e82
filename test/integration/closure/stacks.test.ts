import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { BuildOptions } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BuiltPrograms } from './build-programs.js'
import { report } from './programs/failing.js'

const run = promisify(execFile)
const built = new BuiltPrograms()
beforeAll(() => built.prepare())
afterAll(() => built.remove())

const main = fileURLToPath(new URL('programs/failing-main.ts', import.meta.url))
const file = fileURLToPath(new URL('programs/failing.ts', import.meta.url))
const lines = readFileSync(file, 'utf8').split('\n')
const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1

type Report = Awaited<ReturnType<typeof report>>

function expectUsersLines({ short, long, stack, line }: Report, { names = true } = {}): void {
  const called = lineOf("callSite('map')")
  expect(line).toBe(called)
  expect(short).toBe(`map at failing.ts:${called}`)
  expect(long.split('\n')[0]).toContain(`${file}:${called}:`)
  const [message, first, second] = stack.split('\n')
  expect(message).toBe('threw RangeError: order 7 has no price')
  expect(first).toContain(
    `${file}:${lineOf('throw new RangeError')}:${(lines[lineOf('throw new RangeError') - 1] ?? '').indexOf('new') + 1}`,
  )
  expect(second).toContain(`${file}:${lineOf('checked(order)}')}:`)
  if (names) expect(first).toContain('checked')
  expect(stack).not.toContain('closure.mjs')
}

describe("a failure in another thread shows the user's file and line", () => {
  test('inside of vitest', async () => {
    expectUsersLines(await report(built.receiver))
  })

  const bundles: [name: string, file: string, options: BuildOptions & { minify?: boolean }][] = [
    ['in a bundle with its source map inside', 'failing.mjs', {}],
    ['in a bundle with its source map beside it', 'linked.mjs', { sourcemap: 'linked' }],
    ['in a CommonJS bundle', 'failing.cjs', { format: 'cjs' }],
    ['in a bundle that is minified', 'failing-small.mjs', { minify: true }],
  ]
  test.each(bundles)('%s', async (_name, name, options) => {
    const program = await built.program(main, name, options)
    const { stdout } = await run(process.execPath, [program, built.receiver])
    expectUsersLines(JSON.parse(stdout) as Report, { names: !options.minify })
  })

  test('under tsx', async () => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', main, built.receiver])
    expectUsersLines(JSON.parse(stdout) as Report)
  })
})
