import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createNetworkRpc } from '../../src/rpc/index.js'
import { eventually } from '../kit/eventually.js'
import { clusterSecret } from '../kit/played-master.js'
import { executorPids, executorsOf, isAlive, signalExecutor } from '../kit/processes.js'
import { WorkerBed } from '../kit/worker-bed.js'

let bed: WorkerBed

beforeEach(async () => {
  bed = await WorkerBed.open()
})

afterEach(async () => {
  await bed.close()
  expect(executorPids()).toEqual([])
})

/** Starts an executor and waits for its registration with a driver. */
async function runningExecutor(executorId = '0'): Promise<number> {
  const driver = await bed.driver()
  const before = executorPids()
  bed.master.launchExecutor({ executorId, template: driver.template() })
  await driver.registered()
  return (await executorsOf(before.length + 1)).find((pid) => !before.includes(pid))!
}

/** The option of Node that runs a text before the program. */
const importing = (text: string) => `--import=data:text/javascript,${encodeURIComponent(text)}`

describe('a worker', () => {
  test('registers with what it is and has, and sends heartbeats as often as it is told', async () => {
    const worker = await bed.worker()
    const registration = await bed.master.registration()
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
    await eventually('three heartbeats', () => bed.master.heartbeats >= 3)
    expect(worker.view()).toMatchObject({ masterUrl: expect.stringMatching(/^spark:/), coresUsed: 0 })
  })

  test('obeys nobody but the master that has taken it', async () => {
    const worker = await bed.registered()
    const stranger = createNetworkRpc({ name: 'master', secret: clusterSecret.secret.text })
    const port = Number(worker.url.split(':').at(-1))
    const peer = await stranger.connect({ host: '127.0.0.1', port })
    const launch = { appId: 'app-9', executorId: '0', template: {}, application: {} }
    await peer.ask('worker', 'launchExecutor', { body: launch }, { timeoutMs: 5000 })
    await stranger.close()
    await runningExecutor()
    expect(worker.view().executors.map(({ appId }) => appId)).toEqual(['app-1'])
    expect(readdirSync(bed.workDir)).toEqual(['app-1'])
  })

  test('does what its master wants though the message overtakes the answer to its registration', async () => {
    const driver = await bed.driver()
    bed.master.onRegistration = () => bed.master.launchExecutor({ template: driver.template() })
    await bed.worker()
    await driver.registered()
  })

  test('without a master ends with exit code 1 and says why', async () => {
    await bed.master.close()
    const one = { 'spark.worker.initialRegistrationRetries': '1', 'spark.worker.maxRegistrationRetries': '1' }
    const worker = await bed.worker(one)
    const { exitCode, message } = await worker.ended
    expect(exitCode).toBe(1)
    expect(message).toMatch(/FS_CLUSTER_NO_MASTER.*spark:\/\/127\.0\.0\.1:\d+ could not be asked/)
  })

  test('that its master refuses ends with exit code 1 and says why', async () => {
    bed.master.refusal = { type: 'refused', message: 'its clock is wrong' }
    const worker = await bed.worker()
    expect(await worker.ended).toEqual({ exitCode: 1, message: expect.stringContaining('its clock is wrong') })
  })

  test('that is decommissioned ends its executors, tells their ends, and ends', async () => {
    const worker = await bed.registered()
    const pid = await runningExecutor()
    bed.master.send('decommission')
    expect(await worker.ended).toEqual({ exitCode: 0, message: 'the worker was decommissioned' })
    expect(await bed.master.executorEnd()).toMatchObject({
      state: 'DECOMMISSIONED',
      cause: { code: 'decommissioned', causedByApp: false },
    })
    expect(bed.master.leavings.map(({ hasEnded }) => hasEnded)).toEqual([false, true])
    expect(isAlive(pid)).toBe(false)
  })
})

