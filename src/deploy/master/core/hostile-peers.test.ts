import { expect, it } from 'vitest'
import { readMessage, type Shape, toMaster } from '../../../cluster/standalone/protocol/index.js'
import { driverDescription, TestBed, template } from './test-bed.js'

/** Numbers below `n`, the same for the same seed (a linear congruential generator). */
function randomFrom(seed: number): (n: number) => number {
  let state = seed * 2 + 1
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

type Random = (n: number) => number
const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)] as T

const secured = { ...template, security: { encrypt: false } }
const victimReport = { cores: 2, memoryMiB: 1024, resources: { gpu: ['0'] } }

/** A valid message of each method, in which the ids are those of victims and of others. */
function messages(appId: string, driverId: string) {
  const executor = { appId, executorId: '0', state: 'RUNNING', cores: 1, memoryMiB: 1, resources: { gpu: ['1'] } }
  const driver = { driverId, attempt: 1, state: 'RUNNING', cores: 1, memoryMiB: 1, resources: {} }
  const worker = { host: 'host-of-w', port: 1, cores: 4, memoryMiB: 8192, resources: { gpu: ['0', '1'] }, webUiUrl: '' }
  const application = { name: 'n', user: 'u', memoryPerExecutorMiB: 1, resourcesPerExecutor: { gpu: 1 } }
  return {
    registerWorker: { workerId: 'w', token: 't', ...worker, epoch: 0, executors: [executor], drivers: [driver] },
    heartbeat: { workerId: 'w' },
    executorState: { workerId: 'evil', report: executor },
    driverState: { workerId: 'evil', report: driver },
    workerLeaving: { workerId: 'w', reason: 'r', hasEnded: false },
    registerApplication: { appId, token: 't', application, template: secured, highestExecutor: 3, startedAt: 0 },
    unregisterApplication: { appId, state: 'KILLED' },
    requestExecutors: { appId, total: 0 },
    killExecutors: { appId, executorIds: ['0'] },
    submitDriver: { driver: driverDescription('t') },
  } satisfies { [M in keyof typeof toMaster]?: unknown }
}
type Method = keyof ReturnType<typeof messages>

const strange = [
  ...[0, 1, -1, 2, 3, 1.5, 2 ** 31 - 1, 2 ** 53, 1e300, null, undefined, true, {}, [], [[]], { length: 3 }],
  ...['', '0', '1', 'w', 'evil', '../w', '__proto__', 'constructor', 'x'.repeat(300), 'RUNNING', 'EXITED', 'FINISHED'],
  ...['KILLED', 'host-of-w', '999999999999999', '-1', 'NaN', '\n', 'a/b', 't', 'of w', 'app-9', 'driver-9'],
] as const

/** Changes some fields, however deep. */
function mutated(value: unknown, random: Random, ids: readonly unknown[]): unknown {
  if (random(12) === 0) return pick(random, [...strange, ...ids])
  if (Array.isArray(value)) {
    const items = value.map((item) => mutated(item, random, ids))
    return random(6) === 0 ? [...items, ...items] : items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, mutated(item, random, ids)])
  if (random(20) === 0) entries.pop()
  if (random(20) === 0) entries.push([pick(random, ['__proto__', 'gpu', 'constructor']), pick(random, strange)])
  return Object.fromEntries(entries)
}

function eventOf(method: Method, body: object, { peer, request }: { peer: string; request: number }): unknown {
  switch (method) {
    case 'registerWorker':
      return { type: method, peer, request, worker: body }
    case 'registerApplication':
      return { type: method, peer, request, registration: body }
    case 'unregisterApplication':
      return { type: method, peer, message: body }
    case 'heartbeat':
      return { type: 'workerHeartbeat', peer, ...body }
    case 'workerLeaving':
      return { type: 'workerDecommissioning', peer, ...body }
    default:
      return { type: method, peer, request, ...body }
  }
}

/** An application on a worker, a driver on it, and evil ones who are let in and say what they like. */
function attack(seed: number, count: number): { readonly taken: number } {
  const random = randomFrom(seed)
  const bed = TestBed.leading()
  bed.worker('w', { token: 'of w', resources: { gpu: ['0', '1'] } })
  const driverId = bed.submit('token of the driver')
  const appId = bed.application('a', { coresMax: 2, coresPerExecutor: 2, resourcesPerExecutor: { gpu: 1 } })
  bed.executor('w', { appId, executorId: '0', state: 'RUNNING', ...victimReport })
  const own = messages(appId, driverId)
  const methods = Object.keys(own) as Method[]
  let taken = 0
  for (let i = 0; i < count; i++) {
    const peer = `evil ${random(4)}`
    const method = pick(random, methods)
    const ids = [appId, driverId, ...bed.view.activeApplications.map(({ id }) => id)]
    const body = mutated(own[method], random, ids)
    try {
      const read = readMessage(toMaster[method] as Shape<object>, body, method)
      bed.tell(eventOf(method, read, { peer, request: 1_000_000 + i }) as never)
      taken++
    } catch (error) {
      if ((error as { code?: string }).code !== 'FS_CLUSTER_MESSAGE') throw error
    }
    if (random(50) === 0) bed.tell({ type: 'peerGone', peer })
    if (random(50) === 0) {
      bed.tell({ type: 'workerHeartbeat', peer: 'peer of w', workerId: 'w' })
      bed.pass(random(30_000))
    }
    bed.core.assertEmpty()
  }
  const { view } = bed
  expect(view.workers.find(({ id }) => id === 'w')).toMatchObject({ state: 'ALIVE', cores: 4, host: 'host-of-w' })
  const victim = view.activeApplications.find(({ id }) => id === appId)
  expect(victim).toMatchObject({ name: 'a', executors: [{ id: '0', workerId: 'w', state: 'RUNNING', cores: 2 }] })
  expect(bed.core.driverStatus(driverId)).toMatchObject({ state: 'RUNNING', workerId: 'w' })
  for (const worker of view.workers) {
    for (const amount of [worker.cores, worker.coresUsed, worker.memoryMiB, worker.memoryUsedMiB])
      expect(Number.isSafeInteger(amount)).toBe(true)
  }
  return { taken }
}

it('whatever peers say that were let in, others keep what they have, and the state stays sound', () => {
  const given = process.env.FIRESTEEL_SEED
  const seeds = given === undefined ? Array.from({ length: 60 }, (_, i) => i) : [Number(given)]
  let taken = 0
  for (const seed of seeds) {
    try {
      taken += attack(seed, 150).taken
    } catch (error) {
      throw new Error(`seed ${seed} (replay with FIRESTEEL_SEED=${seed}): ${(error as Error).message}`, {
        cause: error,
      })
    }
  }
  // Most are well formed enough to be heard: otherwise this would test nothing.
  expect(taken).toBeGreaterThan(seeds.length * 30)
})
