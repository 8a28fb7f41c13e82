import { randomUUID } from 'node:crypto'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { FiresteelError } from '../../common/errors/index.js'
import { firesteelVersion } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import type { MasterService } from '../master/master-service.js'
import { describeDriver } from './driver-description.js'
import {
  type ErrorResponse,
  formatMessage,
  protocolVersion,
  type RestResponse,
  standbyPrefix,
  unknownVersionStatus,
} from './messages.js'
import { parseCreateRequest } from './parse-create-request.js'
import type { UploadedBytes } from './resource-file.js'

/** What a filter or the authority may tell the server of a request: `context.set('user', name)` vouches for who sent it. */
export interface RestVariables {
  user?: string
}
export type RestEnvironment = { Variables: RestVariables }
export type RestFilter = MiddlewareHandler<RestEnvironment>

export interface RestServerOptions {
  /**
   * Whether a request that changes something may do so; asked unless a filter has vouched for it. Everybody may unless given, which is for
   * loopback and trusted networks only.
   */
  readonly authorize?: (request: Request) => boolean | Promise<boolean>
  /** Through which every request goes, in this order (`spark.master.rest.filters`). */
  readonly filters?: readonly RestFilter[]
  /** Variables that a `{{NAME}}` in sparkProperties and environmentVariables stands for; none unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Tells of uploaded files; none unless given. */
  readonly uploadedBytes?: UploadedBytes
  /** Longest body that is read; 4 MiB unless given. */
  readonly maxBodyBytes?: number
  /** How long the master may take to answer; 30 s unless given. */
  readonly timeoutMs?: number
}

type RestContext = Context<RestEnvironment>

/** What is answered to a request. */
interface Reply {
  readonly status: number
  readonly body: RestResponse
  readonly headers?: Readonly<Record<string, string>>
}

const log = getLogger('RestSubmissionServer')
const defaultMaxBodyBytes = 4 * 2 ** 20
const defaultTimeoutMs = 30_000
const maxTokenLength = 256

/**
 * The REST submission server of a master, with the messages and status codes of Spark's, so that Spark's `spark-submit` and whatever else
 * speaks its protocol can submit to Firesteel. Where Spark's answers with a page of HTML or a stack trace, this one answers with an
 * ErrorResponse of one sentence and a status that fits.
 *
 * A browser has no business here: what carries the marks of one (`Origin`, `Sec-Fetch-Site`) is refused, so that no page can submit through
 * the browser of somebody who reaches this server.
 */
export function createRestServer(service: MasterService, options: RestServerOptions = {}): Hono<RestEnvironment> {
  const actions = new RestActions(service, options)
  const app = new Hono<RestEnvironment>()
  app.onError((error, context) => send(context, failure(error)))
  app.use(async (context, next) => {
    if (isFromPage(context.req.raw.headers)) return send(context, refusedPage)
    await next()
  })
  for (const filter of options.filters ?? []) app.use(filter)
  app.use(
    bodyLimit({
      maxSize: options.maxBodyBytes ?? defaultMaxBodyBytes,
      onError: (context) => send(context, tooLong(options.maxBodyBytes ?? defaultMaxBodyBytes)),
    }),
  )
  app.all('*', async (context) => send(context, await actions.reply(context)))
  return app
}

class RestActions {
  readonly #service: MasterService
  readonly #options: RestServerOptions

  constructor(service: MasterService, options: RestServerOptions) {
    this.#service = service
    this.#options = options
  }

