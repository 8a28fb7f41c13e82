import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { FiresteelError } from '../../common/errors/index.js'
import { firesteelVersion } from '../../common/index.js'
import {
  type ClearResponse,
  type CreateSubmissionResponse,
  type ErrorResponse,
  formatMessage,
  type KillAllSubmissionResponse,
  type KillSubmissionResponse,
  protocolVersion,
  type RestResponse,
  type SubmissionStatusResponse,
  standbyPrefix,
} from './messages.js'
import { restMasters } from './rest-masters.js'

export interface RestClientOptions {
  /** The cluster's web token, for servers that want authority; sent as `Authorization: Bearer`. */
  readonly token?: string
  /** How long one master may take to answer; 30 s unless given. */
  readonly timeoutMs?: number
  /**
   * For how long the masters are asked again, in turn, while none of them leads; not at all unless given, as Spark's client. A submission is
   * the same one however often it is sent.
   */
  readonly patienceMs?: number
  /** In place of the global one: for other TLS, or a proxy. */
  readonly fetch?: typeof fetch
}

/** What to submit; all but name and application may be left out. */
export interface NewSubmission {
  /** `spark.app.name`. */
  readonly name: string
  /** `file:/path` or a path (the same on every worker), `http(s)://…`, or `blob:<sha256>/<name>`. */
  readonly application: string
  /** Exported function or class to run; the module alone unless given. */
  readonly className?: string
  readonly args?: readonly string[]
  readonly conf?: Readonly<Record<string, string>>
  /** Variables of the driver's environment; nothing of this process's own travels by itself. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

export interface CreateOptions extends CallOptions {
  /** Two submissions with the same key are one; random unless given. */
  readonly idempotencyKey?: string
}

type Answer = Exclude<RestResponse, ErrorResponse>
type AnswerTo<Action extends Answer['action']> = Extract<Answer, { readonly action: Action }>

interface Call<Action extends Answer['action']> {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly wanted: string
  readonly answer: Action
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

const defaultTimeoutMs = 30_000
const betweenRoundsMs = 500
const maxAnswerBytes = 2 ** 20

/**
 * A client of REST submission servers, Firesteel's and Spark's: creates submissions, asks for their state, kills them. Of several masters it
 * asks one after the other; one that cannot be reached, or stands by, leaves the question to the next.
 *
 * Every method throws FS_REST_UNREACHABLE when no master leads, FS_REST_REFUSED when one refuses, FS_REST_ANSWER when what answers is no
 * REST server, and the signal's reason.
 */
export class RestSubmissionClient {
  readonly #masters: readonly string[]
  readonly #options: RestClientOptions

  /**
   * @param masters `spark://a:6066,b:6066`, or `http(s)://host:port`
   * @throws FS_REST_MASTER
   */
  constructor(masters: string, options: RestClientOptions = {}) {
    this.#masters = restMasters(masters)
    this.#options = options
  }

  /** Submits; `success` is false when the leading master has refused, with the reason as `message`. */
  create(submission: NewSubmission, options: CreateOptions = {}): Promise<CreateSubmissionResponse> {
    const { name, application, className = '', args = [], conf = {}, environment = {} } = submission
    const body = formatMessage({
      action: 'CreateSubmissionRequest',
      clientSparkVersion: firesteelVersion(),
      appResource: application,
      mainClass: className,
      appArgs: args,
      sparkProperties: { ...conf, 'spark.app.name': name },
      environmentVariables: environment,
    })
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': options.idempotencyKey ?? randomUUID() }
    const call = { method: 'POST', path: 'create', wanted: `take '${name}'`, body, headers } as const
    return this.#ask({ ...call, answer: 'CreateSubmissionResponse' }, options)
  }

  /** The state of a submission; `success` is false when it is not known. */
  status(id: string, options: CallOptions = {}): Promise<SubmissionStatusResponse> {
    const path = `status/${encodeURIComponent(id)}`
    const wanted = `tell the state of ${id}`
    return this.#ask({ method: 'GET', path, wanted, answer: 'SubmissionStatusResponse' }, options)
  }

