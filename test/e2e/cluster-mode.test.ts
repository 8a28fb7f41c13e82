import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { ClusterDaemons, canHideFolders } from './cluster-daemons.js'
import { firesteel } from './run-command.js'

const secret = 'a secret that nobody sees'
const env = { SPARK_AUTHENTICATE_SECRET: secret }

let folder: string
let project: string
let cluster: ClusterDaemons

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'firesteel-e2e-')))
  project = join(folder, 'project')
  mkdirSync(project)
  const hidden = canHideFolders ? [project] : []
  cluster = await ClusterDaemons.start({ folder: join(folder, 'cluster'), hidden, workers: 2, env })
})
afterAll(async () => {
  await cluster.stop()
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): string {
  const path = join(project, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

const small = ['--driver-memory', '256m', '--executor-memory', '256m', '--total-executor-cores', '1']

function submit(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const flags = ['--master', cluster.master.url as string, ...small]
  const cache = { TMPDIR: join(folder, 'cache') }
  mkdirSync(cache.TMPDIR, { recursive: true })
  return firesteel(['submit', ...flags, ...args], { cwd: project, env: { ...env, ...cache, ...more } })
}

const inCluster = ['--deploy-mode', 'cluster']
const waiting = ['--conf', 'spark.standalone.submit.waitAppCompletion=true']

/** What a driver has written, wherever it ran. */
function outputOf(id: string, name = 'stdout'): string {
  const paths = [0, 1].map((at) => join(folder, `cluster/worker-${at}/work`, id, name))
  return paths.map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : '')).join('')
}

async function stateOf(id: string): Promise<string> {
  const { stdout } = await submit(['--status', id])
  return /is now (\w+)\./.exec(stdout)?.[1] ?? stdout
}

function* filesBelow(path: string): Generator<string> {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* filesBelow(join(path, entry.name))
    else if (entry.isFile()) yield join(path, entry.name)
  }
}

describe('an application submitted in cluster mode', () => {
  test('runs on a worker; its id is all of standard output, and a second submit uploads nothing', async () => {
    const application = write(
      'sum.ts',
      `import { SparkContext } from 'firesteel'
       const sc = await SparkContext.create()
       const sum: number = await sc.parallelize([1, 2, 3], 1).map((x: number) => x * 2).sum()
       console.log('sum', sum, process.argv.slice(2).join())
       await sc.stop()`,
    )
    const first = await submit([...inCluster, '--verbose', ...waiting, application, 'a', 'b'])
    expect(first.stderr).toMatch(/Contents: 1 files, .*\n {2}application .* sum\.mjs/)
    expect(first.stderr).toMatch(/uploaded 1 of 1 files/)
    expect(first.stderr).toMatch(/is now FINISHED/)
    expect(first.stderr).not.toContain(secret)
    expect({ status: first.status, stdout: first.stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^driver-\d+-\d+\n$/),
    })
    expect(outputOf(first.stdout.trim())).toBe('sum 12 a,b\n')

    const second = await submit([...inCluster, application])
    expect(second.stderr).toMatch(/nothing to upload: it has all 1 files/)
    expect(second.stdout).not.toBe(first.stdout)
    await eventually('the second driver to finish', async () => (await stateOf(second.stdout.trim())) === 'FINISHED')
  })

  test('gives its exit code to one that waits for it', async () => {
    const application = write('fails.mjs', "console.error('it did not work')\nprocess.exitCode = 7")
    const { status, stderr } = await submit([...inCluster, ...waiting, application])
    expect(stderr).toMatch(/is now FAILED\.\nIts exit code is 7\.\n.*it did not work/)
    expect(status).toBe(7)
  })

  test('can be killed, once', async () => {
    const application = write('sleeps.mjs', 'setTimeout(() => {}, 600_000)')
    const { stdout } = await submit([...inCluster, application])
    const id = stdout.trim()
    await eventually('the driver to run', async () => (await stateOf(id)) === 'RUNNING')
    const killed = await submit(['--kill', id])
    expect(killed).toMatchObject({ status: 0, stdout: `Kill request for ${id} submitted\n` })
    await eventually('the driver to end', async () => (await stateOf(id)) === 'KILLED')
    const again = await submit(['--kill', id])
    expect(again).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `Error: Driver ${id} has already finished or does not exist\n`,
    })
    expect(await submit(['--status', 'driver-none'])).toMatchObject({ status: 1, stdout: '' })
  })

  test('is started again when it fails, if that was asked for', async () => {
    const application = write(
      'second-time.mjs',
      `import { existsSync, writeFileSync } from 'node:fs'
       if (!existsSync(process.argv[2])) {
         writeFileSync(process.argv[2], '')
         process.exit(5)
       }
       console.log('the second time it works')`,
    )
    const marker = join(folder, 'marker')
    const { status, stdout } = await submit([...inCluster, ...waiting, '--supervise', application, marker])
    expect(status).toBe(0)
    expect(outputOf(stdout.trim())).toContain('the second time it works')
  })

  test('that no worker is large enough for says so, with figures', async () => {
    const application = write('large.mjs', '')
    const { status, stdout, stderr } = await submit([...inCluster, '--driver-cores', '64', application])
    expect(stderr).toMatch(/is now SUBMITTED\.\nwaiting: .*64 cores.*the largest has 1 core /)
    expect(status).toBe(0)
    await submit(['--kill', stdout.trim()])
  })

  test('of somebody without the secret is refused', async () => {
    const application = write('stranger.mjs', '')
    const { status, stderr } = await submit([...inCluster, application], { SPARK_AUTHENTICATE_SECRET: 'a guess' })
    expect(stderr).toMatch(/FS_CLUSTER_NO_MASTER.*secret/)
    expect(status).toBe(2)
  })
})

