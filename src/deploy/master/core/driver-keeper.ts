import {
  type DriverDescription,
  type DriverReport,
  type DriverState,
  hasDriverEnded,
} from '../../../cluster/standalone/protocol/index.js'
import { DriverEntry } from './driver-entry.js'
import type { Ground } from './ground.js'
import { attemptKey, type HeldDriver } from './holding.js'
import type { Ids } from './ids.js'
import type { RequestId } from './master-event.js'
import { outlived } from './retention.js'
import type { WorkerEntry } from './worker-entry.js'

/** A supervised driver that ends within this time of its start is started again after a pause. */
const quickEndMs = 5_000
const firstPauseMs = 1_000
const longestPauseMs = 60_000

interface DriverEnd {
  readonly state: DriverState
  readonly message?: string
  readonly exitCode?: number
}

/** Drivers: submitted, launched, started again, ended, and never forgotten in between. */
export class DriverKeeper {
  readonly #ground: Ground
  readonly #ids: Ids

  constructor(ground: Ground, ids: Ids) {
    this.#ground = ground
    this.#ids = ids
  }

  submit(request: RequestId, description: DriverDescription): void {
    const { drivers, out, now } = this.#ground
    const known = drivers.withToken(description.token)
    if (known !== undefined) {
      out.answer(request, submitted(known.id))
      return
    }
    const driver = new DriverEntry({
      ...this.#ids.nextDriver(now),
      description,
      submittedAt: now,
      state: 'SUBMITTED',
      attempt: 0,
      resources: {},
    })
    drivers.add(driver)
    drivers.enqueue(driver)
    out.store(driver.toRecord())
    out.log('info', `driver ${driver.id} (${description.name}) was submitted by ${description.user}`)
    out.answer(request, submitted(driver.id))
    out.changed()
  }

  kill(driverId: string): boolean {
    const { drivers, out } = this.#ground
    const driver = drivers.get(driverId)
    if (driver === undefined || driver.hasEnded) return false
    if (driver.isWaiting) {
      driver.isKilled = true
      this.#finish(driver, { state: 'KILLED', message: 'it was killed before it ran' })
      return true
    }
    if (!driver.isKilled) {
      driver.isKilled = true
      out.store(driver.toRecord())
    }
    this.#sendKill(driver.id, driver.attempt, driver.workerId)
    return true
  }

