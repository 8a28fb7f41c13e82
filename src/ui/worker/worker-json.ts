import type { WorkerExecutorView, WorkerService } from '../../deploy/worker/index.js'
import { amountsJson, resourcesJson } from '../spark-json.js'

/** The JSON of a Spark worker, field by field, and how executors ended. */
export function workerJson(service: WorkerService): Record<string, unknown> {
  const view = service.view()
  return {
    id: view.id,
    masterurl: view.masterUrl ?? '',
    masterwebuiurl: view.masterWebUiUrl ?? '',
    cores: view.cores,
    coresused: view.coresUsed,
    memory: view.memoryMiB,
    memoryused: view.memoryUsedMiB,
    resources: resourcesJson(view.resources),
    resourcesused: resourcesJson(view.resourcesUsed),
    executors: view.executors.map(executorJson),
    finishedexecutors: view.finishedExecutors.map(executorJson),
  }
}

function executorJson(executor: WorkerExecutorView): Record<string, unknown> {
  const amounts = Object.entries(executor.resources).map(([name, addresses]): [string, number] => [
    name,
    addresses.length,
  ])
  const resources = amountsJson(Object.fromEntries(amounts))
  return {
    id: /^\d+$/.test(executor.executorId) ? Number(executor.executorId) : executor.executorId,
    memory: executor.memoryMiB,
    resources: resourcesJson(executor.resources),
    appid: executor.appId,
    appdesc: {
      name: executor.appName,
      cores: executor.cores,
      memoryperexecutor: executor.memoryMiB,
      resourcesperexecutor: resources,
      memoryperslave: executor.memoryMiB,
      resourcesperslave: resources,
      user: executor.user,
      // Spark shows the whole command line here, with whatever stands in it.
      command: '',
    },
    state: executor.state,
    ...(executor.message === undefined ? {} : { message: executor.message }),
    ...(executor.exitCode === undefined ? {} : { exitcode: executor.exitCode }),
  }
}