describe('while there is no master', () => {
  test('what runs goes on, and what ends is told to the next one until it is taken', async () => {
    const worker = await bed.registered()
    const first = await runningExecutor('0')
    const second = await runningExecutor('1')
    const { address } = bed.master
    await bed.master.close()
    signalExecutor(second, 'SIGKILL')
    await eventually('the end of the second', () => worker.view().finishedExecutors.length === 1)
    expect(worker.view().masterUrl).toBeUndefined()
    expect(isAlive(first)).toBe(true)
    await bed.replaceMaster()
    expect(bed.master.address).toEqual(address)
    bed.master.takesReports = false
    const registration = await bed.master.registration()
    expect(registration.epoch).toBe(1)
    expect(registration.executors.map(({ executorId, state }) => [executorId, state])).toEqual([
      ['0', 'RUNNING'],
      ['1', 'EXITED'],
    ])
    bed.master.takesReports = true
    expect(await bed.master.executorEnd('1')).toMatchObject({ cause: { code: 'signal' } })
    await bed.replaceMaster({ epoch: 3 })
    const last = await bed.master.registration()
    expect(last.executors.map(({ executorId, state }) => [executorId, state])).toEqual([['0', 'RUNNING']])
    expect(last.epoch).toBe(2)
    expect(isAlive(first)).toBe(true)
  })

  test('a worker that runs something does not give up, and does when that has ended', async () => {
    const one = { 'spark.worker.initialRegistrationRetries': '1', 'spark.worker.maxRegistrationRetries': '1' }
    const worker = await bed.registered(one)
    const pid = await runningExecutor()
    const { host, port } = bed.master.address
    await bed.master.close()
    // Four rounds are what it has; somebody who answers with nothing counts them.
    let rounds = 0
    const counter = createServer((socket) => {
      rounds++
      socket.destroy()
    })
    await new Promise<void>((resolve) => counter.listen(port, host, resolve))
    await eventually('the fifth round', () => rounds >= 5)
    counter.close()
    expect(isAlive(pid)).toBe(true)
    signalExecutor(pid, 'SIGKILL')
    expect(await worker.ended).toMatchObject({ exitCode: 1 })
  })
})

describe('the next master', () => {
  test('of a lower epoch is not obeyed', async () => {
    bed.master.answer = { epoch: 5 }
    const worker = await bed.registered()
    await bed.replaceMaster({ epoch: 4 })
    await bed.master.registration(2)
    expect(worker.view().masterUrl).toBeUndefined()
    expect(bed.master.heartbeats).toBe(0)
    bed.master.answer = { epoch: 6 }
    await eventually('the master of epoch 6', () => worker.view().masterUrl)
  })

  test('may not know an executor: it is ended', async () => {
    await bed.registered()
    const pid = await runningExecutor()
    await bed.replaceMaster({ epoch: 2, unknownExecutors: [{ appId: 'app-1', executorId: '0' }] })
    expect(await bed.master.executorEnd()).toMatchObject({ state: 'KILLED', message: /knows nothing of it/ })
    expect(isAlive(pid)).toBe(false)
  })

  test('may repeat a launch: it is not done twice', async () => {
    const worker = await bed.registered()
    const pid = await runningExecutor()
    bed.master.launchExecutor()
    await eventually('its state again', () => bed.master.executorReports.length >= 2)
    expect(executorPids()).toEqual([pid])
    signalExecutor(pid, 'SIGKILL')
    await bed.master.executorEnd()
    bed.master.launchExecutor()
    await eventually(
      'its end again',
      () => bed.master.executorReports.filter(({ state }) => state === 'EXITED').length === 2,
    )
    expect([executorPids(), worker.view().executors]).toEqual([[], []])
  })
})

