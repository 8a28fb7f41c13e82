import type { ResourceAmounts } from '../../../cluster/standalone/protocol/index.js'
import type { ApplicationEntry } from './application-entry.js'
import type { DriverEntry } from './driver-entry.js'
import { count, formatMiB, formatMs } from './figures.js'
import type { Ground } from './ground.js'
import type { Need, WorkerEntry } from './worker-entry.js'

const namedUsers = 3

/**
 * Why applications and drivers wait, with the figures. One object tells the state of one moment: what it has found out of the cluster it
 * keeps, so that the reasons of a thousand applications cost one look at the workers for each size of executor.
 */
export class WaitingReasons {
  readonly #ground: Ground
  readonly #byNeed = new Map<string, string>()

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** Undefined when it has what it asked for. */
  ofApplication(application: ApplicationEntry): string | undefined {
    if (application.hasEnded) return undefined
    if (application.isAwaited) return 'it has not registered with this master yet'
    if (application.peer === undefined) return 'its connection has ended, and it has not come back yet'
    const {
      coresPerExecutor,
      memoryPerExecutorMiB: memoryMiB,
      resourcesPerExecutor: resources,
    } = application.description
    const cores = coresPerExecutor ?? 1
    if (cores > application.coresMax) {
      return `asked for executors of ${count(cores, 'core')}, but for no more than ${count(application.coresMax, 'core')} in all`
    }
    if (!application.wantsMore) return undefined
    if (this.#ground.status !== 'ALIVE') return this.#recovering()
    const failed = failures(application)
    if (failed !== undefined) return failed
    const shunned = this.#shunned(application)
    // One that takes whatever there is has got it: it wants for nothing.
    const takesAll = application.coresMax === Number.POSITIVE_INFINITY && application.executors.size > 0
    if (takesAll && shunned === '') return undefined
    return shunned + this.#ofNeed({ cores, memoryMiB, resources }, coresPerExecutor === undefined ? 'at least ' : '')
  }

  ofDriver(driver: DriverEntry): string | undefined {
    if (!driver.isWaiting) return undefined
    if (this.#ground.status !== 'ALIVE') return this.#recovering()
    const { now, options, drivers } = this.#ground
    const before = driver.message === undefined ? '' : `${driver.message}; `
    if (driver.notBefore > now) return `${before}it starts again in ${formatMs(driver.notBefore - now)}`
    let running = 0
    for (const other of drivers.active.values()) if (!other.isWaiting) running++
    if (running >= options.maxDrivers) {
      return `${before}${count(running, 'driver')} run, and no more may (spark.deploy.maxDrivers)`
    }
    return before + this.#ofNeed(driver.description, '', 'a worker with ')
  }

  /** Workers that are left out for a while, since its executors end there at once. */
  #shunned({ shunned, lastEnd }: ApplicationEntry): string {
    const { now } = this.#ground
    const [first, ...others] = [...shunned].filter(([, { until }]) => until > now)
    if (first === undefined) return ''
    const [id, { failures: n, until }] = first
    const more = others.length === 0 ? '' : ` and ${count(others.length, 'other worker')}`
    return `${count(n, 'executor')} ended at once on ${id}${more} (${lastEnd}), which is tried again in ${formatMs(until - now)}; `
  }

  #recovering(): string {
    const { workers, applications } = this.#ground.awaited
    const missing = `${count(workers.size, 'worker')} and ${count(applications.size, 'application')}`
    return `the master leads since a moment and waits for ${missing} to register again`
  }

