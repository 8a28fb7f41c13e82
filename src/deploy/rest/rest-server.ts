import { randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { FiresteelError } from '../../common/errors/index.js'
import { getLogger } from '../../common/log/index.js'
import { actorOf, type Refusal, type WebContext, type WebEnv, type WebGate } from '../../web/index.js'
import type { MasterService } from '../master/master-service.js'
import { protocolVersion } from '../rest-client/index.js'
import { describeDriver } from './driver-description.js'
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

export interface RestServerOptions {
  /**
   * Settles who asks and who may change something, with the filters of `spark.master.rest.filters`. Without one, whoever reaches this
   * server may submit and kill.
   */
  readonly gate?: WebGate
  /** Variables that a `{{NAME}}` in sparkProperties and environmentVariables stands for; none unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Tells of uploaded files; none unless given. */
  readonly uploadedBytes?: UploadedBytes
  /** Longest body that is read; 1 MiB unless given. */
  readonly maxBodyBytes?: number
  /** How long the master may take to answer; 30 s unless given. */
  readonly timeoutMs?: number
}

const log = getLogger('RestSubmissionServer')
const defaultMaxBodyBytes = 2 ** 20
const defaultTimeoutMs = 30_000
const maxTokenLength = 256
const maxRefusalLength = 1_000

/**
 * The REST submission server of a master, with the messages and status codes of Spark's, so that Spark's `spark-submit` and whatever else
 * speaks its protocol can submit to Firesteel. Where Spark's answers with a page of HTML or a stack trace, this one answers with an
 * ErrorResponse of one sentence and a status that fits.
 *
 * A browser has no business here: what carries the marks of one (`Origin`, `Sec-Fetch-Site`) is refused, so that no page can submit through
 * the browser of somebody who reaches this server.
 */
export function createRestServer(service: MasterService, options: RestServerOptions = {}): Hono<WebEnv> {
  const actions = new RestActions(service, options)
  const app = new Hono<WebEnv>()
  // Filters refuse by this exception of Hono's.
  app.onError((error, c) => (error instanceof HTTPException ? error.getResponse() : send(c, failure(error))))
  app.use(async (c, next) => {
    await next()
    if (c.res.status >= 400 && !isMessage(c.res)) c.res = await asMessage(c)
  })
  app.use(async (c, next) => {
    if (isFromPage(c.req.raw.headers)) return send(c, refusedPage)
    await next()
  })
  options.gate?.guard(app, { limitsBodies: true })
  app.all('*', async (c) => send(c, await actions.reply(c)))
  return app
}

class RestActions {
  readonly #service: MasterService
  readonly #options: RestServerOptions

  constructor(service: MasterService, options: RestServerOptions) {
    this.#service = service
    this.#options = options
  }

  async reply(context: WebContext): Promise<Reply> {
    const [version, prefix, action, id] = partsOf(new URL(context.req.url).pathname)
    if (version === undefined) return misdirected('Missing protocol version.')
    if (version !== protocolVersion) return unknownVersion(version)
    if (prefix !== 'submissions') return misdirected('Missing the /submissions prefix.')
    const route = routes[action ?? '']
    if (route === undefined) return misdirected(missingAction)
    if (!route.methods.includes(context.req.method)) return wrongMethod(context.req.method, action!, route.methods)
    const refusal = this.#refusal(context, route)
    if (refusal !== undefined) return unauthorized(refusal)
    return route.reply(this, { context, id: decode(id) })
  }

  /** `POST create`. */
  async create(context: WebContext): Promise<Reply> {
    const maxBytes = this.#options.maxBodyBytes ?? defaultMaxBodyBytes
    const body = await readBody(context.req.raw, maxBytes)
    if (body === undefined) return tooLong(maxBytes)
    const { request, unknownFields } = parseCreateRequest(body)
    const driver = await describeDriver(request, {
      token: submissionToken(context.req.header('Idempotency-Key')),
      user: context.get('user'),
      masterUrl: this.#service.url,
      restUrl: this.#service.restUrl,
      environment: this.#options.environment ?? {},
      uploadedBytes: this.#options.uploadedBytes,
    })
    const answer = await this.#inTime(this.#service.submitDriver(driver))
    const isTaken = answer.type === 'submitted'
    if (isTaken)
      log.info(
        `took ${answer.driverId} (${JSON.stringify(driver.name)} of ${JSON.stringify(driver.user)}) from ${JSON.stringify(actorOf(context))}`,
      )
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

  #refusal(context: WebContext, { needs }: Route): Refusal | undefined {
    const { gate } = this.#options
    if (gate === undefined || needs === 'nothing') return undefined
    if (needs === 'change') return gate.refusalOfChange(context, undefined)
    return gate.access.maySee(context) ? undefined : { status: 401, problem: 'This needs authority.' }
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
  /** What whoever asks must be allowed; `readyz` is for probes, which have no authority. */
  readonly needs: 'nothing' | 'see' | 'change'
  readonly reply: (
    actions: RestActions,
    request: { readonly context: WebContext; readonly id: string | undefined },
  ) => Reply | Promise<Reply>
}

const reading = { methods: ['GET', 'HEAD'], needs: 'see' } as const
const changing = { methods: ['POST'], needs: 'change' } as const

/** By the part of the path after `/v1/submissions/`. */
const routes: Readonly<Record<string, Route>> = {
  __proto__: null as never,
  create: { ...changing, reply: (actions, { context }) => actions.create(context) },
  kill: { ...changing, reply: (actions, { id }) => actions.kill(id) },
  killall: { ...changing, reply: (actions) => actions.killAll() },
  clear: { ...changing, reply: (actions) => actions.clear() },
  status: { ...reading, reply: (actions, { id }) => actions.status(id) },
  readyz: { ...reading, needs: 'nothing', reply: (actions) => actions.readyz() },
}

function isFromPage(headers: Headers): boolean {
  return headers.has('Origin') || (headers.get('Sec-Fetch-Site') ?? 'none') !== 'none'
}

/** Without a slash at the end. An empty part stays one, so that `//create` is not what a proxy's rules for `/create` miss. */
function partsOf(path: string): (string | undefined)[] {
  const parts = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  return parts[0] === '' && parts.length === 1 ? [] : parts
}

function isMessage(response: Response): boolean {
  return response.headers.get('Content-Type')?.startsWith('application/json') === true
}

/** What the gate or a filter has said as a text becomes an ErrorResponse with the same status and headers. */
async function asMessage(c: WebContext): Promise<Response> {
  const { status, headers } = c.res
  const text = (await c.res.text()).trim().slice(0, maxRefusalLength)
  const kept = [...headers].filter(([name]) => !/^content-/i.test(name))
  return send(c, {
    ...refused(status, text || `Refused with HTTP status ${status}.`),
    headers: Object.fromEntries(kept),
  })
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
