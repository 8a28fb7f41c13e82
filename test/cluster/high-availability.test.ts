import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { StandaloneSubmitClient } from '../../src/cluster/standalone/index.js'
import { SparkConf } from '../../src/common/conf/index.js'
import { ClusterProcesses } from '../kit/cluster-processes.js'
import { eventually, within } from '../kit/eventually.js'
import { TcpRelay } from '../kit/tcp-relay.js'
import { ZooKeeperEnsemble, zooKeeperMissing } from '../kit/zookeeper.js'

const missing = await zooKeeperMissing()
const dist = new URL('../../dist/index.js', import.meta.url).href

let ensemble: ZooKeeperEnsemble
let cluster: ClusterProcesses | undefined
let folders = 0
const clients: StandaloneSubmitClient[] = []
const relays: TcpRelay[] = []
const applications: ChildProcess[] = []

const settings = (): Record<string, string> => ({
  'spark.deploy.recoveryMode': 'ZOOKEEPER',
  'spark.deploy.zookeeper.url': ensemble.url,
  'spark.deploy.zookeeper.dir': `/test/${folders++}`,
  'spark.firesteel.deploy.zookeeper.sessionTimeout': '6s',
})

async function start(options: Partial<Parameters<typeof ClusterProcesses.start>[0]> = {}): Promise<ClusterProcesses> {
  cluster = await ClusterProcesses.start({
    masters: 2,
    workers: 2,
    coresPerWorker: 8,
    ...options,
    conf: options.conf ?? settings(),
  })
  mkdirSync(join(cluster.folder, 'out'))
  // A driver that says once, in a file of its own, that it ran.
  writeFileSync(
    join(cluster.folder, 'driver.mjs'),
    `import { appendFileSync } from 'node:fs'
     const [file, ms] = process.argv.slice(2)
     appendFileSync(file, process.pid + '\\n')
     await new Promise((resolve) => setTimeout(resolve, Number(ms)))\n`,
  )
  return cluster
}

function clientOf({ url, secret }: ClusterProcesses): StandaloneSubmitClient {
  const conf = new SparkConf(false).setAll({
    'spark.authenticate.secret': secret,
    'spark.firesteel.submit.timeout': '90s',
  })
  const client = new StandaloneSubmitClient({ conf, masterUrl: url, log: () => undefined })
  clients.push(client)
  return client
}

/** Submits a driver that writes one line to a file of this name, and lives for so long. */
async function submit(to: ClusterProcesses, name: string, ms = 0): Promise<string> {
  const conf = new SparkConf(false).setAll({ 'spark.driver.memory': '128m', 'spark.driver.cores': 1 })
  const { id } = await clientOf(to).submit({
    name,
    main: join(to.folder, 'driver.mjs'),
    args: [join(to.folder, 'out', name), `${ms}`],
    jars: [],
    files: [],
    archives: [],
    packages: [],
    conf,
    environment: {},
  })
  return id
}

const linesOf = (of: ClusterProcesses, name: string): number => {
  const path = join(of.folder, 'out', name)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}

/** A client-mode application that runs one job after another and says the number of each that came out right. */
class JobStream {
  jobs = 0
  text = ''
  readonly child: ChildProcess

  constructor({ url, secret, folder }: ClusterProcesses) {
    const program = `
      import { SparkConf, SparkContext } from ${JSON.stringify(dist)}
      const conf = new SparkConf(false).setAll({ 'spark.master': ${JSON.stringify(url)}, 'spark.app.name': 'stream of jobs',
        'spark.authenticate.secret': process.env.CLUSTER_SECRET, 'spark.driver.host': '127.0.0.1', 'spark.cores.max': 2,
        'spark.executor.cores': 1, 'spark.executor.memory': '256m', 'spark.ui.enabled': false })
      const sc = await SparkContext.create(conf)
      let isOver = false
      process.stdin.on('data', () => { isOver = true })
      for (let job = 1; !isOver; job++) {
        const sum = await sc.parallelize([1, 2, 3, 4], 4).map((x) => x * 10).reduce((a, b) => a + b)
        if (sum !== 100) throw new Error('a job came to ' + sum)
        console.log('job ' + job)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await sc.stop()
      console.log('ended')
      process.stdin.destroy()\n`
    const path = join(folder, 'jobs.mjs')
    writeFileSync(path, program)
    this.child = spawn(process.execPath, [path], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, CLUSTER_SECRET: secret },
    })
    applications.push(this.child)
    this.child.stdout?.on('data', (bytes: Buffer) => {
      this.text += bytes.toString()
      this.jobs += bytes.toString().split('job ').length - 1
    })
    this.child.stderr?.on('data', (bytes: Buffer) => {
      this.text += bytes.toString()
    })
  }

  async more(count: number): Promise<void> {
    const from = this.jobs
    await eventually(
      () => `${count} more jobs\n${this.text.slice(-3_000)}`,
      () => this.jobs >= from + count,
    )
  }

  async end(): Promise<number | null> {
    const exit = new Promise<number | null>((resolve) => this.child.once('exit', resolve))
    this.child.stdin?.write('over\n')
    return within(60_000, 'the end of the application', exit)
  }
}

