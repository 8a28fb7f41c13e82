import { SparkConf } from '../common/conf/index.js'
import { type Clock, ManualClock } from '../common/index.js'
import type { ApplicationView, MasterService, MasterView } from '../deploy/master/index.js'
import type { LogPart, WorkerService, WorkerView as WorkersOwnView } from '../deploy/worker/index.js'
import { type WebSettingsOptions, webSettings } from '../web/index.js'
import type { DaemonUi } from './daemon-ui.js'
import { createMasterUi } from './master/master-ui.js'
import { emptyMaster, emptyWorker, someTime } from './sample-views.test-kit.js'
import { masterUiOptions, workerUiOptions } from './ui-options.js'
import { createWorkerUi } from './worker/worker-ui.js'

/* A master and a worker that show what they are given, with the pages over them; no decision is made here. */

export * from './sample-views.test-kit.js'

export interface UiFixtureOptions extends Partial<WebSettingsOptions> {
  readonly settings?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly log?: MemoryLog
  readonly clock?: Clock
}

/** A master that shows what it is given and notes what it is asked. */
export class MemoryMaster implements MasterService {
  readonly url = 'spark://127.0.0.1:7077'
  readonly restUrl: string | undefined = 'spark://127.0.0.1:6066'
  readonly webUiUrl = 'http://127.0.0.1:8080'
  readonly asked: string[] = []
  readonly listeners = new Set<() => void>()
  state: MasterView

  constructor(state: MasterView = emptyMaster()) {
    this.state = state
  }

  set(state: Partial<MasterView>): void {
    this.state = { ...this.state, ...state }
    for (const listener of this.listeners) listener()
  }

  view(): MasterView {
    return this.state
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  killApplication(appId: string, by: string): void {
    this.asked.push(`kill application ${appId} by ${by}`)
    const killed = this.state.activeApplications.filter(({ id }) => id === appId)
    this.set({
      activeApplications: this.state.activeApplications.filter(({ id }) => id !== appId),
      completedApplications: [
        ...killed.map(
          (app): ApplicationView => ({ ...app, state: 'KILLED', endedAt: someTime, message: `killed by ${by}` }),
        ),
        ...this.state.completedApplications,
      ],
    })
  }

  killDriver(driverId: string): ReturnType<MasterService['killDriver']> {
    this.asked.push(`kill driver ${driverId}`)
    const success = this.state.activeDrivers.some(({ id }) => id === driverId)
    const message = success
      ? `kill request for ${driverId} submitted`
      : `driver ${driverId} has already finished or does not exist`
    return Promise.resolve({ type: 'answered', driverId, success, message })
  }

  decommissionWorkers(hosts: readonly string[]): Promise<readonly string[]> {
    this.asked.push(`decommission ${hosts.join(', ')}`)
    return Promise.resolve(this.state.workers.filter(({ host }) => hosts.includes(host)).map(({ id }) => id))
  }

  submitDriver(): ReturnType<MasterService['submitDriver']> {
    return Promise.resolve({ type: 'refused', message: 'not asked by pages' })
  }

  driverStatus(): ReturnType<MasterService['driverStatus']> {
    return { found: false }
  }

  killAllDrivers(): void {
    this.asked.push('kill all drivers')
  }

  clearCompleted(): void {
    this.asked.push('clear')
  }
}

/** A log in memory that can grow. */
export class MemoryLog {
  #bytes = Buffer.alloc(0)

  write(text: string): this {
    this.#bytes = Buffer.concat([this.#bytes, Buffer.from(text)])
    return this
  }

  readonly read = ({ end, bytes }: { readonly end?: number; readonly bytes: number }): Promise<LogPart> => {
    const total = this.#bytes.length
    let to = Math.min(end ?? total, total)
    let from = Math.max(0, to - bytes)
    // At whole characters: bytes that go on with one begin with the bits 10.
    while (from < to && (this.#bytes[from]! & 0xc0) === 0x80) from++
    while (to < total && to > from && (this.#bytes[to]! & 0xc0) === 0x80) to--
    return Promise.resolve({ text: this.#bytes.toString('utf8', from, to), start: from, end: to, total })
  }
}

export class MemoryWorker implements WorkerService {
  readonly url = 'spark://127.0.0.1:45371'
  readonly webUiUrl = 'http://127.0.0.1:8081'
  readonly logs = new Map<string, MemoryLog>()
  readonly listeners = new Set<() => void>()
  state: WorkersOwnView

  constructor(state: WorkersOwnView = emptyWorker()) {
    this.state = state
  }

  set(state: Partial<WorkersOwnView>): void {
    this.state = { ...this.state, ...state }
    for (const listener of this.listeners) listener()
  }

  view(): WorkersOwnView {
    return this.state
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  readLog(...[owner, type, range]: Parameters<WorkerService['readLog']>): Promise<LogPart | undefined> {
    const { kind, ...ids } = owner
    return this.logs.get([kind, ...Object.values(ids), type].join(' '))?.read(range) ?? Promise.resolve(undefined)
  }

  decommission(): void {}
}

/** The pages of a master on loopback, without a secret unless one is given. */
export async function masterUi(
  service: MasterService,
  options: UiFixtureOptions = {},
): Promise<DaemonUi & { token?: string }> {
  const { settings = {}, env = {}, log, clock = new ManualClock(someTime + 7000), ...web } = options
  const conf = new SparkConf(false).setAll(settings)
  const { gate } = await webSettings(conf, { host: '127.0.0.1', folder: '/', now: () => clock.now(), ...web })
  const ui = createMasterUi(
    service,
    masterUiOptions(conf, { gate, env, startedAt: someTime, readLog: log?.read, clock }),
  )
  return { ...ui, token: gate.access.token }
}

export async function workerUi(
  service: WorkerService,
  options: UiFixtureOptions = {},
): Promise<DaemonUi & { token?: string }> {
  const { settings = {}, clock = new ManualClock(someTime + 7000), ...web } = options
  const conf = new SparkConf(false).setAll(settings)
  const { gate } = await webSettings(conf, { host: '127.0.0.1', folder: '/', now: () => clock.now(), ...web })
  const ui = createWorkerUi(service, { ...workerUiOptions(conf, { gate }), clock })
  return { ...ui, token: gate.access.token }
}
