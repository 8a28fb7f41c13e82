import { randomUUID } from 'node:crypto'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { FiresteelError } from '../../common/errors/index.js'
import { getLogger } from '../../common/log/index.js'
import type { MasterService } from '../master/master-service.js'
import { describeDriver } from './driver-description.js'
import { protocolVersion } from './messages.js'
import { parseCreateRequest } from './parse-create-request.js'
import { readBody } from './read-body.js'
import {
  failure,
  LateMaster,
  misdirected,
  missingAction,
  notLeading,
  ok,
  type Reply,
  refused,
  refusedPage,
  send,
  serverSparkVersion,
  tooLong,
  unauthorized,
  unknownVersion,
  wrongMethod,
} from './replies.js'
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
  /** Longest body that is read; 1 MiB unless given. */
  readonly maxBodyBytes?: number
  /** How long the master may take to answer; 30 s unless given. */
  readonly timeoutMs?: number
}

type RestContext = Context<RestEnvironment>

const log = getLogger('RestSubmissionServer')
const defaultMaxBodyBytes = 2 ** 20
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
  // Filters refuse by this exception of Hono's.
  app.onError((error, context) =>
    error instanceof HTTPException ? error.getResponse() : send(context, failure(error)),
  )
  app.use(async (context, next) => {
    if (isFromPage(context.req.raw.headers)) return send(context, refusedPage)
    await next()
  })
  for (const filter of options.filters ?? []) app.use(filter)
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
    const maxBytes = this.#options.maxBodyBytes ?? defaultMaxBodyBytes
    const body = await readBody(context.req.raw, maxBytes)
    if (body === undefined) return tooLong(maxBytes)
    const { request, unknownFields } = parseCreateRequest(body)
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
      message: answer.type === 'standby' ? notLeading : answer.message,
      ...(isTaken ? { submissionId: answer.driverId } : {}),
      ...(unknownFields.length === 0 ? {} : { unknownFields }),
    })
  }

  /** `POST kill/<id>`. */
  async kill(submissionId: string | undefined): Promise<Reply> {
    if (submissionId === undefined) return refused(400, 'Submission ID is missing in kill request.')
    const answer = await this.#inTime(this.#service.killDriver(submissionId))
    const [success, message] = answer.type === 'standby' ? [false, notLeading] : [answer.success, answer.message]
    return ok({ action: 'KillSubmissionResponse', serverSparkVersion, submissionId, success, message })
  }

  /** `POST killall`. */
  killAll(): Reply {
    const success = this.#leads()
    if (success) this.#service.killAllDrivers()
    const message = success ? 'Kill request for all drivers submitted' : notLeading
    return ok({ action: 'KillAllSubmissionResponse', serverSparkVersion, success, message })
  }

  /** `POST clear`. */
  clear(): Reply {
    const success = this.#leads()
    if (success) this.#service.clearCompleted()
    const message = success ? '' : notLeading
    return ok({ action: 'ClearResponse', serverSparkVersion, success, message })
  }

  /** `GET status/<id>`. */
  status(submissionId: string | undefined): Reply {
    if (submissionId === undefined) return refused(400, 'Submission ID is missing in status request.')
    const answer = { action: 'SubmissionStatusResponse', serverSparkVersion, submissionId } as const
    if (this.#standsBy()) return ok({ ...answer, success: false, message: notLeading })
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
    if (this.#standsBy()) return refused(503, 'Master is not ready.')
    return ok({ action: 'ReadyzResponse', serverSparkVersion, success: true, message: '' })
  }

  #standsBy(): boolean {
    return this.#service.view().status === 'STANDBY'
  }

  /** Not while it gathers what earlier leaders started. */
  #leads(): boolean {
    return this.#service.view().status === 'ALIVE'
  }

  async #mayChange(context: RestContext): Promise<boolean> {
    const { authorize } = this.#options
    return authorize === undefined || context.get('user') !== undefined || (await authorize(context.req.raw))
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LateMaster()), this.#options.timeoutMs ?? defaultTimeoutMs)
    })
    return Promise.race([answer, late]).finally(() => clearTimeout(timer))
  }
}

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
