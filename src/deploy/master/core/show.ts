import type { DriverStatusReport } from '../../../cluster/standalone/protocol/index.js'
import type { ApplicationEntry } from './application-entry.js'
import type { DriverEntry } from './driver-entry.js'
import type { Ground } from './ground.js'
import type { HeldExecutor } from './holding.js'
import type { ApplicationExecutorView, ApplicationView, DriverView, MasterView, WorkerView } from './master-view.js'
import { shownOf } from './retention.js'
import { WaitingReasons } from './waiting-reasons.js'
import type { WorkerEntry } from './worker-entry.js'

/** What pages show of a leading master. */
export function show(ground: Ground): MasterView {
  const { workers, applications, drivers, options, status } = ground
  const reasons = new WaitingReasons(ground)
  const application = (entry: ApplicationEntry) => showApplication(entry, reasons)
  const driver = (entry: DriverEntry) => showDriver(entry, reasons)
  return {
    status,
    workers: [...workers.all(), ...workers.dead].map(showWorker),
    activeApplications: [...applications.all.values()].reverse().map(application),
    completedApplications: shownOf(applications.ended, options.retainedApplications).map(application),
    activeDrivers: [...drivers.active.values()].reverse().map(driver),
    completedDrivers: shownOf(drivers.ended, options.retainedDrivers).map(driver),
  }
}

export function showDriverStatus(ground: Ground, driverId: string): DriverStatusReport {
  const driver = ground.drivers.get(driverId)
  if (driver === undefined || driver.isCleared) return { found: false }
  const { state, exitCode, message } = driver
  const reason = driver.isWaiting ? new WaitingReasons(ground).ofDriver(driver) : message
  return { found: true, state, exitCode, message: reason, ...whereOf(driver) }
}

function showWorker(worker: WorkerEntry): WorkerView {
  const { id, host, port, webUiUrl, state, cores, memoryMiB, resources, resourcesUsed, lastHeartbeat } = worker
  return {
    id,
    host,
    port,
    webUiUrl,
    state,
    cores,
    coresUsed: worker.coresUsed,
    memoryMiB,
    memoryUsedMiB: worker.memoryUsedMiB,
    resources,
    resourcesUsed,
    lastHeartbeat,
  }
}

function showApplication(application: ApplicationEntry, reasons: WaitingReasons): ApplicationView {
  const { id, name, user, state, startedAt, endedAt, coresMax, coresGranted, executorLimit, message } = application
  const { coresPerExecutor, memoryPerExecutorMiB, resourcesPerExecutor, uiUrl } = application.description
  return {
    id,
    name,
    user,
    state,
    submittedAt: startedAt,
    endedAt,
    coresMax: finite(coresMax),
    coresGranted,
    coresPerExecutor,
    executorLimit: finite(executorLimit),
    memoryPerExecutorMiB,
    resourcesPerExecutor,
    uiUrl,
    executors: [...application.executors.values()].map(showExecutor),
    endedExecutors: application.ended.map(({ view }) => view).reverse(),
    waitingReason: reasons.ofApplication(application),
    message,
  }
}

function showExecutor({ id, worker, cores, memoryMiB, resources, state }: HeldExecutor): ApplicationExecutorView {
  return {
    id,
    workerId: worker.id,
    workerHost: worker.host,
    workerPort: worker.port,
    workerWebUiUrl: worker.webUiUrl,
    cores,
    memoryMiB,
    resources,
    state,
  }
}

function showDriver(driver: DriverEntry, reasons: WaitingReasons): DriverView {
  const { id, description, state, submittedAt, startedAt, endedAt, attempt, message, exitCode } = driver
  const { name, user, cores, memoryMiB, resources, supervise, className, application } = description
  return {
    id,
    name,
    user,
    state,
    submittedAt,
    startedAt,
    endedAt,
    ...whereOf(driver),
    workerWebUiUrl: driver.isWaiting ? undefined : driver.workerWebUiUrl,
    cores,
    memoryMiB,
    resources,
    supervise,
    attempt,
    mainClass: className ?? (application.kind === 'blob' ? application.name : application.url),
    waitingReason: reasons.ofDriver(driver),
    message,
    exitCode,
  }
}

/** Where it runs, or ran last; nothing while it waits for a place. */
function whereOf({ isWaiting, workerId, workerHostPort }: DriverEntry) {
  return isWaiting ? {} : { workerId, workerHostPort }
}

function finite(amount: number): number | undefined {
  return Number.isFinite(amount) ? amount : undefined
}
