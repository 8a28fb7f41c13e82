import type {
  ApplicationExecutorView,
  ApplicationView,
  DriverView,
  MasterView,
  WorkerView,
} from '../deploy/master/index.js'
import type { WorkerView as WorkersOwnView } from '../deploy/worker/index.js'

/* States of masters and workers, as plain data. */

export const someTime = Date.UTC(2026, 10, 22, 15, 38, 20, 371)
const minute = 60_000

export function emptyMaster(): MasterView {
  return {
    status: 'ALIVE',
    workers: [],
    activeApplications: [],
    completedApplications: [],
    activeDrivers: [],
    completedDrivers: [],
  }
}

export function aWorker(number: number, more: Partial<WorkerView> = {}): WorkerView {
  const port = 40_000 + number
  return {
    id: `worker-20261122153447-10.0.0.${number}-${port}`,
    host: `10.0.0.${number}`,
    port,
    webUiUrl: `http://10.0.0.${number}:8081`,
    state: 'ALIVE',
    cores: 16,
    coresUsed: number % 17,
    memoryMiB: 65_536,
    memoryUsedMiB: 1024 * (number % 17),
    resources: {},
    resourcesUsed: {},
    lastHeartbeat: someTime,
    ...more,
  }
}

export function anExecutor(number: number, more: Partial<ApplicationExecutorView> = {}): ApplicationExecutorView {
  const worker = aWorker(number + 1)
  return {
    id: String(number),
    workerId: worker.id,
    workerHost: worker.host,
    workerPort: worker.port,
    workerWebUiUrl: worker.webUiUrl,
    cores: 4,
    memoryMiB: 4096,
    resources: {},
    state: 'RUNNING',
    ...more,
  }
}

export function anApplication(number: number, more: Partial<ApplicationView> = {}): ApplicationView {
  return {
    id: `app-20261122153820-${String(number).padStart(4, '0')}`,
    name: `nightly-report-${number}`,
    user: 'ada',
    state: 'RUNNING',
    submittedAt: someTime - number * minute,
    coresMax: 16,
    coresGranted: 8,
    memoryPerExecutorMiB: 4096,
    resourcesPerExecutor: {},
    uiUrl: 'http://10.0.0.9:4040',
    executors: [anExecutor(0), anExecutor(1)],
    endedExecutors: [],
    ...more,
  }
}

export function aDriver(number: number, more: Partial<DriverView> = {}): DriverView {
  const worker = aWorker(1)
  return {
    id: `driver-20261122153812-${String(number).padStart(4, '0')}`,
    name: `report-${number}`,
    user: 'grace',
    state: 'RUNNING',
    submittedAt: someTime - number * minute,
    startedAt: someTime - number * minute + 1000,
    workerId: worker.id,
    workerHostPort: `${worker.host}:${worker.port}`,
    workerWebUiUrl: worker.webUiUrl,
    cores: 1,
    memoryMiB: 1024,
    resources: {},
    supervise: false,
    attempt: 1,
    mainClass: 'report.ts',
    ...more,
  }
}

const waitsForCores =
  'asked for 16 cores in executors of 4 cores and 4 GiB; the largest free share of a worker is 2 cores and 1.5 GiB'

export function busyMaster(workers = 20, applications = 10): MasterView {
  return {
    status: 'ALIVE',
    workers: Array.from({ length: workers }, (_, at) =>
      aWorker(at + 1, at === 2 ? { resources: { gpu: ['0', '1'] }, resourcesUsed: { gpu: ['0'] } } : {}),
    ),
    activeApplications: Array.from({ length: applications }, (_, at) =>
      anApplication(
        at,
        at === 1 ? { state: 'WAITING', coresGranted: 0, executors: [], waitingReason: waitsForCores } : {},
      ),
    ),
    completedApplications: [
      anApplication(90, { state: 'FINISHED', endedAt: someTime - 60 * minute, coresGranted: 0, executors: [] }),
    ],
    activeDrivers: [
      aDriver(1, { supervise: true, attempt: 2 }),
      aDriver(2, {
        state: 'SUBMITTED',
        startedAt: undefined,
        workerId: undefined,
        workerWebUiUrl: undefined,
        waitingReason: 'needs 8 cores and 16 GiB; the largest free share of a worker is 2 cores and 1.5 GiB',
      }),
    ],
    completedDrivers: [aDriver(3, { state: 'FINISHED', endedAt: someTime, exitCode: 0 })],
  }
}