describe('an executor', () => {
  test('runs in a folder of its own until it is killed', async () => {
    const worker = await bed.registered()
    const pid = await runningExecutor()
    await eventually('RUNNING', () => bed.master.executorReports.some(({ state }) => state === 'RUNNING'))
    expect(worker.view()).toMatchObject({ coresUsed: 1, memoryUsedMiB: 256 })
    expect(existsSync(join(bed.workDir, 'app-1/0/stderr'))).toBe(true)
    bed.master.send('killExecutor', { appId: 'app-1', executorId: '0', reason: 'no longer wanted' })
    expect(await bed.master.executorEnd()).toMatchObject({
      state: 'KILLED',
      message: 'no longer wanted',
      cause: { code: 'killed', causedByApp: false },
    })
    expect(isAlive(pid)).toBe(false)
    expect(worker.view()).toMatchObject({ coresUsed: 0, executors: [], finishedExecutors: [{ state: 'KILLED' }] })
    expect(readdirSync(join(bed.workDir, 'app-1/0')).sort()).toEqual(['stderr', 'stdout'])
  })

  test('has its settings and secrets from standard input, and its environment from its application', async () => {
    const environment = { PATH: process.env.PATH, OF_THE_WORKER: 'secret' }
    const localDir = join(bed.workDir, '..', `${bed.workDir.split('/').at(-1)}-local`)
    mkdirSync(localDir)
    await bed.registered({}, { environment, localDirs: [localDir] })
    const driver = await bed.driver()
    bed.master.launchExecutor({ template: driver.template({ environment: { OF_THE_APP: 'set' } }) })
    await driver.registered()
    const [pid] = await executorsOf(1)
    const words = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0')
    expect(words('cmdline').slice(1, 2)).toEqual(['--enable-source-maps'])
    expect(words('cmdline')).toHaveLength(4)
    const variables = words('environ')
    expect(variables).toContain('OF_THE_APP=set')
    expect(variables).toContain('SPARK_USER=somebody')
    expect(variables.join()).not.toContain('OF_THE_WORKER')
    const dirs = variables.find((variable) => variable.startsWith('SPARK_EXECUTOR_DIRS='))!.split('=')[1]!
    expect(dirs.startsWith(`${localDir}/firesteel-worker-`)).toBe(true)
    expect(readdirSync(dirs)).toContain('executor-0')
    signalExecutor(pid!, 'SIGKILL')
    await bed.master.executorEnd()
    expect(readdirSync(localDir)).toEqual([])
  })

  test('that cannot reach its driver says so with both addresses', async () => {
    await bed.registered()
    bed.master.launchExecutor()
    const end = await bed.master.executorEnd()
    expect(end).toMatchObject({ state: 'EXITED', exitCode: 52, cause: { code: 'network', causedByApp: false } })
    expect(end.message).toMatch(/could not reach the driver at 127\.0\.0\.1:1 from 127\.0\.0\.1: .*FS_RPC_UNREACHABLE/)
    expect(bed.output('app-1/0', 'stderr')).toContain('could not reach the driver')
  })

  test('that is ended by a signal is reported with it', async () => {
    await bed.registered()
    signalExecutor(await runningExecutor(), 'SIGKILL')
    expect(await bed.master.executorEnd()).toMatchObject({
      state: 'EXITED',
      message: expect.stringContaining('SIGKILL'),
      cause: { code: 'signal', causedByApp: true },
    })
    expect(existsSync(join(bed.workDir, 'app-1/0/local'))).toBe(false)
  })

  test('whose heap runs out is reported with that', async () => {
    await bed.registered()
    const driver = await bed.driver()
    const greedy = 'setTimeout(()=>{let all=[];for(;;)all.push(new Array(1e5).fill({}))},300)'
    const environment = { NODE_OPTIONS: `--max-old-space-size=60 ${importing(greedy)}` }
    bed.master.launchExecutor({ template: driver.template({ environment }) })
    expect(await bed.master.executorEnd()).toMatchObject({ cause: { code: 'processOutOfMemory', causedByApp: true } })
    expect(bed.output('app-1/0', 'stderr')).toContain('heap out of memory')
  })

  test('whose id would lead elsewhere is refused', async () => {
    await bed.registered()
    bed.master.launchExecutor({ executorId: '../../x' })
    const report = await eventually('its refusal', () =>
      bed.master.executorReports.find(({ state }) => state === 'FAILED'),
    )
    expect(report.message).toContain('FS_WORKER_NAME')
  })

  test('has logs that roll as its application wants, read as one', async () => {
    const worker = await bed.registered()
    const driver = await bed.driver()
    const noisy = 'for(let i=0;i<2000;i++)process.stdout.write("Zeile "+i+" – ok \\n")'
    const rolling = { strategy: 'size', maxSize: '10000', enableCompression: 'true' }
    const settings = Object.fromEntries(
      Object.entries(rolling).map(([key, value]) => [`spark.executor.logs.rolling.${key}`, value]),
    )
    const environment = { NODE_OPTIONS: importing(noisy) }
    bed.master.launchExecutor({ template: driver.template({ settings, environment }) })
    await driver.registered()
    const owner = { kind: 'executor', appId: 'app-1', executorId: '0' } as const
    const expected = Array.from({ length: 2000 }, (_, i) => `Zeile ${i} – ok \n`).join('')
    await eventually('the whole log', async () => {
      const part = await worker.readLog(owner, 'stdout', { bytes: 100 })
      return part?.total === Buffer.byteLength(expected)
    })
    let text = ''
    for (let end: number | undefined; end !== 0; ) {
      const part = await worker.readLog(owner, 'stdout', { end, bytes: 7777 })
      text = part!.text + text
      end = part!.start
    }
    expect(text).toBe(expected)
    await eventually('compressed files', () =>
      readdirSync(join(bed.workDir, 'app-1/0')).some((name) => name.endsWith('.gz')),
    )
    for (const appId of ['../app-1', '..', 'app-2', '']) {
      expect(
        await worker.readLog({ kind: 'executor', appId, executorId: '0' }, 'stdout', { bytes: 10 }),
      ).toBeUndefined()
    }
    expect(await worker.readLog(owner, 'out', { bytes: 10 })).toBeUndefined()
  })
})

