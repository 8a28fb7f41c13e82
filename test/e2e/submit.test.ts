import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firesteel } from './run-command.js'

let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-e2e-')))
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** Submits in the test's folder, which is also the home of temporary files and of no settings. */
function submit(args: readonly string[], env: Record<string, string> = {}) {
  return firesteel(['submit', ...args], { cwd: folder, env: { TMPDIR: folder, ...env } })
}

/** A program that prints the effective settings it is asked for. */
const showConf = `
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create(JSON.parse(process.argv[2] ?? '{}'))
const conf = sc.getConf()
console.log([sc.master, sc.appName, conf.get('spark.executor.memory'), conf.get('spark.task.maxFailures')].join(' '))
await sc.stop()
`

test('runs TypeScript, JavaScript, a folder and a tarball alike', async () => {
  const program = (types: string) => `
    import { SparkContext } from 'firesteel'
    const sc = await SparkContext.create({ appName: 'sum', master: 'local[2]' })
    const offset${types} = 10
    console.log(await sc.parallelize([1, 2, 3]).map((n) => n + offset).reduce((a, b) => a + b), process.argv.slice(2).join())
    await sc.stop()`
  write('app.ts', program(': number'))
  write('app.mjs', program(''))
  write('packed/package.json', '{ "name": "packed", "version": "1.0.0", "type": "module", "main": "main.ts" }')
  write('packed/main.ts', program(': number'))
  execFileSync('npm', ['pack', '--silent'], {
    cwd: join(folder, 'packed'),
    stdio: 'ignore',
    shell: process.platform === 'win32',
  })
  for (const application of ['app.ts', 'app.mjs', 'packed', 'packed/packed-1.0.0.tgz']) {
    const { stdout, stderr, status } = await submit([application, '--a', 'b'])
    expect({ application, stdout, stderr, status }).toEqual({
      application,
      stdout: '36 --a,b\n',
      stderr: '',
      status: 0,
    })
  }
})

test("the program's settings win over flags, flags over the file, the file over defaults", async () => {
  write('conf/spark-defaults.conf', 'spark.executor.memory 3g\nspark.task.maxFailures=7\nspark.app.name file')
  const app = write('conf.mjs', showConf)
  const env = { SPARK_CONF_DIR: join(folder, 'conf') }
  const shown = async (...args: string[]) => (await submit(args, env)).stdout.trim()
  expect(await shown('--master', 'local[1]', app)).toBe('local[1] file 3g 7')
  expect(await shown('--master', 'local[1]', '-c', 'spark.executor.memory=4g', '--name', 'flag', app)).toBe(
    'local[1] flag 4g 7',
  )
  const ownWords = JSON.stringify({ master: 'local[2]', appName: 'code', conf: { 'spark.task.maxFailures': 9 } })
  expect(await shown('--master', 'local[1]', '--name', 'flag', app, ownWords)).toBe('local[2] code 3g 9')
})

test('--verbose names the source of each value and hides secrets', async () => {
  write('conf/spark-defaults.conf', 'spark.executor.memory 3g')
  const app = write('nothing.mjs', '')
  const { stderr } = await submit(['-v', '-c', 'spark.authenticate.secret=hush', app], {
    SPARK_CONF_DIR: join(folder, 'conf'),
  })
  expect(stderr).toMatch(/spark\.executor\.memory +3g +\S+spark-defaults\.conf:1\n/)
  expect(stderr).toMatch(/spark\.master +local\[\*\] +the default/)
  expect(stderr).not.toContain('hush')
})

test("the application's exit code is the command's", async () => {
  expect((await submit([write('seven.mjs', 'process.exitCode = 7')])).status).toBe(7)
  expect((await submit([write('eight.ts', 'process.exit(8 as number)')])).status).toBe(8)
  expect((await submit([write('none.mjs', '')])).status).toBe(0)
})

test('an error that nobody catches ends it with 1 and shows the line of the TypeScript', async () => {
  const app = write(
    'boom.ts',
    `interface Filler {\n  a: string\n}\n\nfunction boom(): never {\n  throw new Error('boom')\n}\nboom()\n`,
  )
  const { status, stderr } = await submit([app])
  expect(status).toBe(1)
  expect(stderr).toContain('Error: boom')
  expect(stderr).toContain(`${app}:6:9`)
})

test('--class calls an exported function, or the main of an exported class', async () => {
  const app = write(
    'classes.ts',
    `export async function run(args: string[]) { console.log('run', args.join()) }
     export class Main { static main(args: string[]) { console.log('Main', args.join()) } }
     export class Own { main(args: string[]) { console.log('Own', args.join()) } }
     export const nothing = 1`,
  )
  for (const name of ['run', 'Main', 'Own']) {
    expect((await submit(['--class', name, app, 'x', 'y'])).stdout).toBe(`${name} x,y\n`)
  }
  const refused = await submit(['--class', 'nothing', app])
  expect(refused.stderr).toContain('[FS_SUBMIT_CLASS]')
  expect(refused.status).toBe(2)
})

test('--jars gives modules to import by name, to the program and to its tasks', async () => {
  const jar = write('jars/tools.mjs', 'export const twice = (n) => 2 * n')
  const program = `
    import { twice } from 'tools'
    import { SparkContext } from 'firesteel'
    const sc = await SparkContext.create({ appName: 'jars', master: 'local[1]' })
    console.log((await sc.parallelize([1, 2]).map((n) => twice(n)).collect()).join())
    await sc.stop()`
  for (const app of [write('jars.ts', program), write('jars.mjs', program)]) {
    expect(await submit(['--jars', jar, app])).toEqual({ stdout: '2,4\n', stderr: '', status: 0 })
  }
})

test('refusals name what is wrong, without a stack', async () => {
  const refusal = async (...args: string[]) => (await submit(args)).stderr
  expect(await refusal('--mastre', 'local', 'app.ts')).toContain(
    'spark-submit has no flag --mastre; did you mean --master?',
  )
  expect(await refusal('absent.ts')).toContain(
    'the application absent.ts cannot be run: there is no such file or folder',
  )
  expect(await refusal('--executor-memory', '1.5g', 'app.ts')).toContain("spark.executor.memory cannot be '1.5g'")
  const malformed = await refusal(write('malformed.ts', 'const a: = 1'))
  expect(malformed).toContain('malformed.ts:1:9')
  expect(malformed).not.toMatch(/^\s+at /m)
})

test('unknown settings are warned of once, and the program runs', async () => {
  const { stdout, stderr } = await submit([
    '--master',
    'local[1]',
    '-c',
    'spark.executor.memroy=1g',
    write('warned.mjs', showConf),
  ])
  expect(stdout).toMatch(/^local\[1\]/)
  expect(stderr.match(/did you mean spark\.executor\.memory\?/g)).toHaveLength(1)
})