  async reply(context: RestContext): Promise<Reply> {
    const path = new URL(context.req.url).pathname.split('/').filter((part) => part !== '')
    const [version, prefix, action, id] = path
    if (version === undefined) return misdirected('Missing protocol version.')
    if (version !== protocolVersion) return unknownVersion(version)
    if (prefix !== 'submissions') return misdirected('Missing the /submissions prefix.')
    const route = routes[action ?? '']
    if (route === undefined) return misdirected(missingAction)
    if (!route.methods.includes(context.req.method)) return wrongMethod(context.req.method, action!, route.methods)
    if (route.changes && !(await this.#mayChange(context))) return unauthorized
    return route.reply(this, { context, id: decode(id) })
  }

  /** `POST create`. */
  async create(context: RestContext): Promise<Reply> {
    const { request, unknownFields } = parseCreateRequest(await context.req.text())
    const driver = await describeDriver(request, {
      token: submissionToken(context.req.header('Idempotency-Key')),
      user: context.get('user') ?? 'unknown',
      masterUrl: this.#service.url,
      restUrl: this.#service.restUrl,
      environment: this.#options.environment ?? {},
      uploadedBytes: this.#options.uploadedBytes,
    })
    const answer = await this.#inTime(this.#service.submitDriver(driver))
    const isTaken = answer.type === 'submitted'
    if (isTaken) log.info(`took ${answer.driverId} (${JSON.stringify(driver.name)} of ${JSON.stringify(driver.user)})`)
    return ok({
      action: 'CreateSubmissionResponse',
      serverSparkVersion,
      success: isTaken,
      message: answer.type === 'standby' ? `${standbyPrefix}: ${notLeading}` : answer.message,
      ...(isTaken ? { submissionId: answer.driverId } : {}),
      ...(unknownFields.length === 0 ? {} : { unknownFields }),
    })
  }

  /** `POST kill/<id>`. */
  async kill(submissionId: string | undefined): Promise<Reply> {
    if (submissionId === undefined) return refused(400, 'Submission ID is missing in kill request.')
    const answer = await this.#inTime(this.#service.killDriver(submissionId))
    const [success, message] =
      answer.type === 'standby' ? [false, `${standbyPrefix}: ${notLeading}`] : [answer.success, answer.message]
    return ok({ action: 'KillSubmissionResponse', serverSparkVersion, submissionId, success, message })
  }

  /** `POST killall`. */
  killAll(): Reply {
    const success = this.#leads()
    if (success) this.#service.killAllDrivers()
    const message = success ? 'Kill request for all drivers submitted' : `${standbyPrefix}: ${notLeading}`
    return ok({ action: 'KillAllSubmissionResponse', serverSparkVersion, success, message })
  }

  /** `POST clear`. */
  clear(): Reply {
    const success = this.#leads()
    if (success) this.#service.clearCompleted()
    const message = success ? '' : `${standbyPrefix}: ${notLeading}`
    return ok({ action: 'ClearResponse', serverSparkVersion, success, message })
  }

  /** `GET status/<id>`. */
  status(submissionId: string | undefined): Reply {
    if (submissionId === undefined) return refused(400, 'Submission ID is missing in status request.')
    const answer = { action: 'SubmissionStatusResponse', serverSparkVersion, submissionId } as const
    if (!this.#leads()) return ok({ ...answer, success: false, message: `${standbyPrefix}: ${notLeading}` })
    const { found, state, workerId, workerHostPort, exitCode, message } = this.#service.driverStatus(submissionId)
    if (!found) return ok({ ...answer, success: false })
    const hasFailed = state === 'FAILED' || state === 'ERROR'
    return ok({
      ...answer,
      success: true,
      driverState: state,
      workerId,
      workerHostPort,
      exitCode,
      message: message && hasFailed ? `Exception from the cluster:\n${message}` : message,
    })
  }

  /** `GET readyz`. */
  readyz(): Reply {
    if (this.#service.view().status === 'STANDBY') return refused(503, 'Master is not ready.')
    return ok({ action: 'ReadyzResponse', serverSparkVersion, success: true, message: '' })
  }

  #leads(): boolean {
    return this.#service.view().status === 'ALIVE'
  }

  async #mayChange(context: RestContext): Promise<boolean> {
    const { authorize } = this.#options
    return authorize === undefined || context.get('user') !== undefined || (await authorize(context.req.raw))
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs ?? defaultTimeoutMs)
    const late = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new LateMaster()), { once: true }),
    )
    return Promise.race([answer, late])
  }
}

class LateMaster extends Error {}

