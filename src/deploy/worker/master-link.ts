import {
  MasterConnection,
  masterAnswers,
  masterEndpoint,
  type RegisterWorker,
  type RegisterWorkerAnswer,
  type Registration,
  readMessage,
} from '../../cluster/standalone/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { Clock, Timer } from '../../common/index.js'
import type { RpcAddress, RpcEnvironment, RpcPeer } from '../../rpc/index.js'
import type { Report } from './report-outbox.js'

export type Registered = Extract<RegisterWorkerAnswer, { type: 'registered' }>

export interface MasterLinkOptions {
  readonly workerId: string
  readonly rpc: RpcEnvironment
  readonly masters: readonly RpcAddress[]
  readonly clock: Clock
  readonly random: () => number
  readonly attempts: { readonly initial: number; readonly max: number }
  readonly askTimeoutMs: number
  /** What the worker is and what it runs, as of now; the link adds the epoch. */
  readonly describe: () => Omit<RegisterWorker, 'epoch'>
  readonly onConnected: (answer: Registered) => void
  readonly onLost: (cause: string) => void
  readonly onRefused: (message: string) => void
  readonly onGaveUp: (problem: string) => void
}

type Action = () => void

const leaderPauseMs = 100

/**
 * The worker's connection to the master that leads. It obeys that master alone, and never again one of a lower epoch than the highest it has
 * obeyed: a leader that was cut off and does not know of its successor.
 */
export class MasterLink {
  readonly #options: MasterLinkOptions
  readonly #connection: MasterConnection
  #epoch = 0
  #master: Registered | undefined
  #heartbeat: Timer | undefined
  /** Masters that are being asked, and what they said before it was clear that they lead: launches may overtake their own answer. */
  readonly #candidates = new Map<RpcPeer, { answer?: Registered; readonly early: Action[] }>()

  constructor(options: MasterLinkOptions) {
    this.#options = options
    this.#connection = new MasterConnection({
      rpc: options.rpc,
      masters: options.masters,
      clock: options.clock,
      random: options.random,
      attempts: options.attempts,
      register: (peer) => this.#register(peer),
      onConnected: (peer) => this.#connected(peer),
      onLost: (cause) => this.#lost(cause),
      onRefused: options.onRefused,
      onGaveUp: options.onGaveUp,
    })
  }

  start(): void {
    this.#connection.start()
  }

  /** What the master that leads said when it took us; undefined while there is none. */
  get master(): Registered | undefined {
    return this.#master
  }

  get leader(): RpcPeer | undefined {
    return this.#connection.leader
  }

  /** @throws FS_CLUSTER_NO_MASTER when there is none in this time; the signal's reason */
  async leaderWithin(timeoutMs: number, signal: AbortSignal): Promise<RpcPeer> {
    const { clock } = this.#options
    for (const deadline = clock.now() + timeoutMs; ; ) {
      signal.throwIfAborted()
      const { leader } = this.#connection
      if (leader !== undefined) return leader
      if (clock.now() >= deadline) {
        const problem = this.#connection.problem || 'none has answered'
        throw new FiresteelError('FS_CLUSTER_NO_MASTER', { problem })
      }
      await new Promise<void>((resolve) => clock.after(leaderPauseMs, resolve, { keepAlive: true }))
    }
  }

  /** Does what a master wants, if it is the one to be obeyed; at once, or when that is clear. */
  obey(peer: RpcPeer, action: Action): void {
    if (peer === this.#connection.leader) action()
    else this.#candidates.get(peer)?.early.push(action)
  }

  /** The master leads no longer, as it says itself. */
  standDown(peer: RpcPeer): void {
    if (peer === this.#connection.leader) this.#connection.leaderLost('it leads no longer')
  }

  async report({ method, report }: Report): Promise<void> {
    const { workerId } = this.#options
    await this.#connection.ask(method, { body: { workerId, report } }, { timeoutMs: this.#options.askTimeoutMs })
  }

  send(method: string, body: unknown): void {
    this.#connection.send(method, body)
  }

  async close(): Promise<void> {
    this.#heartbeat?.cancel()
    await this.#connection.close()
  }

  async #register(peer: RpcPeer): Promise<Registration> {
    const candidate: { answer?: Registered; readonly early: Action[] } = { early: [] }
    this.#candidates.set(peer, candidate)
    try {
      const registration: RegisterWorker = { ...this.#options.describe(), epoch: this.#epoch }
      const { askTimeoutMs: timeoutMs } = this.#options
      const { body } = await peer.ask(masterEndpoint, 'registerWorker', { body: registration }, { timeoutMs })
      const answer = readMessage(masterAnswers.registerWorker, body, 'registerWorker')
      if (answer.type === 'refused') return { refused: answer.message }
      if (answer.type === 'standby' || answer.epoch < this.#epoch) return 'standby'
      candidate.answer = answer
      return 'accepted'
    } finally {
      if (candidate.answer === undefined && this.#candidates.get(peer) === candidate) this.#candidates.delete(peer)
    }
  }

  #connected(peer: RpcPeer): void {
    const { answer, early } = this.#candidates.get(peer) ?? {}
    this.#candidates.clear()
    if (answer === undefined || early === undefined) return
    this.#epoch = Math.max(this.#epoch, answer.epoch)
    this.#master = answer
    // At once: only then the master counts on what the registration said.
    this.#connection.send('heartbeat', { workerId: this.#options.workerId })
    this.#beat(answer.heartbeatIntervalMs)
    this.#options.onConnected(answer)
    for (const action of early) action()
  }

  #lost(cause: string): void {
    this.#master = undefined
    this.#heartbeat?.cancel()
    this.#options.onLost(cause)
  }

  #beat(intervalMs: number): void {
    this.#heartbeat?.cancel()
    const beat = (): void => {
      this.#connection.send('heartbeat', { workerId: this.#options.workerId })
      this.#beat(intervalMs)
    }
    this.#heartbeat = this.#options.clock.after(intervalMs, beat, { keepAlive: true })
  }
}