  #ofNeed(need: Need, least: string, what = 'executors of '): string {
    const key = `${what}${least}${need.cores} ${need.memoryMiB} ${JSON.stringify(need.resources)}`
    const known = this.#byNeed.get(key)
    if (known !== undefined) return known
    const reason = this.#find(need, `asked for ${what}${least}${describeNeed(need)}`)
    this.#byNeed.set(key, reason)
    return reason
  }

  #find(need: Need, asked: string): string {
    let [open, fitting, cores, used] = [0, 0, 0, 0]
    let largest: WorkerEntry | undefined
    let freest: WorkerEntry | undefined
    for (const worker of this.#ground.workers.all()) {
      if (!worker.isOpen) continue
      open++
      if (!isLargeEnough(worker, need)) {
        if (fitting === 0 && (largest === undefined || isLarger(worker, largest, need))) largest = worker
        continue
      }
      fitting++
      cores += worker.cores
      used += worker.coresUsed
      if (freest === undefined || isFreer(worker, freest, need)) freest = worker
    }
    if (freest === undefined) {
      if (largest === undefined) return `${asked}; ${this.#noWorkers()}`
      return `${asked}; no worker is that large, the largest has ${describeWhole(largest, need)} (${largest.id})`
    }
    if (used >= cores) {
      const users = fitting === open ? this.#users() : this.#usersOf((worker) => isLargeEnough(worker, need))
      return `${asked}; all ${count(cores, 'core')} are in use by ${users}`
    }
    return `${asked}; the largest free worker has ${describeFree(freest, need)} free (${freest.id})`
  }

  #noWorkers(): string {
    let away = 0
    let leaving = 0
    for (const worker of this.#ground.workers.all()) {
      if (worker.state === 'DECOMMISSIONED') leaving++
      else away++
    }
    if (away + leaving === 0) return 'no workers are registered'
    const parts = [
      away > 0 ? `${away} have lost their connection` : '',
      leaving > 0 ? `${leaving} are decommissioned` : '',
    ]
    return `no workers can be used: ${parts.filter((part) => part !== '').join(', ')}`
  }

  /** Who has the most cores of all workers; what nobody has any more, and still runs, is left out. */
  #users(): string {
    const cores = new Map<string, number>()
    for (const { id, coresGranted } of this.#ground.applications.all.values())
      if (coresGranted > 0) cores.set(id, coresGranted)
    for (const driver of this.#ground.drivers.active.values()) {
      if (!driver.isWaiting) cores.set(driver.id, driver.description.cores)
    }
    return cores.size === 0 ? 'what is being ended' : describeUsers(cores)
  }

  /** Who has the most cores of some workers. */
  #usersOf(isMeant: (worker: WorkerEntry) => boolean): string {
    const cores = new Map<string, number>()
    const add = (id: string, n: number) => cores.set(id, (cores.get(id) ?? 0) + n)
    for (const worker of this.#ground.workers.all()) {
      if (!worker.isOpen || !isMeant(worker)) continue
      for (const executor of worker.executors.values()) add(executor.appId, executor.cores)
      for (const driver of worker.drivers.values()) add(driver.driverId, driver.cores)
    }
    return describeUsers(cores)
  }
}

function describeUsers(cores: ReadonlyMap<string, number>): string {
  const sorted = [...cores].sort((a, b) => b[1] - a[1])
  const named = sorted.slice(0, namedUsers).map(([id, n]) => `${id} (${n})`)
  const others = sorted.slice(namedUsers).reduce((sum, [, n]) => sum + n, 0)
  if (others > 0) named.push(`${sorted.length - namedUsers} others (${others})`)
  return named.join(', ')
}

function failures({ executors, launches, failures: failed, lastEnd }: ApplicationEntry): string | undefined {
  if (executors.size > 0 || failed === 0 || lastEnd === undefined) return undefined
  return `${count(launches, 'executor')} ${launches === 1 ? 'was' : 'were'} launched and ended, the last because: ${lastEnd}`
}

function isLargeEnough(worker: WorkerEntry, need: Need): boolean {
  if (worker.cores < need.cores || worker.memoryMiB < need.memoryMiB) return false
  for (const name in need.resources) if (addressesOf(worker, name) < (need.resources[name] as number)) return false
  return true
}

/** By the measures in which the need is met, then by cores, then by memory. */
function isLarger(a: WorkerEntry, b: WorkerEntry, need: Need): boolean {
  const met = (worker: WorkerEntry) => {
    let n = Number(worker.cores >= need.cores) + Number(worker.memoryMiB >= need.memoryMiB)
    for (const name in need.resources) if (addressesOf(worker, name) >= (need.resources[name] as number)) n++
    return n
  }
  return isAbove(met(a) - met(b), a.cores - b.cores, a.memoryMiB - b.memoryMiB)
}

function isFreer(a: WorkerEntry, b: WorkerEntry, need: Need): boolean {
  return isAbove(freeFor(a, need) - freeFor(b, need), a.coresFree - b.coresFree, a.memoryFreeMiB - b.memoryFreeMiB)
}

/** In how many measures a worker has free what is needed. */
function freeFor(worker: WorkerEntry, need: Need): number {
  let n = Number(worker.coresFree >= need.cores) + Number(worker.memoryFreeMiB >= need.memoryMiB)
  for (const name in need.resources) if (worker.freeAddresses(name) >= (need.resources[name] as number)) n++
  return n
}

function addressesOf(worker: WorkerEntry, name: string): number {
  return worker.resources[name]?.length ?? 0
}

/** Whether the first difference that is one is above zero. */
function isAbove(first: number, second: number, third: number): boolean {
  return (first || second || third) > 0
}

function describeNeed({ cores, memoryMiB, resources }: Need): string {
  return list([count(cores, 'core'), formatMiB(memoryMiB), ...amounts(resources)])
}

function describeWhole(worker: WorkerEntry, need: Need): string {
  const names = Object.keys(need.resources)
  const own = names.map((name) => `${worker.resources[name]?.length ?? 0} ${name}`)
  return list([count(worker.cores, 'core'), formatMiB(worker.memoryMiB), ...own])
}

function describeFree(worker: WorkerEntry, need: Need): string {
  const own = Object.keys(need.resources).map((name) => `${worker.freeAddresses(name)} ${name}`)
  return list([count(Math.max(0, worker.coresFree), 'core'), formatMiB(Math.max(0, worker.memoryFreeMiB)), ...own])
}

function amounts(resources: ResourceAmounts): string[] {
  return Object.entries(resources).map(([name, amount]) => `${amount} ${name}`)
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
