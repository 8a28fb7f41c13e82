import type { ApplicationEntry } from './application-entry.js'
import type { DriverEntry } from './driver-entry.js'
import type { DriverKeeper } from './driver-keeper.js'
import type { ExecutorKeeper } from './executor-keeper.js'
import type { Ground } from './ground.js'
import { planExecutors } from './plan-executors.js'
import type { WorkerEntry } from './worker-entry.js'

export interface SchedulingParts {
  readonly executors: ExecutorKeeper
  readonly drivers: DriverKeeper
}

/**
 * Hands out what is free: to drivers first, then to applications, each in the order of their coming.
 *
 * After each run, whoever still waits fits on no worker. So the next run has to look only at those that have come to want something (on all
 * workers), and at workers that have come to have something (for all who wait): an end of an executor costs no look at ten thousand workers.
 */
export class Scheduling {
  readonly #ground: Ground
  readonly #parts: SchedulingParts

  constructor(ground: Ground, parts: SchedulingParts) {
    this.#ground = ground
    this.#parts = parts
  }

  run(): void {
    const { workers, applications, drivers } = this.#ground
    if (workers.roomier.size > 0 || drivers.fresh.size > 0) this.#drivers()
    if (workers.roomier.size > 0 || applications.hungrier.size > 0) this.#applications()
    workers.roomier.clear()
    drivers.fresh.clear()
    applications.hungrier.clear()
  }

  #drivers(): void {
    const { drivers, options } = this.#ground
    let running = drivers.active.size - this.#notRunning()
    for (const driver of [...drivers.waiting]) {
      if (running >= options.maxDrivers) return
      const worker = this.#workerFor(driver)
      if (worker === undefined) continue
      this.#parts.drivers.launch(driver, worker)
      running++
    }
  }

  #notRunning(): number {
    if (this.#ground.options.maxDrivers === Number.POSITIVE_INFINITY) return 0
    let count = 0
    for (const driver of this.#ground.drivers.active.values()) if (driver.isWaiting) count++
    return count
  }

  /** Spread out: where the fewest drivers run. Packed: where the most do. Among equals the selection policy decides. */
  #workerFor(driver: DriverEntry): WorkerEntry | undefined {
    const isSpread = this.#ground.options.spreadOutDrivers
    let best: WorkerEntry | undefined
    for (const worker of this.#candidates(this.#ground.drivers.fresh.has(driver), driver.description.cores)) {
      if (!worker.hasRoom(driver.description)) continue
      if (isSpread && worker.drivers.size === 0) return worker
      const isBetter =
        best === undefined ||
        (isSpread ? worker.drivers.size < best.drivers.size : worker.drivers.size > best.drivers.size)
      if (isBetter) best = worker
    }
    return best
  }

  #applications(): void {
    const { applications, workers } = this.#ground
    for (const application of applications.all.values()) {
      if (application.peer === undefined || !application.wantsMore) continue
      this.#serve(application, applications.hungrier.has(application))
      for (const worker of workers.roomier) if (!workers.free.has(worker)) workers.roomier.delete(worker)
      if (workers.roomier.size === 0 && applications.hungrier.size === 0) return
    }
  }

  #serve(application: ApplicationEntry, isHungrier: boolean): void {
    const { applications, options, now } = this.#ground
    applications.hungrier.delete(application)
    const {
      coresPerExecutor,
      memoryPerExecutorMiB: memoryMiB,
      resourcesPerExecutor: resources,
    } = application.description
    const candidates = this.#candidates(isHungrier, coresPerExecutor ?? 1)
    const placements = planExecutors(
      {
        cores: application.coresLeft,
        executors: application.executorLimit - application.executors.size,
        coresPerExecutor,
        memoryMiB,
        resources,
        spreadOut: options.spreadOutApps,
      },
      application.shunned.size === 0 ? candidates : notShunned(candidates, application, now),
    )
    for (const { worker, cores, executors } of placements) {
      for (let i = 0; i < executors; i++) this.#parts.executors.launch(application, worker, coresPerExecutor ?? cores)
    }
  }

  #candidates(isHungrier: boolean, minCores: number): Iterable<WorkerEntry> {
    const { free, roomier } = this.#ground.workers
    if (isHungrier || roomier.size > free.size / 4) return free.inOrder(minCores)
    return roomier.size === 1 ? roomier : free.sort([...roomier])
  }
}

function* notShunned(
  workers: Iterable<WorkerEntry>,
  { shunned }: ApplicationEntry,
  now: number,
): Generator<WorkerEntry> {
  for (const worker of workers) if ((shunned.get(worker.id)?.until ?? 0) <= now) yield worker
}
