import type { ApplicationDescription, DriverDescription } from '../../../cluster/standalone/protocol/index.js'
import type { MasterEffect, MasterEvent } from '../../../deploy/master/index.js'
import { Prng } from '../prng.js'
import { VirtualTime } from '../virtual-time.js'
import { type ClusterOptions, clusterMasterOptions } from './cluster-options.js'
import { DriverCheck } from './driver-check.js'
import type { FinderSurroundings } from './master-finder.js'
import { ModelApplication } from './model-application.js'
import { ModelClient } from './model-client.js'
import { ModelElection } from './model-election.js'
import { ModelMaster } from './model-master.js'
import { ModelNetwork, type Node } from './model-network.js'
import { ModelStore } from './model-store.js'
import { driverKey, executorKey, ModelWorker, type WorkerListener, type WorkerShape } from './model-worker.js'
import { checkRest } from './rest-check.js'
import { WorkerCheck } from './worker-check.js'

/** What came of a simulation. */
export interface ClusterResult {
  readonly seed: number
  readonly steps: number
  /** Orders to launch executors and drivers. */
  readonly launches: number
  readonly elections: number
  /** How many drivers ended how; `WAITING` are those that fit nowhere. */
  readonly drivers: ReadonlyMap<string, number>
  readonly applications: ReadonlyMap<string, number>
}

/** One run: masters around real cores, an election, a store, workers, applications and clients, a network between them, and what goes wrong. */
export class ClusterSimulation {
  readonly #seed: number
  readonly #options: ClusterOptions
  readonly #prng: Prng
  readonly #time = new VirtualTime()
  readonly #network: ModelNetwork
  readonly #store = new ModelStore()
  readonly #election: ModelElection
  readonly #masters: ModelMaster[] = []
  readonly #workers: ModelWorker[] = []
  readonly #applications: ModelApplication[] = []
  readonly #surroundings: FinderSurroundings
  readonly #driverCheck = new DriverCheck()
  readonly #workerCheck = new WorkerCheck()
  /** Workers and applications to which something happened for which a leader may take them for lost. */
  readonly #troubled = new Set<Node>()
  readonly #appIds = new Map<string, ModelApplication>()
  #nextWorker = 0
  #toBeSubmitted = 0
  #launches = 0
  #elections = 0

  constructor(seed: number, options: ClusterOptions) {
    this.#seed = seed
    this.#options = options
    this.#prng = new Prng(seed)
    const parts = { prng: this.#prng, time: this.#time }
    this.#network = new ModelNetwork({ ...parts, options })
    this.#election = new ModelElection({ ...parts, masters: () => this.#masters })
    this.#surroundings = { ...parts, network: this.#network, masters: this.#masters }
  }

  run(): ClusterResult {
    this.#prepare()
    const { faultsUntilMs, restMs } = this.#options
    let steps = this.#runUntil(faultsUntilMs + restMs)
    this.#atRest()
    for (const application of this.#applications) application.stop()
    steps += this.#runUntil(this.#time.now() + restMs / 2)
    return this.#atEnd(steps)
  }

  #runUntil(until: number): number {
    let isOver = false
    this.#time.after(until - this.#time.now(), () => {
      isOver = true
    })
    let steps = 0
    while (!isOver && this.#time.step()) {
      if (++steps > this.#options.maxSteps) throw new Error('it does not come to rest')
    }
    return steps
  }

  // --- what there is