  /** Ends a submission; `success` is false when it has ended already or is not known. */
  kill(id: string, options: CallOptions = {}): Promise<KillSubmissionResponse> {
    const path = `kill/${encodeURIComponent(id)}`
    return this.#ask({ method: 'POST', path, wanted: `kill ${id}`, answer: 'KillSubmissionResponse' }, options)
  }

  /** Ends all submissions of the cluster. */
  killAll(options: CallOptions = {}): Promise<KillAllSubmissionResponse> {
    const wanted = 'kill all submissions'
    return this.#ask({ method: 'POST', path: 'killall', wanted, answer: 'KillAllSubmissionResponse' }, options)
  }

  /** Lets the master forget completed applications and drivers. */
  clear(options: CallOptions = {}): Promise<ClearResponse> {
    return this.#ask({ method: 'POST', path: 'clear', wanted: 'clear', answer: 'ClearResponse' }, options)
  }

  async #ask<Action extends Answer['action']>(call: Call<Action>, { signal }: CallOptions): Promise<AnswerTo<Action>> {
    const end = performance.now() + (this.#options.patienceMs ?? 0)
    while (true) {
      const problems: string[] = []
      for (const master of this.#masters) {
        const answer = await this.#askOne(master, call, signal)
        if (typeof answer !== 'string') return answer
        problems.push(`${master}: ${answer}`)
      }
      if (performance.now() >= end) {
        const masters = this.#masters.join(', ')
        throw new FiresteelError('FS_REST_UNREACHABLE', { masters, wanted: call.wanted, problems: problems.join('; ') })
      }
      await pause(betweenRoundsMs, undefined, { signal })
    }
  }

  /** The master's answer, or why the next one is to be asked. */
  async #askOne<Action extends Answer['action']>(
    master: string,
    call: Call<Action>,
    signal: AbortSignal | undefined,
  ): Promise<AnswerTo<Action> | string> {
    signal?.throwIfAborted()
    let response: Response
    let text: string
    try {
      response = await this.#fetch(master, call, signal)
      text = await readText(response)
    } catch (error) {
      signal?.throwIfAborted()
      return reasonOf(error)
    }
    const message = parse(text, master)
    if (message.action === 'ErrorResponse') {
      if (response.status >= 500) return message.message
      const { status } = response
      throw new FiresteelError('FS_REST_REFUSED', { master, wanted: call.wanted, status, message: message.message })
    }
    if (message.action !== call.answer) throw noServer(master, `its answer is a ${message.action}`)
    if (message.message?.startsWith(standbyPrefix)) return 'it stands by'
    return message as AnswerTo<Action>
  }

  #fetch(master: string, { method, path, body, headers }: Call<Answer['action']>, signal: AbortSignal | undefined) {
    const { token, timeoutMs = defaultTimeoutMs, fetch: send = fetch } = this.#options
    const deadline = AbortSignal.timeout(timeoutMs)
    return send(`${master}/${protocolVersion}/submissions/${path}`, {
      method,
      body,
      headers: { ...headers, ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
      // A token goes where it was meant to go, and nowhere else.
      redirect: 'error',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    })
  }
}

async function readText(response: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxAnswerBytes) throw new Error('its answer is too long')
  }
  return text
}

function parse(text: string, master: string): RestResponse {
  try {
    const message = JSON.parse(text) as Partial<RestResponse> | null
    if (typeof message?.action === 'string') return message as RestResponse
  } catch {
    // Said below.
  }
  throw noServer(master, 'its answer is no message of the protocol')
}

function noServer(master: string, problem: string): FiresteelError {
  return new FiresteelError('FS_REST_ANSWER', { master, problem })
}

/** fetch says `fetch failed`, and the reason in its cause. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError') return 'it did not answer in time'
  if (cause instanceof AggregateError) return (cause.errors[0] as Error).message
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
