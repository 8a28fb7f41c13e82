import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DriverDescription } from '../../src/cluster/standalone/index.js'
import { SparkConf } from '../../src/common/conf/index.js'
import { Worker } from '../../src/deploy/worker/index.js'
import { within } from '../kit/eventually.js'
import { clusterSecret, PlayedMaster } from '../kit/played-master.js'

let workDir: string
let master: PlayedMaster
let worker: Worker

beforeEach(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'firesteel-worker-test-'))
  master = await PlayedMaster.open()
  worker = await Worker.open({
    masters: [master.address],
    security: clusterSecret,
    conf: new SparkConf(false).set('spark.worker.driverTerminateTimeout', '1s'),
    workDir,
    cores: 2,
    memoryMiB: 1024,
    environment: { PATH: process.env['PATH'], A_SECRET_OF_THE_WORKER: 'x' },
  })
  worker.start({ webUiUrl: 'http://worker.test:8081' })
  await master.registration()
})

afterEach(async () => {
  await within(30_000, 'the end of the test', worker.stop())
  await master.close()
  rmSync(workDir, { recursive: true, force: true })
})

/** A driver of one program. */
function driverOf(program: string, more: Partial<DriverDescription> = {}): DriverDescription {
  return {
    token: 'token',
    name: 'sample',
    user: 'somebody',
    application: master.put('sample.mjs', program),
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

const output = (log = 'stdout', driverId = 'driver-1') => readFileSync(join(workDir, driverId, log), 'utf8')

test('a driver runs as submitted: arguments, settings, environment, its own folder, and nothing of the worker', async () => {
  const program = `
    import { SparkConf, SparkContext } from 'firesteel'
    const sc = await SparkContext.create(new SparkConf())
    const sum = (await sc.parallelize([1, 2, 3], 2).map((x) => x + 1).collect()).join()
    await sc.stop()
    const { APP_VARIABLE, A_SECRET_OF_THE_WORKER } = process.env
    console.log(JSON.stringify({
      sum, args: process.argv.slice(2), master: sc.master, cwd: process.cwd(), APP_VARIABLE, A_SECRET_OF_THE_WORKER,
      argv: process.execArgv, host: sc.getConf().get('spark.driver.host'),
    }))`
  master.launchDriver(driverOf(program, { args: ['a', 'b c'], environment: { APP_VARIABLE: 'of the app' } }))
  expect(await master.driverEnd()).toEqual(expect.objectContaining({ state: 'FINISHED', exitCode: 0 }))
  expect(JSON.parse(output())).toEqual({
    sum: '2,3,4',
    args: ['a', 'b c'],
    master: 'local[1]',
    cwd: join(workDir, 'driver-1'),
    APP_VARIABLE: 'of the app',
    argv: ['--enable-source-maps', '--max-old-space-size=256'],
    host: '127.0.0.1',
  })
  expect(master.driverReports.map(({ state }) => state)).toEqual(['RUNNING', 'FINISHED'])
})

test('a driver that fails is reported with its exit code and its last words', async () => {
  master.launchDriver(driverOf("throw new Error('the database is gone')"))
  const end = await master.driverEnd()
  expect(end).toMatchObject({ state: 'FAILED', exitCode: 1 })
  expect(end.message).toMatch(/^it ended with exit code 1: .*the database is gone/)
})
