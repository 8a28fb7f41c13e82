import type {
  DriverReport,
  ExecutorReport,
  KillDriver,
  KillExecutor,
  LaunchDriver,
  LaunchExecutor,
  ResourceAddresses,
} from '../../cluster/standalone/index.js'
import { DriverRun, driverKey } from './driver-run.js'
import { ExecutorRun, executorKey } from './executor-run.js'
import { removeApplicationDirs } from './local-dirs.js'
import type { ReportOutbox } from './report-outbox.js'
import type { RunSurroundings } from './run-surroundings.js'
import type { WorkerDriverView, WorkerExecutorView } from './worker-service.js'

export interface RunsOptions {
  readonly surroundings: RunSurroundings
  readonly outbox: ReportOutbox
  readonly retainedExecutors: number
  readonly retainedDrivers: number
  /** Something that pages show has changed. */
  readonly onChange: () => void
  /** The last run has ended. */
  readonly onIdle: () => void
}

/** What is in use, of what the worker has. */
export interface Usage {
  readonly cores: number
  readonly memoryMiB: number
  readonly resources: ResourceAddresses
}

/** The executors and drivers of a worker, running and ended. Each new state of one is left in the outbox. */
export class Runs {
  readonly #options: RunsOptions
  readonly #executors = new Map<string, ExecutorRun>()
  readonly #drivers = new Map<string, DriverRun>()
  readonly #finishedExecutors: WorkerExecutorView[] = []
  readonly #finishedDrivers: WorkerDriverView[] = []
  /** Set once nothing new is taken, with the reason. */
  #closedBecause: string | undefined

  constructor(options: RunsOptions) {
    this.#options = options
  }

