import type {
  KillExecutors,
  RegisterApplication,
  RequestExecutors,
  UnregisterApplication,
} from './application-protocol.js'
import type {
  DriverStatus,
  GetBlob,
  KillSubmittedDriver,
  MissingBlobs,
  PutBlob,
  SubmitDriver,
} from './client-protocol.js'
import {
  applicationDescription,
  driverDescription,
  executorNumber,
  executorTemplate,
  hash,
  host,
  id,
  most,
  resourceAddresses,
  token,
  webUrl,
} from './description-shapes.js'
import { clipped, finite, flag, list, object, oneOf, optional, type Shape, text, whole } from './shape.js'
import { driverStates, executorStates } from './states.js'
import type {
  DriverReport,
  DriverStateMessage,
  ExecutorReport,
  ExecutorStateMessage,
  RegisterWorker,
  WorkerHeartbeat,
  WorkerLeaving,
} from './worker-protocol.js'

const message = optional(clipped(most.message))
const exitCode = optional(whole(-most.count, most.count))
const attempt = whole(0, most.count)
const cause = optional(object({ code: text(100), causedByApp: flag }))

const executorReport: Shape<ExecutorReport> = object<ExecutorReport>({
  appId: id,
  executorId: executorNumber,
  state: oneOf(executorStates),
  cores: whole(0, most.cores),
  memoryMiB: whole(0, most.memoryMiB),
  resources: resourceAddresses,
  message,
  exitCode,
  cause,
})

const driverReport: Shape<DriverReport> = object<DriverReport>({
  driverId: id,
  attempt,
  state: oneOf(driverStates),
  cores: whole(0, most.cores),
  memoryMiB: whole(0, most.memoryMiB),
  resources: resourceAddresses,
  message,
  exitCode,
})

/** What a master takes, by method. */
export const toMaster = {
  registerWorker: object<RegisterWorker>({
    workerId: id,
    token: optional(token),
    host,
    port: whole(1, 65_535),
    cores: whole(0, most.cores),
    memoryMiB: whole(0, most.memoryMiB),
    resources: resourceAddresses,
    webUiUrl: webUrl,
    epoch: whole(0, most.exact),
    isDecommissioned: optional(flag),
    executors: list(executorReport, most.reports),
    drivers: list(driverReport, most.reports),
  }),
  heartbeat: object<WorkerHeartbeat>({ workerId: id }),
  executorState: object<ExecutorStateMessage>({ workerId: id, report: executorReport }),
  driverState: object<DriverStateMessage>({ workerId: id, report: driverReport }),
  workerLeaving: object<WorkerLeaving>({ workerId: id, reason: clipped(most.message), hasEnded: flag }),
  registerApplication: object<RegisterApplication>({
    appId: optional(id),
    token,
    application: applicationDescription,
    template: executorTemplate,
    highestExecutor: whole(-1, 1_000_000_000),
    executorIds: optional(list(executorNumber, 1_000_000)),
    startedAt: finite,
  }),
  unregisterApplication: object<UnregisterApplication>({ appId: id, state: oneOf(['FINISHED', 'FAILED', 'KILLED']) }),
  requestExecutors: object<RequestExecutors>({ appId: id, total: whole(0, most.exact) }),
  killExecutors: object<KillExecutors>({ appId: id, executorIds: list(executorNumber, 1_000_000) }),
  submitDriver: object<SubmitDriver>({ driver: driverDescription }),
  // Whatever a user asks for; what is not there is answered so.
  killSubmittedDriver: object<KillSubmittedDriver>({ driverId: text(1_000) }),
  driverStatus: object<DriverStatus>({ driverId: text(1_000) }),
} as const

/** What a store of blobs takes, by method. */
export const toBlobs = {
  missingBlobs: object<MissingBlobs>({ hashes: list(hash, 50_000) }),
  putBlob: object<PutBlob>({ hash, bytes: whole(0, most.exact), offset: whole(0, most.exact) }),
  getBlob: object<GetBlob>({ hash }),
} as const
