/**
 * Decision times of the standalone master's core, without network or store: 10,000 workers, 1,000 applications, 100,000 executors, and what
 * happens to them. Run: npx tsx --expose-gc bench/micro/master-core.ts [workers] [applications] [executors].
 * Every event is timed alone; times are in microseconds of this thread, which others may disturb.
 */
import { MasterCore, type MasterEffect, type MasterEvent, type MasterOptions } from '../../src/deploy/master/index.js'

const [workers = 10_000, applications = 1_000, executors = 100_000] = process.argv.slice(2).map(Number)
const executorsEach = Math.floor(executors / applications)
/** Each executor has four cores; on a worker ten find room, so that all together fill the cluster. */
const coresPerExecutor = 4
const coresPerWorker = Math.ceil((executors * coresPerExecutor) / workers)

const options: MasterOptions = {
  masterUrl: 'spark://bench:7077',
  masterWebUiUrl: 'http://bench:8080',
  spreadOutApps: true,
  spreadOutDrivers: true,
  defaultCores: Number.POSITIVE_INFINITY,
  maxExecutorRetries: 10,
  maxDrivers: Number.POSITIVE_INFINITY,
  retainedApplications: 200,
  retainedDrivers: 200,
  workerTimeoutMs: 60_000,
  deadWorkerPersistence: 15,
  applicationGraceMs: 5_000,
  workerGraceMs: 2_000,
  recoveryTimeoutMs: 60_000,
  appIdPattern: 'app-%s-%04d',
  driverIdPattern: 'driver-%s-%04d',
  useAppNameAsAppId: false,
  useDriverIdAsAppName: false,
  workerSelectionPolicy: 'CORES_FREE_DESC',
}

interface Running {
  readonly appId: string
  readonly executorId: string
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: Readonly<Record<string, readonly string[]>>
}

const core = new MasterCore(options)
const running = new Map<string, Map<string, Running>>()
const appIds: string[] = []
let now = Date.UTC(2030, 0, 1)
let request = 0
let launches = 0
const whole = process.hrtime.bigint()

console.log(`${workers} workers of ${coresPerWorker} cores, ${applications} applications, ${executors} executors`)
console.log(
  `${'event'.padEnd(44)}${['count', 'median', 'p99', 'max'].map((name) => name.padStart(10)).join('')}   total`,
)

core.handle({ type: 'elected', epoch: 1, applications: [], drivers: [], workers: [] }, now)
const ids = Array.from({ length: workers }, (_, i) => `worker-${i}`)
measure('registerWorker', ids, (id) => registration(id, []))
measure('registerApplication (launches its executors)', range(applications), (i) => ({
  type: 'registerApplication',
  peer: `application ${i}`,
  request: request++,
  registration: {
    token: `token ${i}`,
    application: {
      name: `application ${i}`,
      user: 'bench',
      coresMax: executorsEach * coresPerExecutor,
      coresPerExecutor,
      memoryPerExecutorMiB: 1024,
      resourcesPerExecutor: {},
    },
    template: { driver: { host: 'd', port: 1 }, security: { encrypt: false }, settings: {}, environment: {} },
    highestExecutor: -1,
    startedAt: now,
  },
}))
const states = ids.flatMap((id) => [...(running.get(id)?.values() ?? [])].map((executor) => ({ id, executor })))
measure('executorState RUNNING', states, ({ id, executor }) => stateOf(id, executor, { state: 'RUNNING' }))
measure('workerHeartbeat', ids, (id) => ({ type: 'workerHeartbeat', peer: `peer of ${id}`, workerId: id }))
// Each ends after a while, and is replaced on the only worker that has room.
now += 20_000
const ended = ids.flatMap((id) =>
  [...(running.get(id)?.values() ?? [])].slice(0, 1).map((executor) => ({ id, executor })),
)
measure('executorState EXITED (launches another)', ended, ({ id, executor }) =>
  stateOf(id, executor, { state: 'EXITED', exitCode: 1 }),
)
measure('registerApplication (no room, waits)', range(100), (i) => ({
  type: 'registerApplication',
  peer: `late ${i}`,
  request: request++,
  registration: {
    token: `late ${i}`,
    application: {
      name: `late ${i}`,
      user: 'b',
      coresPerExecutor,
      memoryPerExecutorMiB: 1024,
      resourcesPerExecutor: {},
    },
    template: { driver: { host: 'd', port: 1 }, security: { encrypt: false }, settings: {}, environment: {} },
    highestExecutor: -1,
    startedAt: now,
  },
}))
measure('submitDriver (no room, waits)', range(100), (i) => ({
  type: 'submitDriver',
  request: request++,
  driver: {
    ...{ token: `driver ${i}`, name: 'd', user: 'b', application: { kind: 'url', url: 'file:/a.js' }, args: [] },
    ...{ settings: {}, environment: {}, jars: [], files: [], archives: [], packages: [], resources: {} },
    ...{ cores: 1, memoryMiB: 512, supervise: false },
  },
}))
const lost = ids.slice(0, Math.floor(workers / 10))
measure('peerGone of a worker', lost, (id) => ({ type: 'peerGone', peer: `peer of ${id}` }))
for (const id of ids.slice(lost.length))
  core.handle({ type: 'workerHeartbeat', peer: `peer of ${id}`, workerId: id }, now)
