import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NpmRegistry } from './npm-registry.js'
import { firesteel } from './run-command.js'

let folder: string
let registry: NpmRegistry

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-e2e-')))
  registry = await NpmRegistry.start([
    { name: 'greeting', version: '1.0.0', code: "export const greet = (name) => 'hello ' + name + ' from 1'" },
    { name: 'greeting', version: '2.1.0', code: "export const greet = (name) => 'hello ' + name + ' from 2'" },
    {
      name: '@scope/host',
      version: '1.0.0',
      dependencies: { greeting: '^1.0.0' },
      code: "import { greet } from 'greeting'\nexport const welcome = (name) => 'welcome, ' + greet(name)",
    },
  ])
})
afterAll(async () => {
  await registry.stop()
  rmSync(folder, { recursive: true })
})

function submit(args: readonly string[]) {
  const env = { TMPDIR: folder, npm_config_cache: join(folder, 'npm'), npm_config_userconfig: join(folder, 'npmrc') }
  return firesteel(['submit', '--repositories', registry.url, ...args], { cwd: folder, env })
}

const program = `
import { greet } from 'greeting'
import { welcome } from '@scope/host'
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'packages' })
const names = sc.parallelize(['a', 'b'], 2)
console.log(greet('driver'), '|', welcome('driver'))
console.log((await names.map((name) => greet(name)).collect()).join(' | '))
console.log((await names.map((name) => welcome(name)).collect()).join(' | '))
console.log((await names.map(async (name) => (await import('greeting')).greet(name + '!')).collect()).join(' | '))
await sc.stop()
`

const printed = [
  'hello driver from 2 | welcome, hello driver from 1',
  'hello a from 2 | hello b from 2',
  'welcome, hello a from 1 | welcome, hello b from 1',
  'hello a! from 2 | hello b! from 2',
  '',
].join('\n')

describe.each(['local[2]', 'local-cluster[2,1,512]'])('--packages on %s', (master) => {
  test.each(['packages.ts', 'packages.mjs'])(
    'are there for the driver and the tasks of %s, each in its own version',
    async (name) => {
      mkdirSync(join(folder, 'apps'), { recursive: true })
      const application = join(folder, 'apps', name)
      writeFileSync(application, program)
      const packages = 'greeting@2.1.0,@scope/host@1.0.0'
      const { stdout, stderr, status } = await submit(['--master', master, '--packages', packages, application])
      expect({ stdout, stderr, status }).toEqual({ stdout: printed, stderr: '', status: 0 })
    },
  )
})

test('packages are fetched once for all submits that name the same ones', () => {
  expect(registry.requests.filter((path) => path.endsWith('.tgz')).length).toBe(3)
})

test("a package that is not to be had is named, with npm's own words", async () => {
  const application = join(folder, 'none.mjs')
  writeFileSync(application, '')
  const { stderr, status } = await submit(['--packages', 'greeting@9.9.9', application])
  expect(stderr).toMatch(/FS_SUBMIT_PACKAGES.*npm could not install greeting@9\.9\.9/)
  expect(status).not.toBe(0)
})
