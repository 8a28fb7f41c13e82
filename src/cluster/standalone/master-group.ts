import { FiresteelError } from '../../common/errors/index.js'
import type { Clock } from '../../common/index.js'
import type { RpcAddress, RpcEnvironment, RpcPeer } from '../../rpc/index.js'
import { masterUrl } from './master-url.js'
import { masterAnswers, masterEndpoint, readMessage, type Shape, type Standby } from './protocol/index.js'

export interface MasterGroupOptions {
  readonly rpc: RpcEnvironment
  readonly masters: readonly RpcAddress[]
  readonly clock: Clock
  /** How long a question is repeated until a master that leads has answered it. */
  readonly timeoutMs: number
  warn(message: string): void
}

const dialTimeoutMs = 3_000
const askTimeoutMs = 10_000
const pauseMs = 300

type Question = 'submitDriver' | 'killSubmittedDriver' | 'driverStatus'
type AnswerTo<Method extends Question> = ReturnType<(typeof masterAnswers)[Method]>

/** What one more attempt does not change: a wrong secret, another version. */
const lasting = ['FS_RPC_REFUSED', 'FS_RPC_TLS'] as const

/**
 * All masters of a URL, for a client that registers with none: it asks all of them, and one leads. A question is repeated through a
 * failover, so the other side must be able to take one twice.
 */
export class MasterGroup {
  readonly #options: MasterGroupOptions
  readonly #peers = new Map<string, Promise<RpcPeer>>()
  #problems = new Map<string, string>()

  constructor(options: MasterGroupOptions) {
    this.#options = options
  }

  /** URLs of all masters. */
  get urls(): string[] {
    return this.#options.masters.map(masterUrl)
  }

  /** The connection to one master, dialled unless it is there. @throws as `connect` */
  peer(url: string): Promise<RpcPeer> {
    const known = this.#peers.get(url)
    if (known !== undefined) return known
    const address = this.#options.masters.find((master) => masterUrl(master) === url) as RpcAddress
    const dialled = this.#options.rpc.connect(address, { timeoutMs: dialTimeoutMs })
    this.#peers.set(url, dialled)
    const forget = () => {
      if (this.#peers.get(url) === dialled) this.#peers.delete(url)
    }
    dialled.then((peer) => peer.onClose(forget), forget)
    return dialled
  }

  /**
   * The answer of the master that leads.
   *
   * @param prepare done with a master before it is asked
   * @throws FS_CLUSTER_NO_MASTER when the time is up or no further attempt can help; what the master threw
   */
  async ask<Method extends Question>(
    method: Method,
    body: unknown,
    { prepare }: { readonly prepare?: (url: string, peer: RpcPeer) => Promise<unknown> } = {},
  ): Promise<Exclude<AnswerTo<Method>, Standby>> {
    const { clock, timeoutMs, warn } = this.#options
    const deadline = clock.now() + timeoutMs
    for (let round = 1; ; round++) {
      this.#problems = new Map()
      const answers = this.urls.map((url) => this.#askOne(url, { method, body, prepare }))
      const answer = await firstOf(answers)
      if (answer !== undefined) return answer
      const errors = (await Promise.all(answers.map((one) => one.catch((error: unknown) => error)))).filter(Boolean)
      const isLasting = errors.length === answers.length && errors.every(isLastingError)
      if (isLasting || clock.now() + pauseMs >= deadline) throw this.#noMaster()
      if (round === 2) warn(`no master leads yet (${this.problem}); trying for ${Math.ceil(timeoutMs / 1000)} s`)
      await new Promise<void>((resolve) => void clock.after(pauseMs, resolve, { keepAlive: true }))
    }
  }

  /** What came of the last round, for people. */
  get problem(): string {
    return this.urls.map((url) => `${url} ${this.#problems.get(url) ?? 'has not answered'}`).join('; ')
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#peers.values()].map(async (peer) => (await peer).close()))
  }

  /** Undefined when it stands by. */
  async #askOne<Method extends Question>(
    url: string,
    question: {
      readonly method: Method
      readonly body: unknown
      readonly prepare?: (url: string, peer: RpcPeer) => Promise<unknown>
    },
  ): Promise<Exclude<AnswerTo<Method>, Standby> | undefined> {
    const { method, body, prepare } = question
    try {
      const peer = await this.peer(url)
      await prepare?.(url, peer)
      const answer = await peer.ask(masterEndpoint, method, { body }, { timeoutMs: askTimeoutMs })
      const read = readMessage(masterAnswers[method] as Shape<AnswerTo<Method>>, answer.body, method)
      if (read.type !== 'standby') return read as Exclude<AnswerTo<Method>, Standby>
      this.#problems.set(url, 'stands by')
      return undefined
    } catch (error) {
      this.#problems.set(url, `could not be asked (${error instanceof Error ? error.message : String(error)})`)
      throw error
    }
  }

  #noMaster(): FiresteelError {
    return new FiresteelError('FS_CLUSTER_NO_MASTER', { problem: this.problem })
  }
}

/**
 * The first answer that is there; undefined when there will be none.
 * @throws at once what is neither a broken connection nor a wait in vain: a master has refused
 */
function firstOf<T>(answers: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let open = answers.length
    const none = (): void => {
      open--
      if (open === 0) resolve(undefined)
    }
    for (const answer of answers) {
      answer.then(
        (value) => (value === undefined ? none() : resolve(value)),
        (error: unknown) => (isUnreachable(error) ? none() : reject(error)),
      )
    }
  })
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof FiresteelError)) return false
  return error.code.startsWith('FS_RPC_') || error.code === 'FS_CLUSTER_NOT_LEADING'
}

function isLastingError(error: unknown): boolean {
  return lasting.some((code) => FiresteelError.is(error, code))
}
