import type { DriverState } from '../../cluster/standalone/index.js'

/*
 * The messages of Spark's REST submission protocol, version v1: JSON over HTTP below `/v1/submissions/`. Names, fields and status codes
 * are those of Spark's own server and client; fields that are Firesteel's say so.
 */

export const protocolVersion = 'v1'
/** HTTP status of an answer to a request of another version of the protocol. */
export const unknownVersionStatus = 468

/** Begins what a master says that does not lead: clients go on to the next one. */
export const standbyPrefix = 'Current state is not alive'

/** `POST /v1/submissions/create`. */
export interface CreateSubmissionRequest {
  readonly action: 'CreateSubmissionRequest'
  readonly clientSparkVersion: string
  readonly appResource: string
  readonly mainClass: string
  readonly appArgs: readonly string[]
  readonly sparkProperties: Readonly<Record<string, string>>
  readonly environmentVariables: Readonly<Record<string, string>>
}

interface Answer {
  readonly serverSparkVersion: string
  readonly message?: string
}

export interface CreateSubmissionResponse extends Answer {
  readonly action: 'CreateSubmissionResponse'
  readonly success: boolean
  readonly submissionId?: string
  /** Fields of the request that this server does not know. */
  readonly unknownFields?: readonly string[]
}

/** Answers `POST /v1/submissions/kill/<id>`. */
export interface KillSubmissionResponse extends Answer {
  readonly action: 'KillSubmissionResponse'
  readonly success: boolean
  readonly submissionId: string
}

/** Answers `POST /v1/submissions/killall`. */
export interface KillAllSubmissionResponse extends Answer {
  readonly action: 'KillAllSubmissionResponse'
  readonly success: boolean
}

/** Answers `POST /v1/submissions/clear`. */
export interface ClearResponse extends Answer {
  readonly action: 'ClearResponse'
  readonly success: boolean
}

/** Answers `GET /v1/submissions/readyz`. */
export interface ReadyzResponse extends Answer {
  readonly action: 'ReadyzResponse'
  readonly success: boolean
}

/** Answers `GET /v1/submissions/status/<id>`. */
export interface SubmissionStatusResponse extends Answer {
  readonly action: 'SubmissionStatusResponse'
  /** Whether there is such a submission. */
  readonly success: boolean
  readonly submissionId: string
  readonly driverState?: DriverState
  readonly workerId?: string
  readonly workerHostPort?: string
  /** Firesteel's own: that of the driver's process, once it has ended. */
  readonly exitCode?: number
}

export interface ErrorResponse extends Answer {
  readonly action: 'ErrorResponse'
  readonly message: string
  readonly highestProtocolVersion?: string
}

export type RestResponse =
  | CreateSubmissionResponse
  | KillSubmissionResponse
  | KillAllSubmissionResponse
  | ClearResponse
  | ReadyzResponse
  | SubmissionStatusResponse
  | ErrorResponse

/** A message as Spark writes it: fields sorted, one a line; those without a value are left out. */
export function formatMessage(message: CreateSubmissionRequest | RestResponse): string {
  const fields = Object.entries(message).filter(([, value]) => value !== undefined)
  const lines = fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `  "${name}" : ${formatValue(value)}`)
  return `{\n${lines.join(',\n')}\n}`
}

function formatValue(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 0 ? '[ ]' : `[ ${value.map((item) => JSON.stringify(item)).join(', ')} ]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const lines = Object.entries(value).map(([name, item]) => `    ${JSON.stringify(name)} : ${JSON.stringify(item)}`)
  return lines.length === 0 ? '{ }' : `{\n${lines.join(',\n')}\n  }`
}