describe('a worker that is killed', () => {
  test('takes its executors with it', async () => {
    const child = await bed.process()
    const driver = await bed.driver()
    bed.master.launchExecutor({ template: driver.template() })
    await driver.registered()
    const [pid] = await executorsOf(1, child.pid)
    child.kill('SIGKILL')
    await eventually('the end of the executor', () => !isAlive(pid!))
  })

  test('leaves a frozen executor to the next one, which ends it', async () => {
    const child = await bed.process()
    const driver = await bed.driver()
    bed.master.launchExecutor({ template: driver.template() })
    await driver.registered()
    const [pid] = await executorsOf(1, child.pid)
    signalExecutor(pid!, 'SIGSTOP', child.pid)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    expect(isAlive(pid!)).toBe(true)
    await bed.registered()
    expect(isAlive(pid!)).toBe(false)
    expect(readdirSync(join(bed.workDir, 'app-1/0')).sort()).toEqual(['stderr', 'stdout'])
  })

  test('does not take those of another worker of the same folder for orphans', async () => {
    const child = await bed.process()
    const driver = await bed.driver()
    bed.master.launchExecutor({ template: driver.template() })
    await driver.registered()
    const [pid] = await executorsOf(1, child.pid)
    await bed.registered()
    expect(isAlive(pid!)).toBe(true)
  })
})

test('SIGTERM ends a worker after everything that it runs', async () => {
  const child = await bed.process()
  const driver = await bed.driver()
  bed.master.launchExecutor({ template: driver.template() })
  await driver.registered()
  const [pid] = await executorsOf(1, child.pid)
  const code = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  expect(await code).toBe(0)
  expect(isAlive(pid!)).toBe(false)
  expect(await bed.master.executorEnd()).toMatchObject({ state: 'KILLED', message: 'the worker was stopped' })
})
