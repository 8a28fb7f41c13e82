import type {
  DriverDescription,
  DriverReport,
  ExecutorReport,
  RegisterApplication,
  RegisterWorker,
  UnregisterApplication,
} from '../../../cluster/standalone/protocol/index.js'
import type { StoredApplication, StoredDriver, StoredWorker } from './stored-records.js'

/** A connection to the master, named by the shell. */
export type PeerId = string
/** A question that awaits an answer, named by the shell. */
export type RequestId = number

/** What happens to a master. Time comes with each event. */
export type MasterEvent =
  /** It leads from now on, in this epoch, with what earlier leaders have stored. */
  | {
      readonly type: 'elected'
      readonly epoch: number
      readonly applications: readonly StoredApplication[]
      readonly drivers: readonly StoredDriver[]
      readonly workers: readonly StoredWorker[]
    }
  /** It leads no longer: it forgets everything and answers `standby`. */
  | { readonly type: 'deposed' }
  | {
      readonly type: 'registerWorker'
      readonly peer: PeerId
      readonly request: RequestId
      readonly worker: RegisterWorker
    }
  | { readonly type: 'workerHeartbeat'; readonly peer: PeerId; readonly workerId: string }
  | {
      readonly type: 'executorState'
      readonly peer: PeerId
      /** Answered `taken` once the end is stored, or `standby`: the worker must then keep the report. */
      readonly request?: RequestId
      readonly workerId: string
      readonly report: ExecutorReport
    }
  | {
      readonly type: 'driverState'
      readonly peer: PeerId
      /** As of `executorState`. */
      readonly request?: RequestId
      readonly workerId: string
      readonly report: DriverReport
    }
  /** A worker has been told by its own machine to take nothing new. */
  | { readonly type: 'workerDecommissioning'; readonly peer: PeerId; readonly workerId: string }
  | {
      readonly type: 'registerApplication'
      readonly peer: PeerId
      readonly request: RequestId
      readonly registration: RegisterApplication
    }
  | {
      readonly type: 'unregisterApplication'
      readonly peer: PeerId
      readonly message: UnregisterApplication
    }
  | { readonly type: 'requestExecutors'; readonly peer: PeerId; readonly appId: string; readonly total: number }
  | {
      readonly type: 'killExecutors'
      readonly peer: PeerId
      readonly appId: string
      readonly executorIds: readonly string[]
    }
  /** A connection has ended, whoever was behind it. */
  | { readonly type: 'peerGone'; readonly peer: PeerId; readonly cause?: string }
  /** Asked for by `probeWorker`: nothing listens at its port any more. Its connection had ended before. */
  | { readonly type: 'workerGone'; readonly workerId: string }
  | { readonly type: 'submitDriver'; readonly request: RequestId; readonly driver: DriverDescription }
  | { readonly type: 'killDriver'; readonly request: RequestId; readonly driverId: string }
  | { readonly type: 'killAllDrivers' }
  /** From the web UI or the REST API. */
  | { readonly type: 'killApplication'; readonly appId: string; readonly by: string }
  /** Workers on these hosts (all that match; empty means none) take nothing new and end what they run. */
  | { readonly type: 'decommissionWorkers'; readonly request: RequestId; readonly hosts: readonly string[] }
  /** Completed applications and drivers are no longer shown. */
  | { readonly type: 'clearCompleted' }
  /** Now and then, at the latest at the `wakeAt` of the last effect: heartbeats that are late, waits that have ended. */
  | { readonly type: 'tick' }