  launch(driver: DriverEntry, worker: WorkerEntry): void {
    const { drivers, workers, out, now } = this.#ground
    const { cores, memoryMiB, resources: amounts } = driver.description
    drivers.dequeue(driver)
    driver.attempt++
    driver.state = 'RUNNING'
    driver.startedAt = now
    driver.message = undefined
    driver.exitCode = undefined
    driver.resources = worker.chooseAddresses(amounts)
    place(driver, worker)
    const { id: driverId, attempt, resources } = driver
    worker.holdDriver({ driverId, attempt, cores, memoryMiB, resources, isStale: false, isSeen: false })
    workers.touched(worker, 'less')
    // Before the launch: a leader that finds this record and a worker that does not know the attempt knows that it never ran.
    out.store(driver.toRecord())
    out.toWorker(worker.peer, { method: 'launchDriver', driverId, attempt, driver: this.#named(driver), resources })
    out.log('info', `driver ${driverId} is launched on ${worker.id} (start ${attempt})`)
    out.changed()
  }

  /** The application is called after its driver, where the settings want it. */
  #named({ id, description }: DriverEntry): DriverDescription {
    if (!this.#ground.options.useDriverIdAsAppName) return description
    return { ...description, settings: { ...description.settings, 'spark.app.name': id } }
  }

  /** What a worker says of a driver, be it when it registers or in between. */
  report(worker: WorkerEntry, report: DriverReport): void {
    const held = worker.drivers.get(attemptKey(report.driverId, report.attempt))
    const driver = this.#ownerOf(worker, report)
    if (hasDriverEnded(report.state)) {
      if (held !== undefined) this.#release(worker, held)
      if (driver !== undefined) this.#ended(driver, report)
      return
    }
    if (held !== undefined) {
      held.isSeen = true
      return
    }
    this.#found(worker, report, driver)
  }

  /** A worker has registered again, on a new connection, without it. */
  missing(worker: WorkerEntry, held: HeldDriver): void {
    this.#release(worker, held)
    const driver = this.#ground.drivers.get(held.driverId)
    if (held.isStale || driver === undefined || driver.hasEnded) return
    if (held.isSeen) this.lost(driver, `worker ${worker.id} has come back without it`)
    else this.#neverRan(driver, worker)
  }

  /** Its worker is gone, and with it the driver. */
  lost(driver: DriverEntry, why: string): void {
    if (driver.isKilled) this.#finish(driver, { state: 'KILLED', message: why })
    else if (driver.description.supervise) this.#relaunch(driver, { state: 'ERROR', message: why }, 0)
    else this.#finish(driver, { state: 'ERROR', message: why })
  }

  /** All that a lost worker ran. */
  lostWith(worker: WorkerEntry, why: string): void {
    for (const held of [...worker.drivers.values()]) {
      worker.releaseDriver(held)
      const driver = this.#ground.drivers.get(held.driverId)
      if (!held.isStale && driver !== undefined && !driver.hasEnded) this.lost(driver, why)
    }
  }

  /** After a worker's registration: orders that may have got lost are repeated. */
  repeatKills(worker: WorkerEntry): void {
    for (const { driverId, attempt, isStale } of worker.drivers.values()) {
      const isKilled = this.#ground.drivers.get(driverId)?.isKilled === true
      if (isStale || isKilled) this.#sendKill(driverId, attempt, worker.id)
    }
  }

  /** The pause before its next start is over. */
  pauseOver(driverId: string): void {
    const driver = this.#ground.drivers.get(driverId)
    if (driver?.isWaiting === true) this.#ground.drivers.enqueue(driver)
  }

  clearCompleted(): void {
    for (const driver of this.#ground.drivers.ended.values()) driver.isCleared = true
    this.retire()
    this.#ground.out.changed()
  }

  /** Forgets those that ended long ago. */
  retire(): void {
    const { drivers, options, now, out, deadlines } = this.#ground
    const { forget, next } = outlived(drivers.ended, { shown: options.retainedDrivers, now })
    for (const driver of forget) {
      drivers.forget(driver)
      out.unstore('driver', driver.id)
    }
    if (next !== undefined) deadlines.set('retention', next)
  }

  /** The driver whose attempt this is, if it may still be running, or may have ended, there. */
  #ownerOf(worker: WorkerEntry, { driverId, attempt }: DriverReport): DriverEntry | undefined {
    const driver = this.#ground.drivers.get(driverId)
    if (driver === undefined || driver.hasEnded) return undefined
    return driver.attempt === attempt && driver.workerId === worker.id ? driver : undefined
  }

  #found(worker: WorkerEntry, report: DriverReport, driver: DriverEntry | undefined): void {
    const { out, workers, drivers, deadlines } = this.#ground
    const { driverId, attempt, cores, memoryMiB, resources } = report
    const isStale = driver === undefined
    worker.holdDriver({ driverId, attempt, cores, memoryMiB, resources, isStale, isSeen: true })
    workers.touched(worker, 'less')
    out.changed()
    if (driver === undefined) {
      this.#sendKill(driverId, attempt, worker.id)
      return
    }
    // It was taken for lost with its worker, and is there after all.
    drivers.dequeue(driver)
    deadlines.clear(`driver/${driverId}`)
    driver.state = 'RUNNING'
    driver.message = undefined
    place(driver, worker)
    out.store(driver.toRecord())
  }

  #ended(driver: DriverEntry, end: DriverEnd): void {
    const { now } = this.#ground
    if (end.state === 'FINISHED') this.#finish(driver, end)
    else if (driver.isKilled) this.#finish(driver, { ...end, state: 'KILLED' })
    else if (driver.description.supervise) {
      const isQuick = now - (driver.startedAt ?? 0) < quickEndMs
      const longer = Math.max(firstPauseMs, Math.min(longestPauseMs, driver.backOffMs * 2))
      this.#relaunch(driver, end, isQuick ? longer : 0)
    } else this.#finish(driver, end)
  }