  get executors(): readonly WorkerExecutorView[] {
    return [...this.#executors.values()].map((run) => run.view)
  }

  get drivers(): readonly WorkerDriverView[] {
    return [...this.#drivers.values()].map((run) => run.view)
  }

  /** The latest first. */
  get finishedExecutors(): readonly WorkerExecutorView[] {
    return this.#finishedExecutors.toReversed()
  }

  get finishedDrivers(): readonly WorkerDriverView[] {
    return this.#finishedDrivers.toReversed()
  }

  get isIdle(): boolean {
    return this.#executors.size === 0 && this.#drivers.size === 0
  }

  /** Names of the folders that are in use. */
  get folders(): ReadonlySet<string> {
    const applications = [...this.#executors.values()].map(({ launch }) => launch.appId)
    return new Set([...applications, ...[...this.#drivers.values()].map(({ launch }) => launch.driverId)])
  }

  get usage(): Usage {
    const reports = [...this.#executors.values(), ...this.#drivers.values()].map((run) => run.report)
    const resources: Record<string, string[]> = {}
    for (const report of reports) {
      for (const [name, addresses] of Object.entries(report.resources))
        resources[name] = [...(resources[name] ?? []), ...addresses]
    }
    const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0)
    return {
      cores: sum(reports.map(({ cores }) => cores)),
      memoryMiB: sum(reports.map(({ memoryMiB }) => memoryMiB)),
      resources,
    }
  }

  /** What a master must know of: all that runs, and each end that none has taken. */
  get reports(): { readonly executors: readonly ExecutorReport[]; readonly drivers: readonly DriverReport[] } {
    const executors = [...this.#executors.values()].map((run) => run.report)
    const drivers = [...this.#drivers.values()].map((run) => run.report)
    for (const { method, report } of this.#options.outbox.untaken) {
      if (method === 'executorState') {
        if (!this.#executors.has(executorKey(report))) executors.push(report)
      } else if (!this.#drivers.has(driverKey(report))) drivers.push(report)
    }
    return { executors, drivers }
  }

  launchExecutor(launch: LaunchExecutor): void {
    const key = executorKey(launch)
    const known = this.#executors.get(key)?.report ?? this.#finishedExecutors.find((one) => executorKey(one) === key)
    // A master that repeats itself, after a failover say.
    if (known !== undefined) return this.#tellExecutor(executorReport(known))
    const run = new ExecutorRun(launch, this.#options.surroundings, () => this.#executorChanged(run))
    if (this.#closedBecause !== undefined) {
      const message = this.#closedBecause
      const cause = { code: 'decommissioned', causedByApp: false }
      return this.#tellExecutor({ ...run.report, state: 'DECOMMISSIONED', message, cause })
    }
    this.#executors.set(key, run)
    run.start()
  }

  killExecutor({ appId, executorId, reason }: KillExecutor): void {
    const key = executorKey({ appId, executorId })
    const run = this.#executors.get(key)
    if (run !== undefined) return run.end('KILLED', reason)
    const finished = this.#finishedExecutors.find((one) => executorKey(one) === key)
    const unknown = { appId, executorId, cores: 0, memoryMiB: 0, resources: {} }
    this.#tellExecutor(
      finished === undefined
        ? { ...unknown, state: 'LOST', message: 'its worker knows nothing of it' }
        : executorReport(finished),
    )
  }

  launchDriver(launch: LaunchDriver): void {
    const { driverId, attempt } = launch
    const key = driverKey(launch)
    const known = this.#drivers.get(key)?.report ?? this.#finishedDrivers.find((one) => driverKey(one) === key)
    if (known !== undefined) return this.#tellDriver(driverReport(known))
    if (this.#closedBecause !== undefined) return
    const others = [...this.#drivers.values()].filter((run) => run.launch.driverId === driverId)
    if (others.some((run) => run.launch.attempt > attempt)) return
    // Its master took the earlier one for lost; two of a driver must not run at once, nor share its folder.
    for (const run of others) run.end(`attempt ${attempt} of the driver takes its place`)
    const before = Promise.all(others.map((run) => run.settled))
    const run = new DriverRun(launch, this.#options.surroundings, () => this.#driverChanged(run))
    this.#drivers.set(key, run)
    run.start(before)
  }

  killDriver({ driverId, attempt, reason }: KillDriver): void {
    const key = driverKey({ driverId, attempt })
    const run = this.#drivers.get(key)
    if (run !== undefined) return run.end(reason)
    const finished = this.#finishedDrivers.find((one) => driverKey(one) === key)
    const unknown = { driverId, attempt, cores: 0, memoryMiB: 0, resources: {} }
    this.#tellDriver(
      finished === undefined
        ? { ...unknown, state: 'KILLED', message: 'its worker knows nothing of it' }
        : driverReport(finished),
    )
  }

  /** Ends the executors of an application that has finished; what they have kept for each other goes, too. */
  async endApplication(appId: string, reason: string): Promise<void> {
    const runs = [...this.#executors.values()].filter((run) => run.launch.appId === appId)
    for (const run of runs) run.end('KILLED', reason)
    await Promise.all(runs.map((run) => run.settled))
    const { work, workerId, localDirs: bases } = this.#options.surroundings
    removeApplicationDirs({ bases, workerId, appId, folder: work.application(appId) })
  }

  /** Takes nothing new and ends everything; what has not ended by then is killed. Resolves when all have. */
  async close(executorState: 'KILLED' | 'DECOMMISSIONED', reason: string, killAfterMs: number): Promise<void> {
    this.#closedBecause = reason
    const [executors, drivers] = [[...this.#executors.values()], [...this.#drivers.values()]]
    for (const run of executors) run.end(executorState, reason)
    for (const run of drivers) run.end(reason)
    const timer = setTimeout(() => {
      for (const run of [...executors, ...drivers]) run.kill()
    }, killAfterMs)
    await Promise.all([...executors, ...drivers].map((run) => run.settled))
    clearTimeout(timer)
  }

  #executorChanged(run: ExecutorRun): void {
    this.#tellExecutor(run.report)
    if (run.hasEnded) {
      this.#executors.delete(run.key)
      retain(this.#finishedExecutors, run.view, this.#options.retainedExecutors)
    }
    this.#changed()
  }

  #driverChanged(run: DriverRun): void {
    // One that ends because the worker leaves may go on elsewhere: it is not told of as ended.
    const goesOn = this.#closedBecause !== undefined && run.report.state === 'KILLED'
    if (!goesOn) this.#tellDriver(run.report)
    if (run.hasEnded) {
      this.#drivers.delete(run.key)
      retain(this.#finishedDrivers, run.view, this.#options.retainedDrivers)
    }
    this.#changed()
  }

  #changed(): void {
    this.#options.onChange()
    if (this.isIdle) this.#options.onIdle()
  }

  #tellExecutor(report: ExecutorReport): void {
    this.#options.outbox.tell(`executor ${executorKey(report)}`, { method: 'executorState', report })
  }

  #tellDriver(report: DriverReport): void {
    this.#options.outbox.tell(`driver ${driverKey(report)}`, { method: 'driverState', report })
  }
}

function retain<T>(list: T[], item: T, most: number): void {
  list.push(item)
  if (list.length > most) list.splice(0, list.length - most)
}

/** A view has more than a master is told. */
function executorReport(report: ExecutorReport): ExecutorReport {
  const { appId, executorId, state, cores, memoryMiB, resources, message, exitCode, cause } = report
  return { appId, executorId, state, cores, memoryMiB, resources, message, exitCode, cause }
}

function driverReport(report: DriverReport): DriverReport {
  const { driverId, attempt, state, cores, memoryMiB, resources, message, exitCode } = report
  return { driverId, attempt, state, cores, memoryMiB, resources, message, exitCode }
}
