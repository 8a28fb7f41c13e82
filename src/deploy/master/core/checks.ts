import type {
  DriverDescription,
  RegisterApplication,
  RegisterWorker,
  ResourceAmounts,
} from '../../../cluster/standalone/protocol/index.js'
import { isFitId } from './id-pattern.js'

/** Why a registration or submission cannot be taken as it is; undefined when it can. */
export function workerProblem(worker: RegisterWorker): string | undefined {
  if (!isFitId(worker.workerId)) return `"${worker.workerId}" cannot be the id of a worker`
  return amountProblem('cores', worker.cores) ?? amountProblem('memory in MiB', worker.memoryMiB)
}

export function applicationProblem({ appId, application, token }: RegisterApplication): string | undefined {
  if (appId !== undefined && !isFitId(appId)) return `"${appId}" cannot be the id of an application`
  if (token === '') return 'an application registers with a token of its own'
  const { coresMax, coresPerExecutor, memoryPerExecutorMiB, resourcesPerExecutor, executorLimit } = application
  const limit =
    executorLimit !== undefined && !(executorLimit >= 0) ? `it asked for ${executorLimit} executors` : undefined
  return (
    (coresMax === undefined ? undefined : amountProblem('spark.cores.max', coresMax)) ??
    (coresPerExecutor === undefined ? undefined : amountProblem('cores of an executor', coresPerExecutor)) ??
    amountProblem('memory of an executor in MiB', memoryPerExecutorMiB) ??
    limit ??
    resourceProblem(resourcesPerExecutor)
  )
}

export function driverProblem({ token, cores, memoryMiB, resources }: DriverDescription): string | undefined {
  if (token === '') return 'a driver is submitted with a token of its own'
  return (
    amountProblem('cores of the driver', cores) ??
    amountProblem('memory of the driver in MiB', memoryMiB) ??
    resourceProblem(resources)
  )
}

function amountProblem(what: string, amount: number): string | undefined {
  return Number.isSafeInteger(amount) && amount > 0 ? undefined : `${what}: ${amount}, where 1 or more is expected`
}

function resourceProblem(amounts: ResourceAmounts): string | undefined {
  for (const [name, amount] of Object.entries(amounts)) {
    if (!Number.isSafeInteger(amount) || amount < 0) return `${name}: ${amount}, where a whole number is expected`
  }
  return undefined
}