/** Everything that can go wrong, with names that are no good. */
export function failingMaster(): MasterView {
  const hostile = '<img src=x onerror=alert(1)>"\'&'
  return {
    status: 'RECOVERING',
    workers: [
      aWorker(1, { state: 'DEAD', coresUsed: 0, memoryUsedMiB: 0 }),
      aWorker(2, { state: 'DECOMMISSIONED', webUiUrl: 'javascript:alert(1)' }),
      aWorker(3, { state: 'UNKNOWN' }),
    ],
    activeApplications: [
      anApplication(1, { name: hostile, user: hostile, uiUrl: 'javascript:alert(1)', state: 'UNKNOWN' }),
      anApplication(2, {
        state: 'WAITING',
        executors: [],
        coresGranted: 0,
        waitingReason: `no worker is alive ${hostile}`,
      }),
    ],
    completedApplications: [
      anApplication(3, {
        state: 'FAILED',
        endedAt: someTime,
        executors: [],
        coresGranted: 0,
        message: '10 executors in a row ended without one running: exit code 137, killed for want of memory',
        endedExecutors: [
          anExecutor(0, {
            state: 'FAILED',
            exitCode: 137,
            message: 'killed by SIGKILL: the machine ran out of memory',
          }),
          anExecutor(1, { state: 'LOST', message: `its worker was silent for 60 s ${hostile}` }),
        ],
      }),
      anApplication(4, {
        state: 'KILLED',
        endedAt: someTime,
        executors: [],
        coresGranted: 0,
        message: 'killed by ada',
      }),
    ],
    activeDrivers: [
      aDriver(5, { state: 'RELAUNCHING', supervise: true, attempt: 12, message: `worker lost ${hostile}` }),
    ],
    completedDrivers: [
      aDriver(6, {
        state: 'ERROR',
        endedAt: someTime,
        message: 'the application report.ts was not found on the worker',
      }),
      aDriver(7, { state: 'FAILED', endedAt: someTime, exitCode: 1 }),
      aDriver(8, { state: 'KILLED', endedAt: someTime }),
    ],
  }
}

export function emptyWorker(): WorkersOwnView {
  return {
    id: 'worker-20261122153447-127.0.0.1-45371',
    host: '127.0.0.1',
    port: 45_371,
    masterUrl: 'spark://127.0.0.1:7077',
    masterWebUiUrl: 'http://127.0.0.1:8080',
    cores: 8,
    coresUsed: 0,
    memoryMiB: 16_384,
    memoryUsedMiB: 0,
    resources: {},
    resourcesUsed: {},
    executors: [],
    finishedExecutors: [],
    drivers: [],
    finishedDrivers: [],
  }
}

export function busyWorker(): WorkersOwnView {
  const executor = {
    appId: 'app-20261122153820-0000',
    executorId: '0',
    state: 'RUNNING',
    cores: 4,
    memoryMiB: 4096,
    resources: {},
    appName: 'nightly-report-0',
    user: 'ada',
    appUiUrl: 'http://10.0.0.9:4040',
    startedAt: someTime,
  } as const
  const driver = {
    driverId: 'driver-20261122153812-0001',
    attempt: 1,
    state: 'RUNNING',
    cores: 1,
    memoryMiB: 1024,
    resources: {},
    name: 'report',
    mainClass: 'report.ts',
    startedAt: someTime,
  } as const
  return {
    ...emptyWorker(),
    coresUsed: 5,
    memoryUsedMiB: 5120,
    resources: { gpu: ['0', '1'] },
    resourcesUsed: { gpu: ['1'] },
    executors: [executor, { ...executor, executorId: '3', resources: { gpu: ['1'] } }],
    finishedExecutors: [
      { ...executor, executorId: '1', state: 'EXITED', exitCode: 0, endedAt: someTime + minute },
      {
        ...executor,
        executorId: '2',
        state: 'FAILED',
        exitCode: 137,
        message: 'killed by SIGKILL <b>: the machine ran out of memory',
        cause: { code: 'PROCESS_OUT_OF_MEMORY', causedByApp: true },
        endedAt: someTime + 2 * minute,
      },
    ],
    drivers: [driver],
    finishedDrivers: [
      { ...driver, driverId: 'driver-20261122153812-0000', state: 'FAILED', exitCode: 1, endedAt: someTime + minute },
    ],
  }
}