/** A program that needs an installed package in two versions, a module of --jars, a file and an archive, in the driver and in tasks. */
function writeApplication(): string {
  const install = (path: string, manifest: object, code: string) => {
    write(`app/node_modules/${path}/package.json`, JSON.stringify({ version: '1.0.0', ...manifest }))
    write(`app/node_modules/${path}/index.js`, code)
  }
  const esm = { type: 'module', exports: './index.js' }
  install('dep', { name: 'dep', ...esm }, "export const shout = (x) => x + ' dep 1'")
  // The engine has a package of this name, too.
  install('acorn', { name: 'acorn', ...esm }, "export const parse = (x) => x + ' acorn of its own'")
  install('late', { name: 'late', ...esm }, "export const late = 'late'")
  install(
    '@scope/a',
    { name: '@scope/a', dependencies: { dep: '2' }, ...esm },
    "import dep from 'dep'\nexport const a = (x) => x + ' with ' + dep.dep",
  )
  install('@scope/a/node_modules/dep', { name: 'dep', version: '2.0.0' }, "exports.dep = 'dep 2'")
  write('app/lib.js', "import { a } from '@scope/a'\nexport const both = (x) => a(x)")
  write('app/package.json', '{ "type": "module", "main": "main.js" }')
  write('tool.mjs', "export const tool = (x) => x + ' tool'")
  write('data.txt', 'the data')
  write(
    'app/main.js',
    `import { readFileSync } from 'node:fs'
     import { SparkContext, SparkFiles } from 'firesteel'
     import { shout } from 'dep'
     import { tool } from 'tool'
     import { parse } from 'acorn'
     import { both } from './lib.js'
     const sc = await SparkContext.create()
     console.log([shout('driver'), both('driver'), tool('driver'), parse('driver')].join(' | '))
     const rows = sc.parallelize(['task'], 1)
     console.log((await rows.map((x) => [shout(x), both(x), tool(x), parse(x)].join(' | ')).collect()).join())
     console.log((await rows.map(async () => (await import('late')).late).collect()).join())
     console.log((await rows.map(() => readFileSync(SparkFiles.get('renamed.txt'), 'utf8')).collect()).join())
     await sc.stop()`,
  )
  return join(project, 'app')
}

const printed = [
  'driver dep 1 | driver with dep 2 | driver tool | driver acorn of its own',
  'task dep 1 | task with dep 2 | task tool | task acorn of its own',
  'late',
  'the data',
  '',
].join('\n')

describe.skipIf(!canHideFolders)('packages, modules and files of an application that no worker sees', () => {
  const extras = ['--jars', 'tool.mjs', '--files', 'data.txt#renamed.txt']

  test('reach the driver in cluster mode, and its executor on another worker', async () => {
    const application = writeApplication()
    const { status, stdout, stderr } = await submit([...inCluster, ...waiting, ...extras, application])
    const id = stdout.trim()
    expect({ status, output: outputOf(id), problems: outputOf(id, 'stderr') }).toEqual({
      status: 0,
      output: printed,
      problems: '',
    })
    expect(stderr).toMatch(/uploaded 10 of 10 files/)
  })

  test('reach executors in client mode', async () => {
    const application = writeApplication()
    const { status, stdout, stderr } = await submit([...extras, application])
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: printed, stderr: '' })
  })
})

test('the secret is in no file that the cluster has written', () => {
  const telling = [...filesBelow(join(folder, 'cluster'))].filter((path) => readFileSync(path).includes(secret))
  expect(telling).toEqual([])
})