  #neverRan(driver: DriverEntry, worker: WorkerEntry): void {
    const { drivers, out } = this.#ground
    if (driver.isKilled) {
      this.#finish(driver, { state: 'KILLED', message: 'it was killed before it ran' })
      return
    }
    driver.state = driver.attempt > 1 ? 'RELAUNCHING' : 'SUBMITTED'
    driver.workerId = undefined
    driver.message = `start ${driver.attempt} did not reach worker ${worker.id}`
    out.store(driver.toRecord())
    out.log('warn', `driver ${driver.id}: ${driver.message}`)
    drivers.enqueue(driver)
    this.#madeRoom()
    out.changed()
  }

  #relaunch(driver: DriverEntry, end: DriverEnd, pauseMs: number): void {
    const { drivers, deadlines, out, now } = this.#ground
    driver.state = 'RELAUNCHING'
    driver.message = `start ${driver.attempt} ended: ${describe(end)}`
    driver.exitCode = end.exitCode
    driver.backOffMs = pauseMs
    driver.notBefore = now + pauseMs
    out.store(driver.toRecord())
    out.log('warn', `driver ${driver.id} is to be started again: ${driver.message}`)
    if (pauseMs > 0) deadlines.set(`driver/${driver.id}`, driver.notBefore)
    else drivers.enqueue(driver)
    this.#madeRoom()
    out.changed()
  }

  #finish(driver: DriverEntry, end: DriverEnd): void {
    const { drivers, deadlines, out, now } = this.#ground
    driver.state = end.state
    driver.message = end.message
    driver.exitCode = end.exitCode
    driver.endedAt = now
    deadlines.clear(`driver/${driver.id}`)
    drivers.retire(driver)
    out.store(driver.toRecord())
    out.log('info', `driver ${driver.id} has ended: ${describe(end)}`)
    this.#madeRoom()
    this.retire()
    out.changed()
  }

  /** Another may take its place among those that run at once. */
  #madeRoom(): void {
    const { drivers, options } = this.#ground
    if (options.maxDrivers === Number.POSITIVE_INFINITY) return
    for (const waiting of drivers.waiting) drivers.fresh.add(waiting)
  }

  #release(worker: WorkerEntry, held: HeldDriver): void {
    worker.releaseDriver(held)
    this.#ground.workers.touched(worker, 'more')
    this.#ground.out.changed()
  }

  #sendKill(driverId: string, attempt: number, workerId: string | undefined): void {
    const worker = workerId === undefined ? undefined : this.#ground.workers.get(workerId)
    const driver = this.#ground.drivers.get(driverId)
    const isAsked = driver?.isKilled === true && driver.attempt === attempt
    const reason = isAsked ? 'its end was asked for' : 'another start of it has taken its place, or it has ended'
    this.#ground.out.toWorker(worker?.peer, { method: 'killDriver', driverId, attempt, reason })
  }
}

function place(driver: DriverEntry, worker: WorkerEntry): void {
  driver.workerId = worker.id
  driver.workerHostPort = worker.hostPort
  driver.workerWebUiUrl = worker.webUiUrl
}

function describe({ state, message, exitCode }: DriverEnd): string {
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`
  return message === undefined ? `${state}${code}` : `${state}${code} (${message})`
}

function submitted(driverId: string) {
  return { type: 'submitted', driverId, message: `Driver successfully submitted as ${driverId}` } as const
}
