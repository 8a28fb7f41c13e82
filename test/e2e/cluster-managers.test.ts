import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { executorPids, isAlive } from '../kit/processes.js'
import { root } from './run-command.js'
import { TempProject } from './temp-project.js'

/** The manager as the page prints it. */
function printedManager(): string {
  const page = readFileSync(join(root, 'docs/cluster-managers.md'), 'utf8')
  const code = /^```ts\n(\/\/ toy-manager\.ts\n[\s\S]*?)^```/m.exec(page)?.[1]
  if (code === undefined) throw new Error('docs/cluster-managers.md prints no toy-manager.ts')
  return code
}

const program = `
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'on toys' })
const seconds = Number(process.argv[2])
const pids = await sc.parallelize([1, 2, 3, 4], 4).mapAsync(async (n) => {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return [process.pid, n * n]
}).collect()
console.log(JSON.stringify({
  master: sc.master,
  executors: new Set(pids.map(([pid]) => pid)).size,
  isOwn: pids.every(([pid]) => pid !== process.pid),
  squares: pids.map(([, square]) => square),
}))
await sc.stop()
`

const said = { executors: 2, isOwn: true, squares: [1, 4, 9, 16] }

describe('the cluster manager of the documentation, as a package of a third party', () => {
  let project: TempProject
  const toy = ['-c', 'spark.firesteel.clusterManagers=toy-manager']
  const submit = (...args: string[]) => project.firesteel(['submit', ...toy, ...args])

  beforeAll(() => {
    project = new TempProject()
    const { code } = transformSync(printedManager(), { loader: 'ts', format: 'esm' })
    project.write('node_modules/toy-manager/index.js', code)
    project.write(
      'node_modules/toy-manager/package.json',
      '{ "name": "toy-manager", "type": "module", "exports": "./index.js" }',
    )
    project.write('app.mjs', program)
  })
  afterAll(() => project[Symbol.dispose]())

  const driverFolder = (id: string) => join(project.temporary, 'toy-drivers', id)
  const pidOf = (id: string) => Number(readFileSync(join(driverFolder(id), 'pid'), 'utf8'))

  test('runs executors for a program in client mode', async () => {
    const result = await submit('--master', 'toy://2', 'app.mjs', '0.2')
    expect(result, result.stderr).toMatchObject({ status: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({ master: 'toy://2', ...said })
  })

  test('refuses a URL of its own that is malformed', async () => {
    const result = await submit('--master', 'toy://none', 'app.mjs')
    expect(result.status).not.toBe(0)
    expect(result.stderr).toContain('FS_CONTEXT_MASTER_URL')
    expect(result.stderr).toContain('toy://none')
  })

  test('runs a driver in cluster mode, which has its executors from it', async () => {
    // From where the driver runs, too.
    const manager = ['-c', `spark.firesteel.clusterManagers=${project.path('node_modules/toy-manager/index.js')}`]
    const flags = [
      '--master',
      'toy://2',
      '--deploy-mode',
      'cluster',
      '-c',
      'spark.standalone.submit.waitAppCompletion=true',
    ]
    const result = await project.firesteel(['submit', ...manager, ...flags, 'app.mjs', '0.2'])
    expect(result, result.stderr).toMatchObject({ status: 0 })
    const id = result.stdout.trim()
    expect(readdirSync(driverFolder(id)).sort()).toContain('stdout')
    expect(JSON.parse(readFileSync(join(driverFolder(id), 'stdout'), 'utf8'))).toEqual({ master: 'toy://2', ...said })
    const status = await project.firesteel(['submit', ...manager, '--master', 'toy://2', '--status', id])
    expect(status).toMatchObject({ status: 0, stdout: `State of driver ${id} is now FINISHED.\n` })
  })

  test('goes on after submit has ended, until it is killed', async () => {
    const manager = ['-c', `spark.firesteel.clusterManagers=${project.path('node_modules/toy-manager/index.js')}`]
    const result = await project.firesteel([
      'submit',
      ...manager,
      '--master',
      'toy://2',
      '--deploy-mode',
      'cluster',
      'app.mjs',
      '3600',
    ])
    expect(result, result.stderr).toMatchObject({ status: 0 })
    const id = result.stdout.trim()
    const pid = pidOf(id)
    const executors = await eventually('two executors of the driver', () => {
      const pids = executorPids(pid)
      return pids.length === 2 ? pids : undefined
    })
    const killed = await submit('--master', 'toy://2', '--kill', id)
    expect(killed).toMatchObject({ status: 0, stdout: `driver ${id} was asked to end\n` })
    await eventually('the end of the driver and its executors', () => ![pid, ...executors].some(isAlive))
    expect(await submit('--master', 'toy://2', '--kill', 'driver-0')).toMatchObject({
      status: 1,
      stderr: 'Error: driver driver-0 does not run\n',
    })
  })
})
