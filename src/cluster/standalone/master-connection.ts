import { FiresteelError } from '../../common/errors/index.js'
import type { Clock, Timer } from '../../common/index.js'
import type { RpcAddress, RpcEnvironment, RpcMessage, RpcPeer } from '../../rpc/index.js'
import { masterUrl } from './master-url.js'
import { masterEndpoint } from './protocol/index.js'

export type Registration = 'accepted' | 'standby' | { readonly refused: string }

export interface MasterConnectionOptions {
  readonly rpc: RpcEnvironment
  readonly masters: readonly RpcAddress[]
  readonly clock: Clock
  /** Asks one master to take us; one that stands by makes the connection try the next. May throw: the master is left for now. */
  register(peer: RpcPeer): Promise<Registration>
  /** A master has taken us. */
  onConnected?(peer: RpcPeer): void
  /** The connection to the master that led has ended; others are being asked already. */
  onLost?(cause: string): void
  /** A master that leads does not want us. Nothing more is tried. */
  onRefused?(message: string): void
  /** No master has taken us in `attempts.max` rounds. Trying goes on unless `close` is called. */
  onGaveUp?(message: string): void
  readonly attempts: {
    /** Rounds in quick succession. */
    readonly initial: number
    readonly max: number
  }
  /** From 0 to 1, so that a cluster's workers do not all come at once. */
  readonly random: () => number
}

const dialTimeoutMs = 3_000
/** Between rounds: the first follow at once, for a master that is about to stand; then those while the next leader is chosen. */
const firstPauseMs = 100
const firstRounds = 8
const quickPauseMs = 400
const slowPauseMs = 5_000
const quickRoundsPerAttempt = 4

/**
 * A connection to whichever of some masters leads. Finds it, registers with it, and when the connection breaks finds the next: no master ever
 * dials anybody, so that workers and drivers may sit behind address translation.
 */
export class MasterConnection {
  readonly #options: MasterConnectionOptions
  #leader: RpcPeer | undefined
  #pursuits: Pursuit[] = []
  #timer: Timer | undefined
  #isClosed = false
  #problems = new Map<string, string>()
  readonly #waiting = new Set<() => void>()
  /** Connections to masters that stand by are kept: the one among them that leads next is known at once. */
  readonly #peers = new Map<string, RpcPeer>()

  constructor(options: MasterConnectionOptions) {
    this.#options = options
  }

  start(): void {
    this.#search()
  }

  /** The master that has taken us; undefined while there is none. */
  get leader(): RpcPeer | undefined {
    return this.#leader
  }

