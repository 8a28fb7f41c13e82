import { existsSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createNetworkRpc } from '../../src/rpc/index.js'
import { eventually } from '../kit/eventually.js'
import { EvilClient, lurk, say } from '../kit/evil-client.js'
import { SecuredCluster } from '../kit/secured-cluster.js'

const secret = 'of the hostile ports'
const seed = Number(process.env.FIRESTEEL_SEED ?? Math.floor(Math.random() * 2 ** 31))
const limitMiB = 500

/** Counts jobs that gave what they should until it is told to stop. */
const program = `
import { existsSync } from 'node:fs'
import { SparkContext } from 'firesteel'
const sc = await SparkContext.create({ appName: 'undisturbed', conf: { 'spark.cores.max': '1' } })
let jobs = 0
while (!existsSync(sc.getConf().get('spark.test.gone'))) {
  const sum = await sc.parallelize([1, 2, 3, 4], 2).map((n) => n * 2).sum()
  if (sum !== 20) throw new Error('the sum is ' + sum)
  if (++jobs % 2 === 0) console.log('JOBS ' + jobs)
}
await sc.stop()
`

/** Numbers below `n`, the same for the same seed (a linear congruential generator). */
function randomFrom(start: number): (n: number) => number {
  let state = start * 2 + 1
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}
const random = randomFrom(seed)
const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T
const anyBytes = (most: number): Buffer => Buffer.from(Array.from({ length: 1 + random(most) }, () => random(256)))

let cluster: SecuredCluster
let ports: readonly number[]
beforeAll(async () => {
  console.info(`seed ${seed} (replay with FIRESTEEL_SEED=${seed})`)
  cluster = await SecuredCluster.start({
    settings: { 'spark.executor.memory': '256m' },
    env: { SPARK_AUTHENTICATE_SECRET: secret },
  })
  const worker = /worker spark:\/\/127\.0\.0\.1:(\d+)/.exec(cluster.processes[1]?.output ?? '')?.[1]
  ports = [cluster.masterPort, Number(worker)]
  const gone = join(cluster.folder, 'gone')
  const path = cluster.write('app.mjs', program)
  cluster.run(['submit', '--master', cluster.masterUrl, '--conf', `spark.test.gone=${gone}`, path])
  await jobsBeyond(2)
})
afterAll(async () => {
  const app = cluster.processes[2]
  cluster.write('gone', '')
  // The application ended by itself, having got what it should each time.
  const code = await app?.ended(20_000)
  await cluster.close()
  expect(code, app?.output).toBe(0)
})

const jobs = (): number => Number([...(cluster.processes[2]?.output ?? '').matchAll(/JOBS (\d+)/g)].at(-1)?.[1] ?? 0)
const jobsBeyond = (count: number): Promise<unknown> => eventually(`${count} jobs`, () => jobs() >= count)

/** What master and worker have, apart from what changes with time. */
async function state(): Promise<unknown> {
  const bodies = cluster.pages.map(async (page) => (await fetch(`${page}/json/`)).json() as Promise<object>)
  const text = JSON.stringify(await Promise.all(bodies))
  return JSON.parse(text.replace(/"(?:lastheartbeat|duration|starttime)":\d+/g, '"time":0')) as unknown
}

