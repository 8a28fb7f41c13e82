import type { DriverDescription } from './descriptions.js'
import type { DriverState } from './states.js'

/*
 * Between a client and the master: asked of `masterEndpoint`. A master that does not lead answers `standby`, and the client asks the next.
 */

export interface Standby {
  readonly type: 'standby'
  readonly masterUrl: string
}

/** `submitDriver`. */
export interface SubmitDriver {
  readonly driver: DriverDescription
}
export type SubmitDriverAnswer =
  | { readonly type: 'submitted'; readonly driverId: string; readonly message: string }
  | { readonly type: 'refused'; readonly message: string }
  | Standby

/** `killSubmittedDriver`. */
export interface KillSubmittedDriver {
  readonly driverId: string
}
export type KillSubmittedDriverAnswer =
  | { readonly type: 'answered'; readonly driverId: string; readonly success: boolean; readonly message: string }
  | Standby

/** `driverStatus`. */
export interface DriverStatus {
  readonly driverId: string
}
export type DriverStatusAnswer = ({ readonly type: 'answered' } & DriverStatusReport) | Standby

export interface DriverStatusReport {
  readonly found: boolean
  readonly state?: DriverState
  readonly workerId?: string
  readonly workerHostPort?: string
  readonly exitCode?: number
  /** Why it waits, or why it failed. */
  readonly message?: string
}

/** `missingBlobs`: which of these the master does not have; `putBlob` appends bytes (one attachment) at an offset; `getBlob` streams. */
export interface MissingBlobs {
  readonly hashes: readonly string[]
}
export interface MissingBlobsAnswer {
  readonly missing: readonly string[]
}
export interface PutBlob {
  readonly hash: string
  readonly bytes: number
  readonly offset: number
}
export interface GetBlob {
  readonly hash: string
}
