import type { ApplicationView, DriverView, MasterService, MasterView, WorkerView } from '../../deploy/master/index.js'
import { amountsJson, javaDate, resourcesJson } from '../spark-json.js'

/** The JSON of a Spark master, field by field, and what Firesteel knows besides: why something waits, and how it ended. */
export function masterJson(service: MasterService, field: string | undefined, now: number): unknown {
  const view = service.view()
  if (field === 'clusterutilization') return utilization(view)
  const whole = wholeJson(service, view, now)
  // Spark answers with nothing, not with an error, when there is no such field.
  return field === undefined || field === '' ? whole : { [field]: (Object.hasOwn(whole, field) && whole[field]) || '' }
}

function wholeJson(service: MasterService, view: MasterView, now: number): Record<string, unknown> {
  const alive = view.workers.filter(({ state }) => state === 'ALIVE')
  const totals = totalsOf(alive)
  return {
    url: service.url,
    workers: view.workers.map(workerJson),
    aliveworkers: alive.length,
    ...totals,
    resources: alive.map(({ resources }) => resourcesJson(resources)),
    resourcesused: alive.map(({ resourcesUsed }) => resourcesJson(resourcesUsed)),
    activeapps: view.activeApplications.map((app) => applicationJson(app, now)),
    completedapps: view.completedApplications.map((app) => applicationJson(app, now)),
    activedrivers: view.activeDrivers.map(driverJson),
    completeddrivers: view.completedDrivers.map(driverJson),
    status: view.status,
  }
}

function totalsOf(workers: readonly WorkerView[]) {
  const sum = (amountOf: (worker: WorkerView) => number) =>
    workers.reduce((total, worker) => total + amountOf(worker), 0)
  return {
    cores: sum(({ cores }) => cores),
    coresused: sum(({ coresUsed }) => coresUsed),
    memory: sum(({ memoryMiB }) => memoryMiB),
    memoryused: sum(({ memoryUsedMiB }) => memoryUsedMiB),
  }
}

function utilization({ workers, activeDrivers }: MasterView): Record<string, number> {
  const { cores, coresused, memory, memoryused } = totalsOf(workers.filter(({ state }) => state === 'ALIVE'))
  const percent = (used: number, all: number) => (all === 0 ? 100 : Math.floor((100 * used) / all))
  return {
    waitingDrivers: activeDrivers.filter(({ state }) => state === 'SUBMITTED').length,
    cores,
    coresused,
    coresutilization: percent(coresused, cores),
    memory,
    memoryused,
    memoryutilization: percent(memoryused, memory),
  }
}

function workerJson(worker: WorkerView): Record<string, unknown> {
  const { resources, resourcesUsed } = worker
  const free = Object.entries(resources).map(
    ([name, addresses]) => [name, addresses.filter((one) => !resourcesUsed[name]?.includes(one))] as const,
  )
  return {
    id: worker.id,
    host: worker.host,
    port: worker.port,
    webuiaddress: worker.webUiUrl,
    cores: worker.cores,
    coresused: worker.coresUsed,
    coresfree: worker.cores - worker.coresUsed,
    memory: worker.memoryMiB,
    memoryused: worker.memoryUsedMiB,
    memoryfree: worker.memoryMiB - worker.memoryUsedMiB,
    resources: resourcesJson(resources),
    resourcesused: resourcesJson(resourcesUsed),
    resourcesfree: resourcesJson(Object.fromEntries(free)),
    state: worker.state,
    lastheartbeat: worker.lastHeartbeat,
  }
}

function applicationJson(app: ApplicationView, now: number): Record<string, unknown> {
  const resources = amountsJson(app.resourcesPerExecutor)
  return {
    id: app.id,
    starttime: app.submittedAt,
    name: app.name,
    cores: app.coresGranted,
    user: app.user,
    memoryperexecutor: app.memoryPerExecutorMiB,
    memoryperslave: app.memoryPerExecutorMiB,
    resourcesperexecutor: resources,
    resourcesperslave: resources,
    submitdate: javaDate(app.submittedAt),
    state: app.state,
    duration: (app.endedAt ?? now) - app.submittedAt,
    ...(app.waitingReason === undefined ? {} : { waitingreason: app.waitingReason }),
    ...(app.message === undefined ? {} : { message: app.message }),
  }
}

function driverJson(driver: DriverView): Record<string, unknown> {
  return {
    id: driver.id,
    // A text in Spark's, too.
    starttime: String(driver.submittedAt),
    state: driver.state,
    cores: driver.cores,
    memory: driver.memoryMiB,
    resources: Object.fromEntries(amountsJson(driver.resources).map((resource) => [resource.name, resource])),
    submitdate: javaDate(driver.submittedAt),
    worker: driver.workerId ?? 'None',
    mainclass: driver.mainClass,
    ...(driver.waitingReason === undefined ? {} : { waitingreason: driver.waitingReason }),
    ...(driver.message === undefined ? {} : { message: driver.message }),
    ...(driver.exitCode === undefined ? {} : { exitcode: driver.exitCode }),
  }
}
