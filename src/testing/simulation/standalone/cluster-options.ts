import type { MasterOptions } from '../../../deploy/master/index.js'

/** What a simulated standalone cluster is made of, and what goes wrong in it. Times in ms, rates from 0 to 1. */
export interface ClusterOptions {
  readonly masters: number
  readonly workers: number
  readonly workerCores: { readonly min: number; readonly max: number }
  readonly workerMemoryMiB: { readonly min: number; readonly max: number }
  /** GPUs of each worker. */
  readonly gpus: number
  readonly applications: number
  readonly drivers: number
  readonly latencyMs: { readonly min: number; readonly max: number }
  readonly storeMs: { readonly min: number; readonly max: number }
  /** Nothing goes wrong any more after this time, and everything has to come to rest. */
  readonly faultsUntilMs: number
  readonly restMs: number
  /** Deaths, by number; each comes back after a while (as a new process). */
  readonly masterDeaths: number
  readonly workerDeaths: number
  /** Leaders that are told that they lead no longer. */
  readonly depositions: number
  /** Connections that break, and pairs of machines that cannot reach each other for a while. */
  readonly cuts: number
  readonly partitions: number
  /** That an executor fails, and quickly. */
  readonly executorFailure: number
  /** That a driver's start ends with an error. */
  readonly driverFailure: number
  /** That a submitted driver's end is asked for. */
  readonly kills: number
  readonly supervised: number
  /** That an application ends of itself, or dies, before the end. */
  readonly earlyEnd: number
  readonly crash: number
  readonly applicationKills: number
  /** Requests for another number of executors, by number for each application. */
  readonly requests: number
  readonly decommissions: number
  /** That a client submits the same driver a second time, although it was answered. */
  readonly repeatedSubmission: number
  readonly clockSkewMs: number
  readonly master: Partial<MasterOptions>
  readonly maxSteps: number
  readonly trace?: (line: string) => void
}

export const calmCluster: ClusterOptions = {
  masters: 1,
  workers: 3,
  workerCores: { min: 2, max: 8 },
  workerMemoryMiB: { min: 2_048, max: 8_192 },
  gpus: 0,
  applications: 3,
  drivers: 3,
  latencyMs: { min: 1, max: 20 },
  storeMs: { min: 0, max: 20 },
  faultsUntilMs: 10_000,
  restMs: 40_000,
  masterDeaths: 0,
  workerDeaths: 0,
  depositions: 0,
  cuts: 0,
  partitions: 0,
  executorFailure: 0,
  driverFailure: 0,
  kills: 0,
  supervised: 0.5,
  earlyEnd: 0.3,
  crash: 0,
  applicationKills: 0,
  requests: 0,
  decommissions: 0,
  repeatedSubmission: 0,
  clockSkewMs: 0,
  master: {},
  maxSteps: 60_000,
}

/** Timeouts short enough that a simulation sees the end of them. */
export const clusterMasterOptions: MasterOptions = {
  masterUrl: '',
  masterWebUiUrl: '',
  spreadOutApps: true,
  spreadOutDrivers: true,
  defaultCores: Number.POSITIVE_INFINITY,
  maxExecutorRetries: 4,
  maxDrivers: Number.POSITIVE_INFINITY,
  retainedApplications: 100,
  retainedDrivers: 100,
  workerTimeoutMs: 6_000,
  deadWorkerPersistence: 2,
  applicationGraceMs: 5_000,
  workerGraceMs: 2_500,
  recoveryTimeoutMs: 6_000,
  appIdPattern: 'app-%s-%04d',
  driverIdPattern: 'driver-%s-%04d',
  useAppNameAsAppId: false,
  useDriverIdAsAppName: false,
  workerSelectionPolicy: 'CORES_FREE_DESC',
}
