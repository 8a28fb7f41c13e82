import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DriverDescription } from '../../src/cluster/standalone/index.js'
import { eventually } from '../kit/eventually.js'
import { isAlive } from '../kit/processes.js'
import { tarOf } from '../kit/tar-of.js'
import { WorkerBed } from '../kit/worker-bed.js'

let bed: WorkerBed
let elsewhere: string

beforeEach(async () => {
  bed = await WorkerBed.open()
  elsewhere = mkdtempSync(join(tmpdir(), 'firesteel-elsewhere-'))
})

afterEach(async () => {
  await bed.close()
  rmSync(elsewhere, { recursive: true, force: true })
})

/** A driver of one program, which the master has. */
function driverOf(program: string, more: Partial<DriverDescription> = {}): DriverDescription {
  return {
    token: 'token',
    name: 'sample',
    user: 'somebody',
    application: bed.master.put('sample.mjs', program),
    args: [],
    settings: { 'spark.master': 'local[1]', 'spark.app.name': 'sample' },
    environment: {},
    jars: [],
    files: [],
    archives: [],
    packages: [],
    cores: 1,
    memoryMiB: 256,
    supervise: false,
    resources: {},
    ...more,
  }
}

const staysAlive = 'setInterval(() => undefined, 1000);'
const saysPid = 'console.log("pid", process.pid);'
const pidOf = async (folder = 'driver-1'): Promise<number> => {
  await bed.said(folder, 'pid')
  return Number(/pid (\d+)/.exec(bed.output(folder))![1])
}

