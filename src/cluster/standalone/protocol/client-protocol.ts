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

/*
 * Contents that an application consists of, known by their SHA-256 in hexadecimal digits. Every master keeps such a store, leading or not,
 * and offers it under an endpoint of its own.
 */

export const blobEndpoint = 'blobs'

/** `missingBlobs`: which of these the master does not have whole. Asking counts as a use of those it has. */
export interface MissingBlobs {
  readonly hashes: readonly string[]
}
export interface MissingBlobsAnswer {
  readonly missing: readonly string[]
}

/** `putBlob`: one attachment, the bytes from `offset` on. What does not join what is there is left out. */
export interface PutBlob {
  readonly hash: string
  /** Of the whole content. */
  readonly bytes: number
  readonly offset: number
}
export interface PutBlobAnswer {
  /** Bytes that are there now, and so the offset to go on from. */
  readonly received: number
  /** Whether the content is there whole and has been verified. */
  readonly isComplete: boolean
}

/** `getBlob`, a stream: the bytes in order, one attachment a message, its body a `BlobPiece`. */
export interface GetBlob {
  readonly hash: string
}
export interface BlobPiece {
  /** Of the whole content. */
  readonly bytes: number
  readonly offset: number
}
