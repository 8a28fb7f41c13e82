import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SparkConf } from '../../src/common/conf/index.js'
import { Worker, type WorkerOptions } from '../../src/deploy/worker/index.js'
import { eventually, within } from '../kit/eventually.js'
import { PlayedDriver } from '../kit/played-driver.js'
import { clusterSecret, PlayedMaster } from '../kit/played-master.js'
import { executorPids, executorsOf, isAlive, signalExecutor } from '../kit/processes.js'

let workDir: string
let master: PlayedMaster
const open: { stop(): Promise<unknown> }[] = []

beforeEach(async () => {
  workDir = mkdtempSync(join(tmpdir(), 'firesteel-worker-test-'))
  master = await PlayedMaster.open()
})

afterEach(async () => {
  await within(30_000, 'the end of the test', Promise.all(open.splice(0).map((one) => one.stop())))
  await master.close()
  rmSync(workDir, { recursive: true, force: true })
  expect(executorPids()).toEqual([])
})

async function startWorker(
  options: Partial<WorkerOptions> = {},
  settings: Record<string, string> = {},
): Promise<Worker> {
  const worker = await Worker.open({
    masters: [master.address],
    security: clusterSecret,
    conf: new SparkConf(false).setAll(settings),
    workDir,
    cores: 2,
    memoryMiB: 1024,
    environment: process.env,
    ...options,
  })
  open.push(worker)
  worker.start({ webUiUrl: 'http://worker.test:8081' })
  return worker
}

async function openDriver(): Promise<PlayedDriver> {
  const driver = await PlayedDriver.open()
  open.push({ stop: () => driver.close() })
  return driver
}

describe('a worker', () => {
  test('registers with what it is and has, and sends heartbeats as often as it is told', async () => {
    const worker = await startWorker()
    const registration = await master.registration()
    expect(registration).toMatchObject({
      workerId: worker.id,
      host: '127.0.0.1',
      cores: 2,
      memoryMiB: 1024,
      resources: {},
      webUiUrl: 'http://worker.test:8081',
      epoch: 0,
      executors: [],
      drivers: [],
    })
    expect(worker.id).toMatch(/^worker-\d{14}-127\.0\.0\.1-\d+$/)
    expect(worker.id.endsWith(`-${registration.port}`)).toBe(true)
    await eventually('three heartbeats', () => master.heartbeats >= 3)
    expect(worker.view()).toMatchObject({ masterUrl: expect.stringMatching(/^spark:/), coresUsed: 0 })
  })
})

describe('an executor', () => {
  test('runs in a folder of its own until it is killed', async () => {
    const driver = await openDriver()
    const worker = await startWorker()
    await master.registration()
    master.launchExecutor({ template: driver.template() })
    await driver.registered()
    await eventually('RUNNING', () => master.executorReports.some(({ state }) => state === 'RUNNING'))
    expect(worker.view()).toMatchObject({ coresUsed: 1, memoryUsedMiB: 256 })
    expect(existsSync(join(workDir, 'app-1/0/stderr'))).toBe(true)
    const [pid] = await executorsOf(1)
    master.send('killExecutor', { appId: 'app-1', executorId: '0', reason: 'no longer wanted' })
    expect(await master.executorEnd()).toMatchObject({
      state: 'KILLED',
      message: 'no longer wanted',
      cause: { code: 'killed', causedByApp: false },
    })
    expect(isAlive(pid!)).toBe(false)
    expect(worker.view()).toMatchObject({ coresUsed: 0, executors: [], finishedExecutors: [{ state: 'KILLED' }] })
    expect(existsSync(join(workDir, 'app-1/0/local'))).toBe(false)
  })

  test('that cannot reach its driver says so with both addresses', async () => {
    await startWorker()
    await master.registration()
    master.launchExecutor()
    const end = await master.executorEnd()
    expect(end).toMatchObject({ state: 'EXITED', exitCode: 52, cause: { code: 'network', causedByApp: false } })
    expect(end.message).toMatch(/could not reach the driver at 127\.0\.0\.1:1 from 127\.0\.0\.1: .*FS_RPC_UNREACHABLE/)
    expect(readFileSync(join(workDir, 'app-1/0/stderr'), 'utf8')).toContain('could not reach the driver')
  })

  test('that is ended by a signal is reported with it', async () => {
    const driver = await openDriver()
    await startWorker()
    await master.registration()
    master.launchExecutor({ template: driver.template() })
    await driver.registered()
    const [pid] = await executorsOf(1)
    signalExecutor(pid!, 'SIGKILL')
    expect(await master.executorEnd()).toMatchObject({
      state: 'EXITED',
      message: expect.stringContaining('SIGKILL'),
      cause: { code: 'signal', causedByApp: true },
    })
    expect(existsSync(join(workDir, 'app-1/0/local'))).toBe(false)
  })
})