function rssMiB(pid: number | undefined): number {
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

/** Whatever was done: nothing has ended, grown or changed, the job goes on, and somebody honest is let in. */
async function allIsWell(before: unknown): Promise<void> {
  const daemons = cluster.processes.slice(0, 2)
  for (const daemon of daemons) {
    expect(daemon.hasEnded, daemon.output).toBe(false)
    expect(rssMiB(daemon.child.pid)).toBeLessThan(limitMiB)
  }
  const rpc = createNetworkRpc({ name: 'honest', secret })
  for (const port of ports) await (await rpc.connect({ host: '127.0.0.1', port })).close()
  await rpc.close()
  await jobsBeyond(jobs() + 2)
  expect(await state()).toEqual(before)
}

const lines = (pattern: RegExp): number =>
  cluster.processes.slice(0, 2).reduce((sum, { output }) => sum + [...output.matchAll(pattern)].length, 0)

const magic = Buffer.from('FSRPC\r\n\0', 'latin1')
const starts = [
  () => anyBytes(200),
  () => Buffer.concat([magic, anyBytes(100)]),
  () => Buffer.concat([magic, Buffer.from([0, 1, 0, random(256)]), anyBytes(64)]),
  () => Buffer.concat([magic, Buffer.from([0, 1, 0, 1]), anyBytes(1), Buffer.alloc(64 + random(200), random(256))]),
  () => Buffer.concat([magic, Buffer.from([0, 1, 0, 3]), Buffer.alloc(64), anyBytes(60_000)]),
  () => Buffer.from(`${pick(['GET', 'POST', 'PRI'])} / HTTP/1.1\r\n\r\n`),
  () => Buffer.concat([Buffer.from([0x16, 3, 1]), anyBytes(100)]),
  () => Buffer.alloc(0),
]

test('strangers who say anything at all change nothing, and fill no log', async () => {
  const before = await state()
  const refused = lines(/WARN .*refused/g)
  for (let round = 0; round < 25; round++) {
    const cases = Array.from({ length: 40 }, () => say(pick(ports), pick(starts)(), 60))
    await Promise.all(cases)
  }
  await allIsWell(before)
  // One line for each reason, of which there are eleven, for each daemon.
  expect(lines(/WARN .*refused/g) - refused).toBeGreaterThan(2)
  expect(lines(/WARN .*refused/g) - refused).toBeLessThanOrEqual(22)
}, 60_000)

test('hundreds of connections that say nothing keep nobody out', async () => {
  const before = await state()
  const lurkers: Socket[] = []
  for (const port of ports) for (let i = 0; i < 400; i++) lurkers.push(lurk(port))
  await sleep(200)
  await allIsWell(before)
  for (const socket of lurkers) socket.destroy()
}, 60_000)

const endpoints = ['master', 'worker', 'application', 'blobs', 'driver', '__proto__', 'constructor', '']
const methods = [
  ...['registerWorker', 'heartbeat', 'executorState', 'driverState', 'workerLeaving', 'registerApplication'],
  ...[
    'unregisterApplication',
    'requestExecutors',
    'killExecutors',
    'submitDriver',
    'killSubmittedDriver',
    'driverStatus',
  ],
  ...['missingBlobs', 'putBlob', 'getBlob', 'launchExecutor', 'launchDriver', 'killExecutor', 'applicationFinished'],
  ...['decommission', 'standDown', 'constructor', '__proto__', 'toString', 'no such\n26/01/01 INFO Master: forged'],
]
const values = [
  'null',
  '-1',
  '1e999',
  '"x"',
  '[]',
  '{}',
  '{"__proto__":{"a":1}}',
  '[[[[]]]]',
  '"\\u0000"',
  'true',
  '1e300',
]
const fields = ['workerId', 'appId', 'driverId', 'report', 'worker', 'driver', 'hashes', 'hash', 'token', 'template']

function anyJson(depth = 0): string {
  if (depth > 3 || random(3) === 0) return pick(values)
  if (random(4) === 0) return `[${Array.from({ length: random(4) }, () => anyJson(depth + 1)).join()}]`
  return `{${Array.from({ length: random(5) }, () => `"${pick(fields)}":${anyJson(depth + 1)}`).join()}}`
}

const anyCall = (): string => {
  const names = `"${pick(endpoints)}",${JSON.stringify(pick(methods))}`
  const id = 1 + random(2 ** 31)
  return pick([
    () => `[0,${names},${anyJson()}]`,
    () => `[1,${id},${names},${anyJson()}]`,
    () => `[2,${id},${1 + random(9_000_000)},${names},${anyJson()}]`,
    () => `[3,${id},${anyJson()}]`,
    () => `[4,${id},{"name":"Error","message":"m","code":"FS_RPC_PEER_CLOSED"}]`,
    () => `[5,${id},${anyJson()}]`,
    () => `[${6 + random(2)},${id}]`,
    () => `[8,${id},${Number.MAX_SAFE_INTEGER}]`,
    () => '[9]',
  ])()
}

test('somebody with the secret who calls anything with anything changes nothing', async () => {
  const before = await state()
  const warned = lines(/WARN /g)
  for (const port of ports) {
    for (let connection = 0; connection < 6; connection++) {
      const evil = await EvilClient.connect(port, secret)
      for (let i = 0; i < 250; i++) evil.frame(anyCall())
      await sleep(20)
      // All was heard: a frame that is none would have ended it.
      expect(evil.socket.destroyed).toBe(false)
      evil.socket.destroy()
      await evil.closed
    }
  }
  await allIsWell(before)
  expect(lines(/WARN /g) - warned).toBeGreaterThan(2)
  // One a method or error, and not one a message: there were three thousand.
  expect(lines(/WARN /g) - warned).toBeLessThan(60)
  expect(lines(/^26\/01\/01/gm)).toBe(0)
}, 60_000)

test('somebody with the secret whose frames are garbage, torn or said to be huge is cut off, and costs no memory', async () => {
  const before = await state()
  const open: EvilClient[] = []
  for (const port of ports) {
    for (let i = 0; i < 16; i++) {
      const evil = await EvilClient.connect(port, secret)
      if (i % 4 === 0) evil.socket.write(anyBytes(500))
      else if (i % 4 === 1) evil.send(anyBytes(500))
      else if (i % 4 === 2) evil.declare(2 ** 32 - 1 - random(1000))
      else evil.declare(128 * 2 ** 20 - random(1000))
      open.push(evil)
    }
  }
  // More than is allowed is refused at once; as much as is allowed is waited for, but takes no memory until it is there.
  await Promise.all(open.filter((_, i) => i % 4 === 2).map(({ closed }) => closed))
  await allIsWell(before)
  for (const evil of open) evil.socket.destroy()
}, 60_000)
