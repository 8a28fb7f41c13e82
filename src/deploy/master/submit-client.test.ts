import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StandaloneSubmitClient } from '../../cluster/standalone/index.js'
import { SparkConf } from '../../common/conf/index.js'
import { ManualClock } from '../../common/index.js'
import { createInProcessHub, type InProcessHub } from '../../rpc/index.js'
import type { ClusterApplication } from '../../scheduler/index.js'
import { BlobStore, registerBlobEndpoint } from '../blobs/index.js'
import type { ElectionEvents, RecoveryMode, RecoveryRecord } from '../recovery/index.js'
import { Master } from './master.js'

let folder: string
let hub: InProcessHub
let clock: ManualClock
let closing: (() => Promise<unknown>)[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-test-'))
  hub = createInProcessHub()
  clock = new ManualClock(Date.now())
  closing = []
})
afterEach(async () => {
  for (const close of closing.reverse()) await close()
  rmSync(folder, { recursive: true })
})

/** Election and store of masters of one cluster: a test says who leads. */
class Ballot {
  readonly #records = new Map<string, RecoveryRecord>()
  #epoch = 0
  readonly candidates: ElectionEvents[] = []

  get mode(): RecoveryMode {
    const key = (kind: string, id: string) => `${kind} ${id}`
    return {
      name: 'BALLOT',
      open: async () => {
        let isLeading = false
        return {
          store: {
            readAll: async () => [...this.#records.values()],
            store: async (record) => void this.#records.set(key(record.kind, record.id), record),
            remove: async (kind, id) => void this.#records.delete(key(kind, id)),
            close: async () => {},
          },
          election: {
            start: async ({ elected, deposed }) => {
              this.candidates.push({
                elected: (epoch) => {
                  isLeading = true
                  elected(epoch)
                },
                deposed: (reason) => {
                  isLeading = false
                  deposed(reason)
                },
              })
            },
            stop: async () => {
              isLeading = false
            },
            isLeading: () => isLeading,
          },
        }
      },
    }
  }

  elect(at: number): void {
    this.candidates[at]?.elected(++this.#epoch)
  }
}

async function startMaster(ballot: Ballot, name: string): Promise<{ master: Master; store: string }> {
  const rpc = hub.environment({ name })
  const server = await rpc.listen()
  const conf = new SparkConf(false)
  const master = new Master({ conf, rpc, server, recovery: ballot.mode, clock })
  const store = join(folder, name)
  registerBlobEndpoint(rpc, new BlobStore(store, { maxBytes: 1 << 20, maxTotalBytes: 1 << 22 }))
  await master.start()
  closing.push(() => master.stop())
  return { master, store }
}

function openClient(masterUrl: string, settings: Record<string, string> = {}) {
  const conf = new SparkConf(false).setAll({ 'spark.master': masterUrl, ...settings })
  const log: string[] = []
  const rpc = hub.environment({ name: 'client' })
  const context = { masterUrl, conf, log: (level: string, message: string) => void log.push(`${level} ${message}`) }
  const client = new StandaloneSubmitClient(context, { rpc, clock })
  closing.push(() => client.close())
  return { client, conf, log }
}

function write(name: string, text: string): string {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function application(conf: SparkConf, more: Partial<ClusterApplication> = {}): ClusterApplication {
  const [main, args] = [write('app.mjs', 'the program'), ['a', 'b']]
  return { name: 'app', main, args, jars: [], files: [], archives: [], packages: [], conf, environment: {}, ...more }
}

/** Lets time pass until something has come of a promise. */
async function whileTimePasses<T>(promise: Promise<T>): Promise<T> {
  let isOver = false
  const noted = promise.finally(() => {
    isOver = true
  })
  noted.catch(() => undefined)
  for (let turns = 0; !isOver && turns < 100_000; turns++) {
    await turn()
    clock.advance(20)
  }
  return noted
}

test('a driver is submitted with what it consists of, its state told, and killed', async () => {
  const ballot = new Ballot()
  const { master, store } = await startMaster(ballot, 'one')
  ballot.elect(0)
  const { client, conf, log } = openClient(master.url, {
    'spark.driver.memory': '512m',
    'spark.driver.cores': '3',
    'spark.driver.supervise': 'true',
    'spark.driver.resource.gpu.amount': '1',
    'spark.authenticate.secret': 'hush',
    'spark.files': 'of this machine',
    'spark.my.own': 'x',
  })
  const files = [`${write('data.txt', 'data')}#renamed`, 'https://host/other.txt']
  const { id, message } = await client.submit(application(conf, { files }))
  expect(id).toMatch(/^driver-\d{14}-0000$/)
  expect(message).toBe(`Driver successfully submitted as ${id}`)
  expect(readdirSync(store)).toHaveLength(2)
  expect(log).toEqual([`info ${master.url}: uploaded 2 of 2 files (15 B of 15 B)`])

  const [driver] = master.view().activeDrivers
  expect(JSON.stringify(master.view())).not.toContain('hush')
  expect(driver).toMatchObject({ id, state: 'SUBMITTED' })
  const status = await client.status(id)
  expect(status).toMatchObject({ id, found: true, state: 'SUBMITTED', isFinal: false })
  expect(status.message).toMatch(/no worker/i)
  expect((await client.kill(id)).success).toBe(true)
  expect(await client.status(id)).toMatchObject({ state: 'KILLED', isFinal: true })
  expect(await client.kill(id)).toEqual({
    success: false,
    message: `Driver ${id} has already finished or does not exist`,
  })
  expect(await client.status('driver-none')).toMatchObject({ found: false, isFinal: true })
})

test('a second submission of the same files uploads nothing, and says so', async () => {
  const ballot = new Ballot()
  const { master } = await startMaster(ballot, 'one')
  ballot.elect(0)
  for (const expected of ['uploaded 1 of 1 files (11 B of 11 B)', 'nothing to upload: it has all 1 files (11 B)']) {
    const { client, conf, log } = openClient(master.url)
    await client.submit(application(conf))
    expect(log).toEqual([`info ${master.url}: ${expected}`])
  }
  expect(master.view().activeDrivers).toHaveLength(2)
})

test('a question that comes while a master starts is not left without an answer', async () => {
  const ballot = new Ballot()
  const rpc = hub.environment({ name: 'one' })
  const server = await rpc.listen()
  const master = new Master({ conf: new SparkConf(false), rpc, server, recovery: ballot.mode, clock })
  closing.push(() => master.stop())
  const { client } = openClient(master.url, { 'spark.firesteel.submit.timeout': '8s' })
  const status = client.status('driver-none')
  for (let turns = 0; turns < 100; turns++) {
    await turn()
    clock.advance(20)
  }
  await master.start()
  ballot.elect(0)
  expect(await whileTimePasses(status)).toMatchObject({ found: false })
  const killed = client.kill('driver-none')
  expect((await whileTimePasses(killed)).success).toBe(false)
})

test('the master that leads takes it; all that can be reached get the files, and those that cannot are named', async () => {
  const ballot = new Ballot()
  const [one, two] = [await startMaster(ballot, 'one'), await startMaster(ballot, 'two')]
  ballot.elect(1)
  const { client, conf, log } = openClient(`${one.master.url},in-process:9,${two.master.url.slice('spark://'.length)}`)
  const { id } = await whileTimePasses(client.submit(application(conf)))
  expect(two.master.driverStatus(id).found).toBe(true)
  expect([readdirSync(one.store).length, readdirSync(two.store).length]).toEqual([1, 1])
  expect(log.filter((line) => line.startsWith('warn'))).toEqual([
    expect.stringMatching(
      /^warn the application could not be uploaded to spark:\/\/in-process:9: .*nothing listens there/,
    ),
  ])
})

test('a submission that finds no leader is taken by the next one, once', async () => {
  const ballot = new Ballot()
  const [one, two] = [await startMaster(ballot, 'one'), await startMaster(ballot, 'two')]
  ballot.elect(0)
  await turn()
  ballot.candidates[0]?.deposed('the test says so')
  const { client, conf, log } = openClient(`${one.master.url},${two.master.url.slice('spark://'.length)}`)
  const submitted = client.submit(application(conf))
  const electing = (async () => {
    while (!log.some((line) => line.startsWith('warn'))) await turn()
    ballot.elect(1)
  })()
  const { id } = await whileTimePasses(submitted)
  await electing
  expect(two.master.view().activeDrivers.map((driver) => driver.id)).toEqual([id])
  expect(log.filter((line) => line.startsWith('warn'))).toEqual([
    `warn no master leads yet (${one.master.url} stands by; ${two.master.url} stands by); trying for 60 s`,
  ])
})

test('a client gives up when the time is up, and says what came of each master', async () => {
  const { master } = await startMaster(new Ballot(), 'one')
  const { client, conf } = openClient(`${master.url},in-process:9`, { 'spark.firesteel.submit.timeout': '3s' })
  await expect(whileTimePasses(client.submit(application(conf)))).rejects.toThrow(
    /FS_CLUSTER_NO_MASTER.*spark:\/\/in-process:1 stands by; spark:\/\/in-process:9 could not be asked \(/,
  )
})

test('a file that is gone is named, and so is one that is too large for the master', async () => {
  const ballot = new Ballot()
  const { master } = await startMaster(ballot, 'one')
  ballot.elect(0)
  const { client, conf } = openClient(master.url)
  await expect(client.submit(application(conf, { jars: ['/no/such.mjs'] }))).rejects.toThrow(
    '[FS_SUBMIT_FILE] the file /no/such.mjs (--jars) cannot be sent: there is no such file',
  )
  const files = [write('large', 'x'.repeat((1 << 20) + 1))]
  await expect(whileTimePasses(client.submit(application(conf, { files })))).rejects.toThrow('FS_BLOB_TOO_LARGE')
  expect(master.view().activeDrivers).toEqual([])
})