interface Route {
  readonly methods: readonly string[]
  /** Whether it needs authority. */
  readonly changes: boolean
  readonly reply: (
    actions: RestActions,
    request: { readonly context: RestContext; readonly id: string | undefined },
  ) => Reply | Promise<Reply>
}

const reading = { methods: ['GET', 'HEAD'], changes: false } as const
const changing = { methods: ['POST'], changes: true } as const

/** By the part of the path after `/v1/submissions/`. */
const routes: Readonly<Record<string, Route>> = {
  __proto__: null as never,
  create: { ...changing, reply: (actions, { context }) => actions.create(context) },
  kill: { ...changing, reply: (actions, { id }) => actions.kill(id) },
  killall: { ...changing, reply: (actions) => actions.killAll() },
  clear: { ...changing, reply: (actions) => actions.clear() },
  status: { ...reading, reply: (actions, { id }) => actions.status(id) },
  readyz: { ...reading, reply: (actions) => actions.readyz() },
}

/** Clients want one and compare it with nothing; it is Firesteel's own, as `sc.version` is. */
const serverSparkVersion = firesteelVersion()

const notLeading = 'this master does not lead the cluster. Ask the next one.'
const whereTo = `Please submit requests through http://[host]:[port]/${protocolVersion}/submissions/...`
const missingAction = 'Missing an action: please specify one of /create, /kill, /killall, /clear, /status, or /readyz.'

const ok = (body: RestResponse): Reply => ({ status: 200, body })

function refused(status: number, message: string, more: Partial<ErrorResponse> = {}): Reply {
  return { status, body: { action: 'ErrorResponse', serverSparkVersion, message, ...more } }
}

const misdirected = (problem: string): Reply => refused(400, `${problem} ${whereTo}`)

function unknownVersion(version: string): Reply {
  const shown = version.length <= 100 ? version : `${version.slice(0, 100)}…`
  return refused(unknownVersionStatus, `Unknown protocol version '${shown}'. ${whereTo}`, {
    highestProtocolVersion: protocolVersion,
  })
}

function wrongMethod(method: string, action: string, methods: readonly string[]): Reply {
  const message = `HTTP method ${method} is not supported by /${action}, which takes ${methods[0]}.`
  return { ...refused(405, message), headers: { Allow: methods.join(', ') } }
}

const unauthorized: Reply = {
  ...refused(
    401,
    "This request changes something, which needs the cluster's token in the header Authorization: Bearer.",
  ),
  headers: { 'WWW-Authenticate': 'Bearer realm="firesteel"' },
}

const refusedPage = refused(403, 'Requests that a page in a browser has made are not taken.')

function tooLong(maxBytes: number): Reply {
  return { ...refused(413, `The request is longer than ${maxBytes} bytes.`), headers: { Connection: 'close' } }
}

/** Nothing of what failed inside is told to the client but that it did. */
function failure(error: Error): Reply {
  if (FiresteelError.is(error, 'FS_REST_REQUEST')) return refused(400, `Malformed request: ${error.details.problem}`)
  if (error instanceof FiresteelError && error.category === 'usage')
    return refused(400, `Malformed request: ${error.message.replace(/^\[\w+\] /, '')}`)
  if (error instanceof LateMaster) return refused(504, 'The master did not answer in time.')
  log.error('a request failed', { error })
  return refused(500, "Internal server error; the master's log has the details.")
}

function isFromPage(headers: Headers): boolean {
  return headers.has('Origin') || (headers.get('Sec-Fetch-Site') ?? 'none') !== 'none'
}

/** The same key finds the driver of the first submission that came with it. It is kept apart from tokens that clients make themselves. */
function submissionToken(key: string | undefined): string {
  if (key === undefined || key === '') return randomUUID()
  if (key.length <= maxTokenLength) return `idempotency-key:${key}`
  const problem = `the header Idempotency-Key is longer than ${maxTokenLength} characters`
  throw new FiresteelError('FS_REST_REQUEST', { problem })
}

function decode(part: string | undefined): string | undefined {
  try {
    return part === undefined ? undefined : decodeURIComponent(part)
  } catch {
    return part
  }
}

function send(context: Context, { status, body, headers = {} }: Reply): Response {
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
