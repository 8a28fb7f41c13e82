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
    const open = [...this.#ground.workers.all()].filter((worker) => worker.isOpen)
    if (open.length === 0) return `${asked}; ${this.#noWorkers()}`
    const fitting = open.filter((worker) => isLargeEnough(worker, need))
    if (fitting.length === 0) {
      const largest = open.reduce((a, b) => (isLarger(b, a, need) ? b : a))
      return `${asked}; no worker is that large, the largest has ${describeWhole(largest, need)} (${largest.id})`
    }
    const cores = fitting.reduce((sum, worker) => sum + worker.cores, 0)
    const used = fitting.reduce((sum, worker) => sum + worker.coresUsed, 0)
    if (used >= cores) return `${asked}; all ${count(cores, 'core')} are in use by ${this.#users(fitting)}`
    const freest = fitting.reduce((a, b) => (isFreer(b, a, need) ? b : a))
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

  /** Who has the most cores of these workers. */
  #users(workers: readonly WorkerEntry[]): string {
    const cores = new Map<string, number>()
    const add = (id: string, n: number) => cores.set(id, (cores.get(id) ?? 0) + n)
    for (const worker of workers) {
      for (const executor of worker.executors.values()) add(executor.appId, executor.cores)
      for (const driver of worker.drivers.values()) add(driver.driverId, driver.cores)
    }
    const sorted = [...cores].sort((a, b) => b[1] - a[1])
    const named = sorted.slice(0, namedUsers).map(([id, n]) => `${id} (${n})`)
    const others = sorted.slice(namedUsers).reduce((sum, [, n]) => sum + n, 0)
    if (others > 0) named.push(`${sorted.length - namedUsers} others (${others})`)
    return named.join(', ')
  }
}

function failures({ executors, launches, failures: failed, lastEnd }: ApplicationEntry): string | undefined {
  if (executors.size > 0 || failed === 0 || lastEnd === undefined) return undefined
  return `${count(launches, 'executor')} ${launches === 1 ? 'was' : 'were'} launched and ended, the last because: ${lastEnd}`
}

function isLargeEnough(worker: WorkerEntry, need: Need): boolean {
  if (worker.cores < need.cores || worker.memoryMiB < need.memoryMiB) return false
  return Object.entries(need.resources).every(([name, amount]) => (worker.resources[name]?.length ?? 0) >= amount)
}

/** By the measure in which the need is not met first, then by cores, then by memory. */
function isLarger(a: WorkerEntry, b: WorkerEntry, need: Need): boolean {
  const score = (worker: WorkerEntry) => [
    Object.entries(need.resources).filter(([name, amount]) => (worker.resources[name]?.length ?? 0) >= amount).length,
    Number(worker.cores >= need.cores) + Number(worker.memoryMiB >= need.memoryMiB),
    worker.cores,
    worker.memoryMiB,
  ]
  return isAbove(score(a), score(b))
}

function isFreer(a: WorkerEntry, b: WorkerEntry, need: Need): boolean {
  const score = (worker: WorkerEntry) => [
    Object.entries(need.resources).filter(([name, amount]) => worker.freeAddresses(name) >= amount).length,
    Number(worker.coresFree >= need.cores) + Number(worker.memoryFreeMiB >= need.memoryMiB),
    worker.coresFree,
    worker.memoryFreeMiB,
  ]
  return isAbove(score(a), score(b))
}

function isAbove(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && (a[at] as number) > (b[at] as number)
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