  #prepare(): void {
    const { masters, workers, applications, drivers, faultsUntilMs } = this.#options
    for (let i = 0; i < masters; i++) this.#masters.push(this.#master(`m${i}`))
    this.#election.look()
    for (let i = 0; i < workers; i++) this.#soon(2_000, () => this.#startWorker(this.#shape(i)))
    for (let i = 0; i < applications; i++) this.#soon(faultsUntilMs / 2, () => this.#startApplication(`a${i}`))
    for (let i = 0; i < drivers; i++) this.#soon(faultsUntilMs, () => this.#submit(`d${i}`))
    this.#toBeSubmitted = drivers
    this.#prepareFaults()
  }

  #master(name: string): ModelMaster {
    const { clockSkewMs, storeMs } = this.#options
    return new ModelMaster(name, {
      time: this.#time,
      network: this.#network,
      store: this.#store,
      prng: this.#prng,
      options: { ...clusterMasterOptions, ...this.#options.master },
      skewMs: this.#prng.between(0, clockSkewMs),
      storeLatency: () => this.#prng.between(storeMs.min, storeMs.max),
      isListening: (host, port) =>
        this.#workers.some(({ isUp, shape }) => isUp && shape.host === host && shape.port === port),
      saw: (master, what) => this.#saw(master, what),
    })
  }

  #shape(i: number): Omit<WorkerShape, 'id'> {
    const { workerCores, workerMemoryMiB, gpus } = this.#options
    const addresses = Array.from({ length: gpus }, (_, address) => String(address))
    return {
      host: `host${i}`,
      port: 1_000 + i,
      cores: this.#prng.between(workerCores.min, workerCores.max),
      memoryMiB: this.#prng.between(workerMemoryMiB.min, workerMemoryMiB.max),
      resources: gpus > 0 ? { gpu: addresses } : {},
    }
  }

  #startWorker(shape: Omit<WorkerShape, 'id'>): void {
    const worker = new ModelWorker({ ...shape, id: `w${this.#nextWorker++}` }, this.#surroundings, this.#workerListener)
    this.#workers.push(worker)
  }

  readonly #workerListener: WorkerListener = {
    launching: (worker, process) => {
      this.#trace(`  ${worker.name} launches ${process.key}`)
      this.#workerCheck.launching(worker, process)
    },
    ended: (worker, process) => {
      this.#trace(`  ${worker.name}: ${process.key} ${process.report.state}`)
      if (process.kind === 'driver') this.#driverCheck.ended(process)
    },
    taken: (process) => {
      if (process.kind === 'driver') this.#driverCheck.taken(process)
    },
    obeys: (worker, epoch) => this.#workerCheck.obeys(worker, epoch),
    executorFate: ({ appId }) => {
      const isFaulty = this.#time.now() < this.#options.faultsUntilMs
      if (!isFaulty || !this.#prng.chance(this.#options.executorFailure)) return undefined
      this.#trace(`  an executor of ${appId} will fail`)
      return { afterMs: this.#prng.between(10, 3_000), exitCode: this.#prng.chance(0.9) ? 1 : 0 }
    },
    driverFate: () => {
      const isFaulty = this.#time.now() < this.#options.faultsUntilMs
      const exitCode = isFaulty && this.#prng.chance(this.#options.driverFailure) ? 1 : 0
      return { afterMs: this.#prng.between(10, this.#prng.chance(0.5) ? 500 : 7_000), exitCode }
    },
    driverStarts: (worker, process, token) => this.#driverCheck.starting(worker, process, token),
  }

  #startApplication(name: string): void {
    const { gpus, earlyEnd, crash, applicationKills, requests, faultsUntilMs } = this.#options
    const pick = this.#prng
    const description: ApplicationDescription = {
      name,
      user: 'u',
      ...(pick.chance(0.6) ? { coresMax: pick.between(1, 12) } : {}),
      ...(pick.chance(0.6) ? { coresPerExecutor: pick.between(1, 3) } : {}),
      ...(pick.chance(0.3) ? { executorLimit: pick.between(0, 4) } : {}),
      memoryPerExecutorMiB: pick.between(128, 2_048),
      resourcesPerExecutor: gpus > 0 && pick.chance(0.5) ? { gpu: pick.between(0, 2) } : {},
    }
    const application = new ModelApplication(name, description, {
      surroundings: this.#surroundings,
      listener: {
        named: (_, appId) => this.#named(application, appId),
        over: () => this.#trace(`  ${name} is over: ${application.end}`),
      },
    })
    this.#applications.push(application)
    const left = Math.max(1_000, faultsUntilMs - this.#time.now())
    if (pick.chance(earlyEnd)) this.#soon(left, () => application.stop())
    else if (pick.chance(crash)) this.#soon(left, () => application.crash())
    else if (pick.chance(applicationKills)) this.#soon(left, () => this.#killApplication(application))
    for (let i = 0; i < requests; i++) this.#soon(left, () => this.#request(application))
  }

  #named(application: ModelApplication, appId: string): void {
    const known = this.#appIds.get(appId)
    if (known !== undefined && known !== application) throw new Error(`${appId} is two applications`)
    this.#appIds.set(appId, application)
  }

  #submit(token: string): void {
    const { supervised, kills, repeatedSubmission, gpus } = this.#options
    const description = this.#driver(token, { isSupervised: this.#prng.chance(supervised), gpus })
    this.#driverCheck.submitting(description)
    const client = new ModelClient(`client of ${token}`, this.#surroundings)
    client.submit(description, (driverId) => {
      this.#toBeSubmitted--
      this.#driverCheck.acknowledged(token, driverId)
      if (this.#prng.chance(repeatedSubmission)) {
        this.#soon(10_000, () => client.submit(description, (again) => this.#driverCheck.acknowledged(token, again)))
      }
      if (this.#prng.chance(kills)) this.#soon(5_000, () => this.#killDriver(client, driverId))
    })
  }

  #driver(token: string, how: { readonly isSupervised: boolean; readonly gpus: number }): DriverDescription {
    const none = { args: [], settings: {}, environment: {}, jars: [], files: [], archives: [], packages: [] }
    return {
      ...none,
      token,
      name: token,
      user: 'u',
      application: { kind: 'url', url: 'file:/app.js' },
      cores: this.#prng.between(1, 3),
      memoryMiB: this.#prng.between(128, 2_048),
      supervise: how.isSupervised,
      resources: how.gpus > 0 && this.#prng.chance(0.3) ? { gpu: 1 } : {},
    }
  }

  #killDriver(client: ModelClient, driverId: string): void {
    this.#driverCheck.killAsked(driverId)
    client.kill(driverId, (success) => {
      if (success) this.#driverCheck.killAcknowledged(driverId)
    })
  }

  #killApplication({ appId }: ModelApplication): void {
    if (appId !== undefined) this.#election.leader?.do({ type: 'killApplication', appId, by: 'an operator' })
  }

  #request(application: ModelApplication): void {
    if (application.end !== undefined) return
    application.request(this.#prng.between(0, 5))
    const [some] = application.executors
    if (some !== undefined && this.#prng.chance(0.5)) application.killSome([some])
  }

  // --- what goes wrong

  #prepareFaults(): void {
    const options = this.#options
    this.#atRandom(options.masterDeaths, () => this.#masterDies())
    this.#atRandom(options.workerDeaths, () => this.#workerDies())
    this.#atRandom(options.depositions, () => this.#election.depose())
    this.#atRandom(options.cuts, () => this.#cut())
    this.#atRandom(options.partitions, () => this.#partition())
    this.#atRandom(options.decommissions, () => this.#decommission())
  }

  #masterDies(): void {
    const master = this.#prng.pick(this.#masters)
    if (!master.isUp) return
    this.#trace(`${master.name} dies`)
    master.die()
    this.#election.died(master)
    this.#time.after(this.#prng.between(100, 5_000), () => {
      master.restart()
      this.#election.look()
    })
  }

  #workerDies(): void {
    const up = this.#workers.filter((worker) => worker.isUp)
    if (up.length === 0) return
    const worker = this.#prng.pick(up)
    this.#trace(`${worker.name} dies`)
    this.#troubled.add(worker)
    worker.die()
    const { id: _, ...shape } = worker.shape
    this.#time.after(this.#prng.between(100, 8_000), () => this.#startWorker(shape))
  }

  /** Anybody may be behind the connection: all count as troubled. */
  #cut(): void {
    for (const node of [...this.#workers, ...this.#applications]) this.#troubled.add(node)
    this.#network.cutOne()
  }

  #partition(): void {
    const others: Node[] = [...this.#workers, ...this.#applications].filter(({ isUp }) => isUp)
    if (others.length === 0) return
    const other = this.#prng.pick(others)
    this.#troubled.add(other)
    this.#trace(`${other.name} is cut off`)
    const forMs = this.#prng.between(200, 10_000)
    for (const master of this.#masters) {
      if (this.#prng.chance(0.7)) this.#network.partition(other, master, forMs)
    }
  }

  #decommission(): void {
    const up = this.#workers.filter((worker) => worker.isUp)
    if (up.length < 2) return
    const { host } = this.#prng.pick(up).shape
    this.#election.leader?.do({ type: 'decommissionWorkers', request: -1, hosts: [host] })
  }

  #soon(withinMs: number, action: () => void): void {
    this.#time.after(this.#prng.between(0, Math.floor(withinMs)), action)
  }

  #atRandom(times: number, action: () => void): void {
    for (let i = 0; i < times; i++) this.#soon(this.#options.faultsUntilMs, action)
  }

  // --- what is watched

  #saw(master: ModelMaster, what: MasterEvent | MasterEffect): void {
    if (this.#options.trace !== undefined) this.#trace(`${master.name} ${describe(what)}`)
    if (what.type === 'elected') {
      this.#elections++
      // Whoever does not find the new leader in time is taken for lost.
      for (const worker of this.#workers) if (!worker.isUp) this.#troubled.add(worker)
    }
    if (what.type !== 'toWorker') {
      if (what.type === 'changed') master.core.assertEmpty()
      return
    }
    const { message } = what
    if (message.method === 'launchExecutor') {
      this.#launches++
      this.#workerCheck.ordered(executorKey(message.appId, message.executorId))
    } else if (message.method === 'launchDriver') {
      this.#launches++
      this.#driverCheck.ordered(driverKey(message.driverId, message.attempt))
    }
  }

  #atRest(): void {
    const { leader } = this.#election
    if (leader === undefined || !leader.isLeading) throw new Error('nobody leads')
    if (this.#toBeSubmitted > 0) throw new Error(`${this.#toBeSubmitted} submissions are not answered`)
    const view = leader.view()
    leader.core.assertEmpty()
    checkRest(view, { workers: this.#workers.filter(({ isUp }) => isUp), applications: this.#applications })
    for (const application of this.#applications) this.#judge(application)
    this.#driverCheck.atRest([...view.activeDrivers, ...view.completedDrivers], (worker) => this.#troubled.has(worker))
  }

  /** An application that runs is not ended without a reason. */
  #judge(application: ModelApplication): void {
    const { end, name, farewell } = application
    if (end === undefined || end === 'stopped' || end === 'crashed') return
    if (this.#troubled.has(application) || this.#options.latencyMs.max + this.#options.storeMs.max > 100) return
    if (/killed by an operator|executors in a row have failed/.test(farewell)) return
    throw new Error(`${name} was ended (${end}), although nothing happened to it: ${farewell}`)
  }

  #atEnd(steps: number): ClusterResult {
    const leader = this.#election.leader as ModelMaster
    const view = leader.view()
    if (view.activeApplications.length > 0) throw new Error(`${view.activeApplications[0]?.id} does not end`)
    for (const worker of this.#workers) {
      const [left] = worker.running.filter(({ kind }) => kind === 'executor')
      if (worker.isUp && left !== undefined) throw new Error(`${worker.name} still runs ${left.key}`)
    }
    leader.core.assertEmpty()
    leader.deposed()
    const drivers = new Map<string, number>()
    for (const { state } of [...view.completedDrivers, ...view.activeDrivers]) {
      drivers.set(state, (drivers.get(state) ?? 0) + 1)
    }
    const applications = new Map<string, number>()
    for (const { end } of this.#applications) {
      applications.set(end ?? 'none', (applications.get(end ?? 'none') ?? 0) + 1)
    }
    return {
      seed: this.#seed,
      steps,
      launches: this.#launches,
      elections: this.#elections,
      drivers,
      applications,
    }
  }

  #trace(line: string): void {
    this.#options.trace?.(`${this.#time.now()} ${line}`)
  }
}

function describe(what: MasterEvent | MasterEffect): string {
  return JSON.stringify(what, (key, value: unknown) => (key === 'template' || key === 'driver' ? undefined : value))
}
