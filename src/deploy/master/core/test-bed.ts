import type {
  ApplicationDescription,
  DriverDescription,
  DriverReport,
  ExecutorReport,
  RegisterApplication,
  RegisterWorker,
} from '../../../cluster/standalone/protocol/index.js'
import { MasterCore } from './master-core.js'
import type { MasterAnswer, MasterEffect, ToApplication, ToWorker } from './master-effect.js'
import type { MasterEvent } from './master-event.js'
import type { MasterOptions } from './master-options.js'
import type { MasterView } from './master-view.js'
import type { StoredApplication, StoredDriver, StoredRecord, StoredWorker } from './stored-records.js'

export const testOptions: MasterOptions = {
  masterUrl: 'spark://m:7077',
  masterWebUiUrl: 'http://m:8080',
  spreadOutApps: true,
  spreadOutDrivers: true,
  defaultCores: Number.POSITIVE_INFINITY,
  maxExecutorRetries: 10,
  maxDrivers: Number.POSITIVE_INFINITY,
  retainedApplications: 200,
  retainedDrivers: 200,
  workerTimeoutMs: 60_000,
  deadWorkerPersistence: 15,
  applicationGraceMs: 30_000,
  workerGraceMs: 20_000,
  recoveryTimeoutMs: 60_000,
  appIdPattern: 'app-%s-%04d',
  driverIdPattern: 'driver-%s-%04d',
  useAppNameAsAppId: false,
  useDriverIdAsAppName: false,
  workerSelectionPolicy: 'CORES_FREE_DESC',
}

export const template: RegisterApplication['template'] = {
  driver: { host: 'd', port: 1 },
  security: { mode: 'none' } as unknown as RegisterApplication['template']['security'],
  settings: {},
  environment: {},
}

export function driverDescription(token: string, changes: Partial<DriverDescription> = {}): DriverDescription {
  return {
    token,
    name: `name of ${token}`,
    user: 'u',
    application: { kind: 'url', url: 'file:/app.js' },
    args: [],
    settings: {},
    environment: {},
    jars: [],
    files: [],
    archives: [],
    packages: [],
    cores: 1,
    memoryMiB: 512,
    supervise: false,
    resources: {},
    ...changes,
  }
}

/** A core with a clock and a store around it, for tests: what it says is kept until it is asked for. */
export class TestBed {
  now = Date.UTC(2026, 0, 2, 3, 4, 5)
  readonly core: MasterCore
  readonly records = new Map<string, StoredRecord>()
  effects: MasterEffect[] = []
  #nextRequest = 1

  constructor(options: Partial<MasterOptions> = {}) {
    this.core = new MasterCore({ ...testOptions, ...options })
  }

  static leading(options: Partial<MasterOptions> = {}): TestBed {
    const bed = new TestBed(options)
    bed.elect(1)
    return bed
  }

  elect(epoch: number, records: Iterable<StoredRecord> = this.records.values()): void {
    const all = [...records]
    this.tell({
      type: 'elected',
      epoch,
      applications: all.filter((record): record is StoredApplication => record.kind === 'application'),
      drivers: all.filter((record): record is StoredDriver => record.kind === 'driver'),
      workers: all.filter((record): record is StoredWorker => record.kind === 'worker'),
    })
  }

  tell(event: MasterEvent): MasterEffect[] {
    this.effects = this.core.handle(event, this.now)
    this.#noteWake()
    for (const effect of this.effects) {
      if (effect.type === 'store') this.records.set(`${effect.record.kind}/${effect.record.id}`, effect.record)
      else if (effect.type === 'unstore') this.records.delete(`${effect.kind}/${effect.id}`)
    }
    return this.effects
  }

  /** What it answers at once. */
  ask(event: (request: number) => MasterEvent): MasterAnswer {
    const request = this.#nextRequest++
    const effects = this.tell(event(request))
    const answer = effects.find((effect) => effect.type === 'answer' && effect.request === request)
    if (answer?.type !== 'answer') throw new Error('there is no answer')
    return answer.answer
  }

  /** Lets time pass, with ticks when they were asked for. */
  pass(ms: number): MasterEffect[] {
    const until = this.now + ms
    const all: MasterEffect[] = []
    for (let at = this.#wakeAt; at !== undefined && at <= until; at = this.#wakeAt) {
      this.now = Math.max(this.now, at)
      this.#wakeAt = undefined
      all.push(...this.tell({ type: 'tick' }))
    }
    this.now = until
    this.effects = all
    return all
  }

