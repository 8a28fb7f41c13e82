import { FiresteelError } from '../../common/errors/index.js'
import { firesteelVersion } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import type { Refusal, WebContext } from '../../web/index.js'
import {
  type ErrorResponse,
  formatMessage,
  protocolVersion,
  type RestResponse,
  standbyPrefix,
  unknownVersionStatus,
} from '../rest-client/index.js'

/** What is answered to a request. */
export interface Reply {
  readonly status: number
  readonly body: RestResponse
  readonly headers?: Readonly<Record<string, string>>
}

/** The master took longer than it may. */
export class LateMaster extends Error {}

const log = getLogger('RestSubmissionServer')

/** Clients want one and compare it with nothing; it is Firesteel's own, as `sc.version` is. */
export const serverSparkVersion = firesteelVersion()

/** What a master says that does not lead. */
export const notLeading = `${standbyPrefix}: this master does not lead the cluster. Ask the next one.`

const whereTo = `Please submit requests through http://[host]:[port]/${protocolVersion}/submissions/...`
export const missingAction =
  'Missing an action: please specify one of /create, /kill, /killall, /clear, /status, or /readyz.'

export const ok = (body: RestResponse): Reply => ({ status: 200, body })

export function refused(status: number, message: string, more: Partial<ErrorResponse> = {}): Reply {
  return { status, body: { action: 'ErrorResponse', serverSparkVersion, message, ...more } }
}

export const misdirected = (problem: string): Reply => refused(400, `${problem} ${whereTo}`)

export function unknownVersion(version: string): Reply {
  const shown = version.length <= 100 ? version : `${version.slice(0, 100)}…`
  return refused(unknownVersionStatus, `Unknown protocol version '${shown}'. ${whereTo}`, {
    highestProtocolVersion: protocolVersion,
  })
}

export function wrongMethod(method: string, action: string, methods: readonly string[]): Reply {
  const message = `HTTP method ${method} is not supported by /${action}, which takes ${methods[0]}.`
  return { ...refused(405, message), headers: { Allow: methods.join(', ') } }
}

export function unauthorized({ status, problem }: Refusal): Reply {
  if (status !== 401) return refused(status, problem)
  const message = "This request needs the cluster's web token, in the header Authorization: Bearer."
  return { ...refused(401, message), headers: { 'WWW-Authenticate': 'Bearer realm="firesteel"' } }
}

export const refusedPage = refused(403, 'Requests that a page in a browser has made are not taken.')

export function tooLong(maxBytes: number): Reply {
  return { ...refused(413, `The request is longer than ${maxBytes} bytes.`), headers: { Connection: 'close' } }
}

/** Nothing of what failed inside is told to the client but that it did. */
export function failure(error: unknown): Reply {
  if (FiresteelError.is(error, 'FS_REST_REQUEST')) return refused(400, `Malformed request: ${error.details.problem}`)
  if (error instanceof FiresteelError && error.category === 'usage')
    return refused(400, `Malformed request: ${error.message.replace(/^\[\w+\] /, '')}`)
  if (error instanceof LateMaster) return refused(504, 'The master did not answer in time.')
  log.error('a request failed', { error })
  return refused(500, "Internal server error; the master's log has the details.")
}

export function send(context: WebContext, { status, body, headers = {} }: Reply): Response {
  return new Response(context.req.method === 'HEAD' ? null : formatMessage(body), {
    status,
    headers: {
      'Content-Type': 'application/json;charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
  })
}
