import { hasExecutorEnded } from '../../../cluster/standalone/protocol/index.js'
import type { ApplicationView, MasterView, WorkerView } from '../../../deploy/master/index.js'
import type { ModelApplication } from './model-application.js'
import type { ModelWorker } from './model-worker.js'

/** At rest, what the leader believes is what is, and nothing is free that somebody waits for. */
export function checkRest(
  view: MasterView,
  cluster: { readonly workers: readonly ModelWorker[]; readonly applications: readonly ModelApplication[] },
): void {
  if (view.status !== 'ALIVE') throw new Error(`the leader is ${view.status}`)
  checkWorkers(view, cluster.workers)
  for (const application of view.activeApplications) {
    const model = cluster.applications.find(({ appId }) => appId === application.id)
    if (model === undefined || model.end !== undefined) {
      throw new Error(`${application.id} is ${application.state}, although it is ${model?.end ?? 'not known'}`)
    }
    checkExecutors(application, model, cluster.workers)
    checkHunger(application, view.workers, model)
  }
  for (const model of cluster.applications) {
    if (model.end !== undefined || view.activeApplications.some(({ id }) => id === model.appId)) continue
    throw new Error(`${model.name} (${model.appId}) is not known to the leader`)
  }
  for (const driver of view.activeDrivers) {
    if (driver.state === 'RUNNING') continue
    const { cores, memoryMiB, resources } = driver
    const worker = view.workers.find((each) => fits(each, { cores, memoryMiB, resources }))
    if (worker !== undefined) throw new Error(`${driver.id} waits, and ${worker.id} has room`)
    if (driver.waitingReason === undefined) throw new Error(`${driver.id} waits without a reason`)
  }
}

function checkWorkers(view: MasterView, workers: readonly ModelWorker[]): void {
  for (const worker of workers) {
    const shown = view.workers.find(({ id }) => id === worker.name)
    const state = worker.isDecommissioned ? 'DECOMMISSIONED' : 'ALIVE'
    if (shown?.state !== state) throw new Error(`${worker.name} is up, and the leader shows it as ${shown?.state}`)
    const cores = worker.running.reduce((sum, { report }) => sum + report.cores, 0)
    if (cores !== shown.coresUsed) throw new Error(`${worker.name} uses ${cores} cores, not ${shown.coresUsed}`)
    const untaken = [...worker.processes.values()].filter(({ isRunning }) => !isRunning)
    if (untaken.length > 0) throw new Error(`nobody has taken the end of ${untaken[0]?.key} from ${worker.name}`)
  }
  for (const shown of view.workers) {
    if (shown.state === 'DEAD' || workers.some(({ name }) => name === shown.id)) continue
    throw new Error(`${shown.id} is gone, and the leader shows it as ${shown.state}`)
  }
}

function checkExecutors(view: ApplicationView, model: ModelApplication, workers: readonly ModelWorker[]): void {
  const believed = view.executors.map(({ id }) => id).sort()
  const told = [...model.executors].sort()
  if (believed.join() !== told.join()) {
    throw new Error(`${view.id} knows of executors [${told}], the leader of [${believed}]`)
  }
  for (const { id, workerId } of view.executors) {
    const worker = workers.find(({ name }) => name === workerId)
    const process = worker?.processes.get(`${view.id}/${id}`)
    const isThere = process?.kind === 'executor' && !hasExecutorEnded(process.report.state)
    if (!isThere) throw new Error(`executor ${view.id}/${id} does not run on ${workerId}`)
  }
  const cores = view.executors.reduce((sum, executor) => sum + executor.cores, 0)
  if (cores > (view.coresMax ?? Number.POSITIVE_INFINITY)) throw new Error(`${view.id} has more than it may have`)
}

function checkHunger(view: ApplicationView, workers: readonly WorkerView[], model: ModelApplication): void {
  const { coresPerExecutor: cores = 1, memoryPerExecutorMiB: memoryMiB, resourcesPerExecutor: resources } = view
  const left = (view.coresMax ?? Number.POSITIVE_INFINITY) - view.coresGranted
  const wantsMore = left >= cores && view.executors.length < (view.executorLimit ?? Number.POSITIVE_INFINITY)
  if ((view.executorLimit ?? Number.POSITIVE_INFINITY) !== (model.limit ?? Number.POSITIVE_INFINITY)) {
    throw new Error(`${view.id} asked for ${model.limit} executors, not for ${view.executorLimit}`)
  }
  if (!wantsMore) {
    if (cores <= (view.coresMax ?? cores) && model.reason !== undefined) {
      throw new Error(`${view.id} has what it asked for and was told: ${model.reason}`)
    }
    return
  }
  const worker = workers.find((each) => fits(each, { cores, memoryMiB, resources }))
  // A worker on which its executors end at once is left out for a while.
  const isPausing = view.waitingReason?.includes('which is tried again in') === true
  if (worker !== undefined && !isPausing)
    throw new Error(`${view.id} waits (${view.waitingReason}), and ${worker.id} has room`)
  const takesAll = view.coresMax === undefined && view.executors.length > 0
  if (model.reason === undefined && !takesAll) throw new Error(`${view.id} waits and was not told why`)
}

function fits(
  worker: WorkerView,
  need: { readonly cores: number; readonly memoryMiB: number; readonly resources: Readonly<Record<string, number>> },
): boolean {
  if (worker.state !== 'ALIVE') return false
  if (worker.cores - worker.coresUsed < need.cores || worker.memoryMiB - worker.memoryUsedMiB < need.memoryMiB)
    return false
  return Object.entries(need.resources).every(([name, amount]) => {
    const used = worker.resourcesUsed[name]?.length ?? 0
    return (worker.resources[name]?.length ?? 0) - used >= amount
  })
}