describe.skipIf(missing !== undefined)('masters with ZooKeeper', () => {
  beforeAll(async () => {
    ensemble = await ZooKeeperEnsemble.start(1)
  }, 300_000)
  afterEach(async () => {
    for (const child of applications.splice(0)) child.kill('SIGKILL')
    await Promise.all(clients.splice(0).map((client) => client.close()))
    await cluster?.stop()
    cluster = undefined
    await Promise.all(relays.splice(0).map((relay) => relay.close()))
  })
  afterAll(() => ensemble?.stop())

  test('a failover leaves a running application alone, and its executors, drivers and cores are accounted for again', async () => {
    const own = await start()
    const stream = new JobStream(own)
    await stream.more(3)
    const before = await own.leader()
    await submit(own, 'long', 60_000)
    await eventually('the driver to run', () => linesOf(own, 'long') === 1)
    const held = await own.state(before)
    await own.killMaster(before)
    const killedAt = stream.jobs
    await stream.more(3) // as nobody leads
    const after = await own.leader()
    expect(after).not.toBe(before)
    const state = await own.state(after)
    expect(state).toMatchObject({ aliveworkers: 2, coresused: held?.coresused })
    expect(state?.activeapps.map(({ id, cores }) => [id, cores])).toEqual(
      held?.activeapps.map(({ id, cores }) => [id, cores]),
    )
    expect(state?.activedrivers).toMatchObject([{ id: held?.activedrivers[0]?.id, state: 'RUNNING' }])
    await stream.more(3)
    expect(stream.jobs).toBeGreaterThan(killedAt + 5)
    expect(await stream.end()).toBe(0)
    expect(stream.text).not.toContain('executor lost')
    expect(linesOf(own, 'long')).toBe(1)
    await eventually(
      'the application to be known as finished',
      async () => (await own.state(after))?.activeapps.length === 0,
    )
  }, 180_000)

  test('ten failovers under a stream of submissions and jobs lose nothing and run nothing twice', async () => {
    const own = await start()
    const stream = new JobStream(own)
    await stream.more(2)
    const submitted: Promise<string>[] = []
    let isOver = false
    const submitting = (async () => {
      for (let number = 0; !isOver; number++) {
        submitted.push(submit(own, `driver-${number}`, 300))
        await sleep(700)
      }
    })()
    const acceptedAfter: number[] = []
    for (let failover = 0; failover < 10; failover++) {
      const leader = await own.leader()
      const killedAt = performance.now()
      await own.killMaster(leader)
      await submit(own, `failover-${failover}`)
      acceptedAfter.push(Math.round(performance.now() - killedAt))
      own.restartMaster(leader)
      await eventually('another leader', async () => (await own.leader()) !== leader)
      await eventually('both masters', async () => (await own.state(leader))?.status === 'STANDBY')
      await stream.more(1)
    }
    isOver = true
    await submitting
    const ids = await within(120_000, 'the submissions', Promise.all(submitted))
    const names = [...ids.keys()]
      .map((number) => `driver-${number}`)
      .concat(acceptedAfter.map((_, at) => `failover-${at}`))
    expect(new Set(ids).size).toBe(ids.length)
    await eventually(
      () => `all drivers to have run: ${names.filter((name) => linesOf(own, name) === 0).join(', ')}`,
      () => names.every((name) => linesOf(own, name) > 0),
    )
    const leader = await own.leader()
    await eventually('no driver to be active', async () => (await own.state(leader))?.activedrivers.length === 0)
    expect(names.filter((name) => linesOf(own, name) !== 1)).toEqual([])
    expect(readdirSync(join(own.folder, 'out'))).toHaveLength(names.length)
    const ended = (await own.state(leader))?.completeddrivers ?? []
    expect(ended.filter(({ state }) => state !== 'FINISHED')).toEqual([])
    expect(await stream.end()).toBe(0)
    console.log(
      `kill -9 of the leading master to a new submission accepted: ${acceptedAfter.join(', ')} ms; ${names.length} drivers, ${stream.jobs} jobs`,
    )
  }, 400_000)

  test('a leader cut off from ZooKeeper, but not from its workers, stops leading before another starts', async () => {
    const relay = await TcpRelay.open(ensemble.ports[0]!)
    relays.push(relay)
    const conf = settings()
    const cutOff = { 'spark.deploy.zookeeper.url': `${TcpRelay.host}:${ensemble.ports[0]}` }
    const own = await start({ conf, confOf: { 0: cutOff } })
    if ((await own.leader()) !== 0) {
      await own.killMaster(1)
      await eventually('the first master to lead', async () => (await own.leader()) === 0)
      own.restartMaster(1)
      await eventually('the second to stand by', async () => (await own.state(1))?.status === 'STANDBY')
    }
    relay.hold()
    const history: string[] = []
    await eventually(
      'the other to lead',
      async () => {
        const [a, b] = await Promise.all([own.state(0), own.state(1)])
        history.push(`${a?.status}/${b?.status}`)
        return b?.status === 'ALIVE'
      },
      { intervalMs: 5 },
    )
    expect(history[0]).toBe('ALIVE/STANDBY')
    expect(history.filter((both) => both.startsWith('ALIVE/') && !both.endsWith('/STANDBY'))).toEqual([])
    expect(history).toContain('STANDBY/STANDBY')
    await submit(own, 'after')
    await eventually('the driver to run', () => linesOf(own, 'after') === 1)
    relay.release()
  }, 180_000)

  test('a leader that was frozen until another led stands by when it goes on', async () => {
    const own = await start()
    const first = await own.leader()
    const second = 1 - first
    own.signalMaster(first, 'SIGSTOP')
    await eventually('the other to lead', async () => (await own.state(second))?.status === 'ALIVE')
    await submit(own, 'meanwhile')
    own.signalMaster(first, 'SIGCONT')
    await eventually('the first to answer again', async () => (await own.state(first)) !== undefined)
    expect((await own.state(first))?.status).toBe('STANDBY')
    await submit(own, 'after')
    await eventually('the drivers to run', () => linesOf(own, 'meanwhile') === 1 && linesOf(own, 'after') === 1)
    expect((await own.state(second))?.aliveworkers).toBe(2)
  }, 180_000)
})

