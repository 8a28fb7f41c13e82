import type {
  ApplicationRemoved,
  ApplicationWaiting,
  ExecutorAdded,
  ExecutorUpdated,
  RegisterApplicationAnswer,
} from './application-protocol.js'
import type {
  DriverStatusAnswer,
  KillSubmittedDriverAnswer,
  MissingBlobsAnswer,
  PutBlobAnswer,
  SubmitDriverAnswer,
} from './client-protocol.js'
import {
  applicationDescription,
  executorNumber,
  executorTemplate,
  hash,
  host,
  id,
  launchedDriver,
  most,
  resourceAddresses,
  webUrl,
} from './description-shapes.js'
import { clipped, flag, line, list, object, oneOf, optional, text, union, whole } from './shape.js'
import { applicationStates, driverStates, executorStates } from './states.js'
import type {
  ApplicationFinished,
  KillDriver,
  KillExecutor,
  LaunchDriver,
  LaunchExecutor,
  RegisterWorkerAnswer,
} from './worker-protocol.js'

const attempt = whole(1, most.count)
const message = clipped(most.message)
const url = line(2_000)
const epoch = whole(0, most.exact)
const unlimited = whole(0, most.exact)
const exitCode = optional(whole(-most.count, most.count))

/** Whether it is fit to name a folder is found out when it does: then the master is told. */
const launchedId = text(1_000)

const standby = object({ masterUrl: url })
const refused = object({ message })

/** What a worker takes of its master, by method. */
export const toWorker = {
  launchExecutor: object<LaunchExecutor>({
    appId: launchedId,
    executorId: launchedId,
    application: applicationDescription,
    template: executorTemplate,
    cores: whole(1, most.cores),
    memoryMiB: whole(1, most.memoryMiB),
    resources: resourceAddresses,
  }),
  killExecutor: object<KillExecutor>({ appId: id, executorId: executorNumber, reason: message }),
  launchDriver: object<LaunchDriver>({
    driverId: launchedId,
    attempt,
    driver: launchedDriver,
    resources: resourceAddresses,
  }),
  killDriver: object<KillDriver>({ driverId: id, attempt, reason: message }),
  applicationFinished: object<ApplicationFinished>({ appId: id }),
} as const

/** What an application takes of its master, by method. */
export const toApplication = {
  executorAdded: object<ExecutorAdded>({
    executorId: executorNumber,
    workerId: id,
    host,
    cores: whole(0, most.cores),
    memoryMiB: whole(0, most.memoryMiB),
  }),
  executorUpdated: object<ExecutorUpdated>({
    executorId: executorNumber,
    state: oneOf(executorStates),
    message: optional(message),
    exitCode,
    cause: optional(object({ code: text(100), causedByApp: flag })),
    workerLost: optional(flag),
  }),
  waiting: object<ApplicationWaiting>({ reason: optional(message) }),
  removed: object<ApplicationRemoved>({ state: oneOf(applicationStates), message }),
} as const

/** What a master answers, by the method that was asked. */
export const masterAnswers = {
  registerWorker: union<'type', RegisterWorkerAnswer>('type', {
    registered: object({
      masterUrl: url,
      masterWebUiUrl: webUrl,
      epoch,
      heartbeatIntervalMs: whole(1, most.count),
      unknownExecutors: list(object({ appId: id, executorId: executorNumber }), most.reports),
      unknownDrivers: list(object({ driverId: id, attempt: whole(0, most.count) }), most.reports),
    }),
    standby,
    refused,
  }),
  registerApplication: union<'type', RegisterApplicationAnswer>('type', {
    registered: object({ appId: id, masterUrl: url, masterWebUiUrl: webUrl, epoch }),
    standby,
    refused,
  }),
  submitDriver: union<'type', SubmitDriverAnswer>('type', {
    submitted: object({ driverId: line(1_000), message }),
    refused,
    standby,
  }),
  killSubmittedDriver: union<'type', KillSubmittedDriverAnswer>('type', {
    answered: object({ driverId: line(1_000), success: flag, message }),
    standby,
  }),
  driverStatus: union<'type', DriverStatusAnswer>('type', {
    answered: object({
      found: flag,
      state: optional(oneOf(driverStates)),
      workerId: optional(id),
      workerHostPort: optional(line(1_000)),
      exitCode,
      message: optional(message),
    }),
    standby,
  }),
  missingBlobs: object<MissingBlobsAnswer>({ missing: list(hash, 50_000) }),
  putBlob: object<PutBlobAnswer>({ received: unlimited, isComplete: flag }),
} as const