/** A port at which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('a driver', () => {
  test('runs as submitted: arguments, settings, environment, its own folder, and nothing of the worker', async () => {
    const environment = { PATH: process.env.PATH, OF_THE_WORKER: 'x' }
    await bed.registered({ 'spark.authenticate.secret': 'of the cluster' }, { environment })
    const program = `
      import { SparkConf, SparkContext } from 'firesteel'
      const sc = await SparkContext.create(new SparkConf())
      const sum = (await sc.parallelize([1, 2, 3], 2).map((x) => x + 1).collect()).join()
      await sc.stop()
      const { OF_THE_APP, OF_THE_WORKER } = process.env
      const conf = sc.getConf()
      console.log(JSON.stringify({
        sum, args: process.argv.slice(2), master: sc.master, cwd: process.cwd(), OF_THE_APP, OF_THE_WORKER,
        argv: process.execArgv, host: conf.get('spark.driver.host'), secret: conf.get('spark.authenticate.secret'),
      }))`
    const more = { args: ['a', 'b c'], environment: { OF_THE_APP: 'set' } }
    bed.master.launchDriver(driverOf(program, more))
    expect(await bed.master.driverEnd()).toMatchObject({ state: 'FINISHED', exitCode: 0 })
    expect(JSON.parse(bed.output('driver-1'))).toEqual({
      sum: '2,3,4',
      args: ['a', 'b c'],
      master: 'local[1]',
      cwd: join(bed.workDir, 'driver-1'),
      OF_THE_APP: 'set',
      argv: ['--enable-source-maps', '--max-old-space-size=256'],
      host: '127.0.0.1',
      secret: 'of the cluster',
    })
    expect(bed.master.driverReports.map(({ state }) => state)).toEqual(['RUNNING', 'FINISHED'])
  })

  test('that fails is reported with its exit code and its last words', async () => {
    await bed.registered()
    bed.master.launchDriver(driverOf("throw new Error('the database is gone')"))
    const end = await bed.master.driverEnd()
    expect(end).toMatchObject({ state: 'FAILED', exitCode: 1 })
    expect(end.message).toMatch(/^it ended with exit code 1: .*the database is gone/)
  })

  test('whose program has no such class says so without a stack of ours', async () => {
    await bed.registered()
    bed.master.launchDriver(driverOf('export function main() {}', { className: 'Main' }))
    const end = await bed.master.driverEnd()
    expect(end).toMatchObject({ state: 'FAILED', exitCode: 1 })
    expect(end.message).toContain("exports nothing that can be run as 'Main' (it exports main)")
  })

  test('that is killed gets the time to end by itself, and no more', async () => {
    await bed.registered()
    const heeds = "process.on('SIGTERM', () => { console.log('saved'); process.exit(0) });"
    const ignores = "process.on('SIGTERM', () => undefined);"
    bed.master.launchDriver(driverOf(heeds + saysPid + staysAlive))
    bed.master.launchDriver(driverOf(ignores + saysPid + staysAlive), { driverId: 'driver-2' })
    const pids = [await pidOf('driver-1'), await pidOf('driver-2')]
    for (const driverId of ['driver-1', 'driver-2'])
      bed.master.send('killDriver', { driverId, attempt: 1, reason: 'by the user' })
    for (const driverId of ['driver-1', 'driver-2']) {
      expect(await bed.master.driverEnd(driverId)).toMatchObject({ state: 'KILLED', message: 'by the user' })
    }
    expect(bed.output('driver-1')).toContain('saved')
    expect(pids.map(isAlive)).toEqual([false, false])
  })

  test('leaves no process of its own behind', async () => {
    await bed.registered()
    const spawns = `
      import { spawn } from 'node:child_process'
      const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' })
      child.unref()
      console.log('pid', child.pid)
      setTimeout(() => process.exit(0), 100)`
    bed.master.launchDriver(driverOf(spawns))
    expect(await bed.master.driverEnd()).toMatchObject({ state: 'FINISHED' })
    const pid = await pidOf()
    await eventually('the end of what it started', () => !isAlive(pid))
  })

  test('that is started anew takes the place of its earlier start', async () => {
    const worker = await bed.registered()
    const driver = driverOf(saysPid + staysAlive)
    bed.master.launchDriver(driver)
    const first = await pidOf()
    bed.master.launchDriver(driver, { attempt: 2 })
    await eventually('the second start', () => bed.output('driver-1').match(/pid/g)?.length === 2)
    expect(isAlive(first)).toBe(false)
    expect(worker.view().drivers.map(({ attempt }) => attempt)).toEqual([2])
    expect((await bed.master.driverEnd('driver-1', 1)).message).toContain('attempt 2 of the driver takes its place')
  })

  test('may be a TypeScript file that every worker has', async () => {
    await bed.registered()
    const file = join(elsewhere, 'program.ts')
    writeFileSync(file, "const text: string = 'typed'\nconsole.log(text)\n")
    bed.master.launchDriver(driverOf('', { application: { kind: 'url', url: pathToFileURL(file).href } }))
    expect(await bed.master.driverEnd()).toMatchObject({ state: 'FINISHED' })
    expect(bed.output('driver-1')).toBe('typed\n')
  })
})

describe('the files of a driver', () => {
  test('come by hash once, though two drivers need them at the same time', async () => {
    await bed.registered()
    const driver = driverOf(`console.log('ran')${' '.repeat(100_000)}`)
    bed.master.launchDriver(driver)
    bed.master.launchDriver(driver, { driverId: 'driver-2' })
    for (const id of ['driver-1', 'driver-2'])
      expect(await bed.master.driverEnd(id)).toMatchObject({ state: 'FINISHED' })
    bed.master.launchDriver(driver, { driverId: 'driver-3' })
    expect(await bed.master.driverEnd('driver-3')).toMatchObject({ state: 'FINISHED' })
    expect([...bed.master.blobRequests.values()]).toEqual([1])
  })

  test('jars, files, archives and packages are there under their names', async () => {
    await bed.registered()
    const program = `
      import { readFileSync } from 'node:fs'
      import { SparkContext, SparkFiles } from 'firesteel'
      import { hello } from 'greeting'
      import { installed } from 'installed'
      import { scoped } from '@some/scoped'
      const sc = await SparkContext.create()
      const read = (name) => readFileSync(SparkFiles.get(name), 'utf8')
      console.log([hello, installed, scoped, read('größe 1.txt'), read('data/inner.txt')].join())
      const there = await sc.parallelize([1]).mapAsync(async () => (await import('installed')).installed).collect()
      console.log(there.join())
      await sc.stop()`
    const packageFiles = (name: string, value: string) => ({
      [`node_modules/${name}/package.json`]: JSON.stringify({ name, type: 'module', exports: './index.js' }),
      [`node_modules/${name}/index.js`]: `export const ${name.split('/').at(-1)} = '${value}'`,
    })
    const { master } = bed
    const more = {
      jars: [master.put('greeting.mjs', "export const hello = 'hello'")],
      files: [master.put('größe 1.txt', 'of a file')],
      archives: [master.put('data.tar#data', tarOf({ 'inner.txt': 'of an archive' }))],
      packages: [
        master.put('packages.tar', tarOf(packageFiles('installed', 'yes'))),
        master.put('more.tar', tarOf(packageFiles('@some/scoped', 'too'))),
      ],
    }
    bed.master.launchDriver(driverOf(program, more))
    const end = await bed.master.driverEnd()
    expect([end.state, end.message, bed.output('driver-1', 'stderr')]).toEqual(['FINISHED', undefined, ''])
    expect(bed.output('driver-1')).toBe('hello,yes,too,of a file,of an archive\nyes\n')
  })

  test('may come from a web server', async () => {
    await bed.registered()
    const server = createServer((request, response) => {
      if (request.url === '/apps/program.mjs') response.end("console.log('from the web')")
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/apps`
    const application = (name: string) => ({ application: { kind: 'url', url: `${base}/${name}` } as const })
    bed.master.launchDriver(driverOf('', application('program.mjs')))
    bed.master.launchDriver(driverOf('', application('other.mjs')), { driverId: 'driver-2' })
    expect(await bed.master.driverEnd()).toMatchObject({ state: 'FINISHED' })
    expect(bed.output('driver-1')).toBe('from the web\n')
    const second = await bed.master.driverEnd('driver-2')
    expect(second).toMatchObject({ state: 'ERROR', message: expect.stringContaining('the server answered 404') })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test('that are not what they should be, or not there, are an error that says so', async () => {
    await bed.registered()
    const driver = driverOf("console.log('good')")
    if (driver.application.kind === 'blob') bed.master.corrupt(driver.application.hash, "console.log('evil')")
    const url = (text: string) => driverOf('', { application: { kind: 'url', url: text } })
    const cases = [
      [driver, 'has the hash'],
      [url('file:///nowhere/program.mjs'), 'there is no /nowhere/program.mjs on this worker'],
      [url('hdfs://host/program.mjs'), 'not hdfs:'],
      [url(`http://127.0.0.1:${await closedPort()}/program.mjs`), 'ECONNREFUSED'],
      [driverOf('', { files: [{ kind: 'blob', name: '../x', hash: 'a'.repeat(64), bytes: 1 }] }), 'there is no aaaa'],
      [driverOf('', { files: [bed.master.put('../../x', 'x')] }), 'FS_WORKER_NAME'],
    ] as const
    for (const [index, [description, problem]] of cases.entries()) {
      const driverId = `driver-${index}`
      bed.master.launchDriver(description, { driverId })
      const end = await bed.master.driverEnd(driverId)
      expect(end, problem).toMatchObject({ state: 'ERROR', message: expect.stringContaining(problem) })
    }
    expect(readdirSync(join(bed.workDir, '.blobs')).filter((name) => name.includes('part'))).toEqual([])
  })

  test('come from the next master where the first was lost on the way', async () => {
    await bed.registered()
    const text = `console.log('ran')${' '.repeat(50_000)}`
    const driver = driverOf(text)
    const half = new Promise<void>((resolve) => {
      bed.master.pauseBlobsAfter(20_000, resolve)
    })
    bed.master.launchDriver(driver)
    await half
    const { address } = bed.master
    await bed.replaceMaster()
    bed.master.put('sample.mjs', text)
    expect(bed.master.address).toEqual(address)
    expect(await bed.master.driverEnd()).toMatchObject({ state: 'FINISHED' })
  })
})

describe('a worker that ends', () => {
  test('by SIGKILL takes its drivers with it, though one is busy', async () => {
    const child = await bed.process()
    bed.master.launchDriver(driverOf(`${saysPid} process.on('SIGTERM', () => 0); setTimeout(() => { for (;;); }, 50)`))
    const pid = await pidOf()
    child.kill('SIGKILL')
    await eventually('the end of the driver', () => !isAlive(pid))
    expect(existsSync(join(bed.workDir, 'driver-1/.process.json'))).toBe(true)
    await bed.registered()
    expect(readdirSync(join(bed.workDir, 'driver-1')).sort()).toEqual([
      'application',
      'node_modules',
      'stderr',
      'stdout',
    ])
  })

  test('as asked does not say that its drivers were killed: they may go on elsewhere', async () => {
    const worker = await bed.registered()
    bed.master.launchDriver(driverOf(saysPid + staysAlive))
    const pid = await pidOf()
    await worker.stop()
    expect(isAlive(pid)).toBe(false)
    expect(bed.master.driverReports.map(({ state }) => state)).toEqual(['RUNNING'])
    expect(bed.master.leavings.map(({ hasEnded }) => hasEnded)).toEqual([false, true])
  })
})

test('folders of what has ended go by their age', async () => {
  const old = join(bed.workDir, 'app-old/0')
  mkdirSync(old, { recursive: true })
  writeFileSync(join(old, 'stderr'), 'old')
  await bed.registered({ 'spark.worker.cleanup.interval': '1s', 'spark.worker.cleanup.appDataTtl': '1s' })
  bed.master.launchDriver(driverOf(saysPid + staysAlive))
  await pidOf()
  await eventually('the removal of the old folder', () => !existsSync(join(bed.workDir, 'app-old')))
  expect(existsSync(join(bed.workDir, 'driver-1/stdout'))).toBe(true)
})
