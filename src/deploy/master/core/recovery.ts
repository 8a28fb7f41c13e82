import { hasApplicationEnded, hasDriverEnded } from '../../../cluster/standalone/protocol/index.js'
import { ApplicationEntry } from './application-entry.js'
import type { ApplicationKeeper } from './application-keeper.js'
import { DriverEntry } from './driver-entry.js'
import type { DriverKeeper } from './driver-keeper.js'
import type { ExecutorKeeper } from './executor-keeper.js'
import { count, formatMs } from './figures.js'
import type { Ground } from './ground.js'
import type { Ids } from './ids.js'
import type { MasterEvent } from './master-event.js'
import type { StoredApplication, StoredDriver } from './stored-records.js'
import { WorkerEntry } from './worker-entry.js'
import type { WorkerKeeper } from './worker-keeper.js'

export interface RecoveryParts {
  readonly ids: Ids
  readonly workers: WorkerKeeper
  readonly executors: ExecutorKeeper
  readonly drivers: DriverKeeper
  readonly applications: ApplicationKeeper
}

type Elected = Extract<MasterEvent, { type: 'elected' }>

/** The time between an election and the first launch: what earlier leaders stored is read, and those they knew are waited for. */
export class Recovery {
  readonly #ground: Ground
  readonly #parts: RecoveryParts

  constructor(ground: Ground, parts: RecoveryParts) {
    this.#ground = ground
    this.#parts = parts
  }

  begin({ workers, applications, drivers }: Elected): void {
    const { deadlines, options, now, out, awaited } = this.#ground
    for (const record of workers) {
      const worker = new WorkerEntry(record)
      if (record.isDecommissioned === true) worker.state = 'DECOMMISSIONED'
      this.#ground.workers.add(worker)
      awaited.workers.add(record.id)
    }
    for (const record of inOrder(applications, (application) => application.startedAt)) this.#application(record)
    for (const record of inOrder(drivers, (driver) => driver.submittedAt)) this.#driver(record)
    this.#parts.applications.retire()
    this.#parts.drivers.retire()
    out.changed()
    if (this.isComplete) return
    deadlines.set('recovery', now + options.recoveryTimeoutMs)
    const known = `${count(awaited.workers.size, 'worker')} and ${count(awaited.applications.size, 'application')}`
    out.log('info', `waiting up to ${formatMs(options.recoveryTimeoutMs)} for ${known} to register again`)
  }

  get isComplete(): boolean {
    const { workers, applications } = this.#ground.awaited
    return workers.size === 0 && applications.size === 0
  }

  /** Everybody is back, or has had the time for it. */
  complete(): void {
    const { awaited, drivers, deadlines, out } = this.#ground
    const table = this.#ground.workers
    this.#ground.status = 'COMPLETING_RECOVERY'
    deadlines.clear('recovery')
    for (const id of [...awaited.workers]) {
      const worker = table.get(id)
      if (worker !== undefined) this.#parts.workers.lose(worker, 'it did not register with the new leader')
    }
    for (const id of [...awaited.applications]) {
      const application = this.#ground.applications.active(id)
      if (application !== undefined) this.#parts.applications.neverCame(application)
    }
    awaited.workers.clear()
    awaited.applications.clear()
    for (const driver of [...drivers.active.values()]) {
      const worker = driver.workerId === undefined ? undefined : table.get(driver.workerId)
      if (driver.isWaiting || worker !== undefined) continue
      this.#parts.drivers.lost(driver, `worker ${driver.workerId} is not known any more`)
    }
    this.#ground.status = 'ALIVE'
    for (const application of this.#ground.applications.all.values()) {
      this.#ground.applications.hungrier.add(application)
      this.#parts.executors.tellMissing(application)
    }
    out.log('info', 'recovery is complete: this master launches from now on')
    out.changed()
  }

  #application(record: StoredApplication): void {
    const { applications, awaited, options } = this.#ground
    this.#parts.ids.skip({ application: record.number })
    const state = hasApplicationEnded(record.state) ? record.state : 'UNKNOWN'
    applications.add(new ApplicationEntry({ ...record, state }, options.defaultCores))
    if (state === 'UNKNOWN') awaited.applications.add(record.id)
  }

  #driver(record: StoredDriver): void {
    const { drivers, workers } = this.#ground
    this.#parts.ids.skip({ driver: record.number })
    const driver = new DriverEntry(record)
    drivers.add(driver)
    const worker = record.workerId === undefined ? undefined : workers.get(record.workerId)
    if (worker !== undefined) {
      driver.workerHostPort = worker.hostPort
      driver.workerWebUiUrl = worker.webUiUrl
    }
    if (hasDriverEnded(driver.state)) return
    if (driver.isWaiting) drivers.enqueue(driver)
    else if (worker !== undefined) {
      const { id: driverId, attempt, resources } = driver
      const { cores, memoryMiB } = driver.description
      worker.holdDriver({ driverId, attempt, cores, memoryMiB, resources, isStale: false, isSeen: false })
    }
  }
}

/** Those that are there by their beginning, behind those that have ended by their end. */
function inOrder<T extends { readonly endedAt?: number }>(records: readonly T[], begin: (record: T) => number): T[] {
  return [...records].sort((a, b) => (a.endedAt ?? begin(a)) - (b.endedAt ?? begin(b)))
}