  #wakeAt: number | undefined
  #noteWake(): void {
    for (const effect of this.effects) if (effect.type === 'wakeAt') this.#wakeAt = effect.at
  }

  worker(id: string, changes: Partial<RegisterWorker> & { readonly peer?: string } = {}): MasterAnswer {
    const { peer = `peer of ${id}`, ...rest } = changes
    const worker: RegisterWorker = {
      workerId: id,
      host: `host-of-${id}`,
      port: 1,
      cores: 4,
      memoryMiB: 8192,
      resources: {},
      webUiUrl: `http://${id}`,
      epoch: 0,
      executors: [],
      drivers: [],
      ...rest,
    }
    return this.ask((request) => ({ type: 'registerWorker', peer, request, worker }))
  }

  /** The worker is heard of: what it did not name when it registered is not there. */
  heartbeat(workerId: string, peer = `peer of ${workerId}`): MasterEffect[] {
    return this.tell({ type: 'workerHeartbeat', peer, workerId })
  }

  /** Registers an application and returns its id. */
  application(
    name: string,
    application: Partial<ApplicationDescription> = {},
    changes: Partial<RegisterApplication> & { readonly peer?: string } = {},
  ): string {
    const answer = this.registerApplication(name, application, changes)
    if (answer.type !== 'registered' || !('appId' in answer)) throw new Error(`answered ${JSON.stringify(answer)}`)
    return answer.appId
  }

  registerApplication(
    name: string,
    application: Partial<ApplicationDescription> = {},
    { peer = `peer of ${name}`, ...changes }: Partial<RegisterApplication> & { readonly peer?: string } = {},
  ): MasterAnswer {
    const registration: RegisterApplication = {
      token: `token of ${name}`,
      application: {
        name,
        user: 'u',
        memoryPerExecutorMiB: 1024,
        resourcesPerExecutor: {},
        ...application,
      },
      template,
      highestExecutor: -1,
      startedAt: this.now,
      ...changes,
    }
    return this.ask((request) => ({ type: 'registerApplication', peer, request, registration }))
  }

  submit(token: string, changes: Partial<DriverDescription> = {}): string {
    const driver = driverDescription(token, changes)
    const answer = this.ask((request) => ({ type: 'submitDriver', request, driver }))
    if (answer.type !== 'submitted') throw new Error(`answered ${JSON.stringify(answer)}`)
    return answer.driverId
  }

  killDriver(driverId: string): MasterAnswer {
    return this.ask((request) => ({ type: 'killDriver', request, driverId }))
  }

  /** What the worker says of an executor, by what the master believes of it. */
  executor(workerId: string, report: Pick<ExecutorReport, 'appId' | 'executorId' | 'state'> & Partial<ExecutorReport>) {
    const all = this.view.activeApplications.flatMap(({ id, executors }) => (id === report.appId ? executors : []))
    const known = all.find(({ id }) => id === report.executorId)
    const { cores = 1, memoryMiB = 1024, resources = {} } = known ?? {}
    return this.tell({
      type: 'executorState',
      peer: `peer of ${workerId}`,
      workerId,
      report: { cores, memoryMiB, resources, ...report },
    })
  }

  driver(workerId: string, report: Pick<DriverReport, 'driverId' | 'attempt' | 'state'> & Partial<DriverReport>) {
    return this.tell({
      type: 'driverState',
      peer: `peer of ${workerId}`,
      workerId,
      report: { cores: 1, memoryMiB: 512, resources: {}, ...report },
    })
  }

  get view(): MasterView {
    return this.core.view(this.now)
  }

  toWorker<M extends ToWorker['method']>(method: M, peer?: string): Extract<ToWorker, { method: M }>[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'toWorker' && effect.message.method === method && (peer ?? effect.peer) === effect.peer
        ? [effect.message as Extract<ToWorker, { method: M }>]
        : [],
    )
  }

  toApplication<M extends ToApplication['method']>(method: M, peer?: string): Extract<ToApplication, { method: M }>[] {
    return this.effects.flatMap((effect) =>
      effect.type === 'toApplication' && effect.message.method === method && (peer ?? effect.peer) === effect.peer
        ? [effect.message as Extract<ToApplication, { method: M }>]
        : [],
    )
  }
}