  /** What came of the last round, for people: `spark://a:7077 stands by; spark://b:7077 refused the connection`. */
  get problem(): string {
    return [...this.#problems].map(([url, problem]) => `${url} ${problem}`).join('; ')
  }

  /**
   * Asks the leader; waits for one while there is none, and asks the next when it is lost before it has answered. So the other side must be
   * able to take a question twice.
   *
   * @throws what the master answered with; FS_CLUSTER_NO_MASTER when the time is up
   */
  async ask(method: string, message: RpcMessage, { timeoutMs }: { readonly timeoutMs: number }): Promise<RpcMessage> {
    const deadline = this.#options.clock.now() + timeoutMs
    for (;;) {
      const peer = await this.#leaderBy(deadline)
      try {
        return await peer.ask(masterEndpoint, method, message, {
          timeoutMs: Math.max(1, deadline - this.#options.clock.now()),
        })
      } catch (error) {
        if (!isLoss(error) || this.#isClosed) throw error
        this.#lost(peer, describe(error))
      }
    }
  }

  /** Sends to the leader; nothing happens while there is none. */
  send(method: string, body: unknown): void {
    this.#leader?.send(masterEndpoint, method, { body })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    this.#endSearch()
    this.#leader = undefined
    for (const wake of [...this.#waiting]) wake()
    await Promise.allSettled([...this.#peers.values()].map((peer) => peer.close()))
  }

  // --- the search: each master has a pursuit of its own, so that one that does not answer holds nobody up

  #search(): void {
    const { masters, clock } = this.#options
    this.#pursuits = masters.map((master) => new Pursuit(master, clock))
    for (const pursuit of this.#pursuits) void this.#pursue(pursuit)
  }

  get #isSearching(): boolean {
    return !this.#isClosed && this.#leader === undefined
  }

  async #pursue(pursuit: Pursuit): Promise<void> {
    const { attempts, random } = this.#options
    const refused = await this.#try(pursuit)
    if (!this.#isSearching || pursuit.isOver) return
    if (refused !== undefined) {
      this.#endSearch()
      this.#options.onRefused?.(refused)
      return
    }
    pursuit.attempts++
    const rounds = Math.min(...this.#pursuits.map((other) => other.attempts))
    if (rounds === attempts.max && pursuit.attempts === rounds) this.#options.onGaveUp?.(this.problem)
    if (!this.#isSearching || pursuit.isOver) return
    pursuit.after(pauseAfter(pursuit.attempts, attempts.initial) * (0.5 + random()), () => void this.#pursue(pursuit))
  }

  #endSearch(): void {
    for (const pursuit of this.#pursuits) pursuit.end()
    this.#pursuits = []
  }

  /** Asks one master; returns why it refused us for good, if it did. */
  async #try(pursuit: Pursuit): Promise<string | undefined> {
    const { master } = pursuit
    const url = masterUrl(master)
    // An answer that comes when another master has taken us, be it lost again by now, is about what we said of us before that.
    const isInVain = () => !this.#isSearching || pursuit.isOver
    try {
      const peer = await this.#dial(url, master)
      if (isInVain()) return undefined
      const answer = await this.#options.register(peer)
      if (isInVain()) return undefined
      if (answer === 'accepted') this.#found(peer)
      else if (answer === 'standby') this.#problems.set(url, 'stands by')
      else return answer.refused
    } catch (error) {
      // What it cannot take now it cannot take later.
      if (FiresteelError.is(error, 'FS_CLUSTER_MESSAGE')) return error.message
      this.#problems.set(url, `could not be asked (${describe(error)})`)
    }
    return undefined
  }

  async #dial(url: string, master: RpcAddress): Promise<RpcPeer> {
    const known = this.#peers.get(url)
    if (known !== undefined && !known.closed) return known
    const peer = await this.#options.rpc.connect(master, { timeoutMs: dialTimeoutMs })
    this.#peers.set(url, peer)
    peer.onClose((cause) => {
      if (this.#peers.get(url) === peer) this.#peers.delete(url)
      this.#lost(peer, cause === undefined ? 'it closed the connection' : cause.message)
    })
    return peer
  }

  #found(peer: RpcPeer): void {
    this.#leader = peer
    this.#endSearch()
    this.#problems.clear()
    this.#options.onConnected?.(peer)
    for (const wake of [...this.#waiting]) wake()
  }

  /** The leader does not lead any more, as it says itself or as its connection shows. */
  leaderLost(cause: string): void {
    if (this.#leader !== undefined) this.#lost(this.#leader, cause)
  }

  #lost(peer: RpcPeer, cause: string): void {
    if (this.#leader !== peer || this.#isClosed) return
    this.#leader = undefined
    this.#options.onLost?.(cause)
    this.#timer?.cancel()
    this.#timer = this.#options.clock.after(quickPauseMs * this.#options.random() * 0.5, () => this.#search(), {
      keepAlive: true,
    })
  }

  #leaderBy(deadline: number): Promise<RpcPeer> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const leader = this.#leader
        if (leader === undefined && !this.#isClosed && this.#options.clock.now() < deadline) return
        timer.cancel()
        this.#waiting.delete(look)
        if (leader === undefined) reject(noMaster(this.#isClosed ? 'the connection was closed' : this.problem))
        else resolve(leader)
      }
      const timer = this.#options.clock.after(Math.max(0, deadline - this.#options.clock.now()), look, {
        keepAlive: true,
      })
      this.#waiting.add(look)
      look()
    })
  }
}

function pauseAfter(attempts: number, initial: number): number {
  if (attempts <= firstRounds) return firstPauseMs
  return attempts < initial * quickRoundsPerAttempt ? quickPauseMs : slowPauseMs
}

/** The asking of one master, again and again, until some master has taken us. */
class Pursuit {
  attempts = 0
  isOver = false
  readonly master: RpcAddress
  readonly #clock: Clock
  #timer: Timer | undefined

  constructor(master: RpcAddress, clock: Clock) {
    this.master = master
    this.#clock = clock
  }

  after(ms: number, action: () => void): void {
    this.#timer = this.#clock.after(ms, action, { keepAlive: true })
  }

  end(): void {
    this.isOver = true
    this.#timer?.cancel()
  }
}

/** What says that the other side is gone, or leads no longer, and not that it did not want what was asked. */
const losses = ['FS_RPC_PEER_CLOSED', 'FS_RPC_PEER_LOST', 'FS_RPC_PEER_SILENT', 'FS_CLUSTER_NOT_LEADING'] as const

function isLoss(error: unknown): boolean {
  return losses.some((code) => FiresteelError.is(error, code))
}

function noMaster(problem: string): FiresteelError {
  return new FiresteelError('FS_CLUSTER_NO_MASTER', { problem: problem === '' ? 'none has answered' : problem })
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