now += 3_000
measure(`tick (loses ${lost.length} workers at once)`, [0], () => ({ type: 'tick' }))
for (const id of lost) running.delete(id)
measure('registerWorker (anew, with room for those who wait)', lost, (id) => registration(`${id}-again`, []))
measure('tick (reasons of those who wait)', range(10), () => {
  now += 1_000
  return { type: 'tick' }
})
const before = process.hrtime.bigint()
const view = core.view(now)
console.log(`${'view'.padEnd(44)}${' '.repeat(40)}   ${(Number(process.hrtime.bigint() - before) / 1e6).toFixed(1)} ms`)
const used = view.workers.reduce((sum, { coresUsed }) => sum + coresUsed, 0)
measure('unregisterApplication', appIds.slice(0, 100), (appId) => ({
  type: 'unregisterApplication',
  peer: peerOf(appId),
  message: { appId, state: 'FINISHED' },
}))
core.assertEmpty()
const seconds = Number(process.hrtime.bigint() - whole) / 1e9
globalThis.gc?.()
const heap = process.memoryUsage().heapUsed / 2 ** 20
console.log(
  `${launches} executors launched, ${used} cores in use; whole run ${seconds.toFixed(2)} s; heap ${heap.toFixed(0)} MiB`,
)

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i)
}

function peerOf(appId: string): string {
  return `application ${appIds.indexOf(appId)}`
}

function registration(id: string, held: readonly Running[]): MasterEvent {
  return {
    type: 'registerWorker',
    peer: `peer of ${id}`,
    request: request++,
    worker: {
      workerId: id,
      host: `host-of-${id}`,
      port: 7078,
      cores: coresPerWorker,
      memoryMiB: 1024 * coresPerWorker,
      resources: {},
      webUiUrl: `http://${id}:8081`,
      epoch: 0,
      executors: held.map((executor) => ({ ...executor, state: 'RUNNING' })),
      drivers: [],
    },
  }
}

function stateOf(
  id: string,
  executor: Running,
  state: { readonly state: 'RUNNING' | 'EXITED'; readonly exitCode?: number },
): MasterEvent {
  if (state.state === 'EXITED') running.get(id)?.delete(`${executor.appId}/${executor.executorId}`)
  return { type: 'executorState', peer: `peer of ${id}`, workerId: id, report: { ...executor, ...state } }
}

function note(effect: MasterEffect): void {
  if (effect.type === 'toWorker' && effect.message.method === 'launchExecutor') {
    launches++
    const { appId, executorId, cores, memoryMiB, resources } = effect.message
    const id = effect.peer.slice('peer of '.length)
    const held = running.get(id) ?? new Map<string, Running>()
    running.set(id, held)
    held.set(`${appId}/${executorId}`, { appId, executorId, cores, memoryMiB, resources })
  } else if (effect.type === 'answer' && effect.answer.type === 'registered' && 'appId' in effect.answer) {
    appIds.push(effect.answer.appId)
  }
}

function measure<T>(name: string, items: readonly T[], eventOf: (item: T) => MasterEvent): void {
  const times: number[] = []
  for (const item of items) {
    const event = eventOf(item)
    const begin = process.hrtime.bigint()
    const effects = core.handle(event, now)
    times.push(Number(process.hrtime.bigint() - begin) / 1_000)
    for (const effect of effects) note(effect)
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1)
  const total = times.reduce((sum, time) => sum + time, 0) / 1_000
  const cells = [String(times.length), at(0.5), at(0.99), at(1)].map((cell) => cell.padStart(10)).join('')
  console.log(`${name.padEnd(44)}${cells}   ${total.toFixed(1)} ms`)
}