describe('one master with FILESYSTEM', () => {
  afterEach(async () => {
    for (const child of applications.splice(0)) child.kill('SIGKILL')
    await Promise.all(clients.splice(0).map((client) => client.close()))
    await cluster?.stop()
    cluster = undefined
  })

  test('that is killed and started again goes on with its driver and its application', async () => {
    const conf = { 'spark.deploy.recoveryMode': 'FILESYSTEM', 'spark.deploy.recoveryDirectory': 'state' }
    const own = await start({ masters: 1, conf })
    const stream = new JobStream(own)
    await stream.more(2)
    const id = await submit(own, 'long', 60_000)
    await eventually('the driver to run', () => linesOf(own, 'long') === 1)
    const before = await own.state(0)
    await own.killMaster(0)
    const waiting = submit(own, 'submitted as nobody led')
    await stream.more(2)
    own.restartMaster(0)
    await own.leader()
    await waiting
    await eventually('the driver to run', () => linesOf(own, 'submitted as nobody led') === 1)
    const after = await own.state(0)
    expect(after?.activeapps.map(({ id, cores }) => [id, cores])).toEqual(
      before?.activeapps.map(({ id, cores }) => [id, cores]),
    )
    expect(after?.activedrivers.map(({ id }) => id)).toContain(id)
    expect(await stream.end()).toBe(0)
    expect(linesOf(own, 'long')).toBe(1)
  }, 180_000)
})
