import type { Clock } from '../../../common/index.js'
import type { Operation, ZooKeeperSession } from './zookeeper-session.js'

/**
 * What makes a leader: the version of the epoch's node that it wrote when it was elected, and the time up to which it may take itself for the
 * leader without having heard from a majority of the ensemble.
 *
 * Only what a majority has agreed to proves anything: a server that is cut off from the others goes on answering reads for a while, as the
 * session expires among the others. So the proof is a transaction that does nothing but compare that version.
 */
export class Leadership {
  readonly session: ZooKeeperSession
  readonly fence: Operation
  readonly #clock: Clock
  #until = 0

  constructor(
    session: ZooKeeperSession,
    { path, version, provenAt, clock }: { path: string; version: number; provenAt: number; clock: Clock },
  ) {
    this.session = session
    this.fence = { type: 'check', path, version }
    this.#clock = clock
    this.proven(provenAt)
  }

  /** How long a proof lasts: the rest of the session's timeout is for clocks, rounding and a process that is slow to notice. */
  get #leaseMs(): number {
    return (this.session.timeoutMs * 2) / 3
  }

  get hasLapsed(): boolean {
    return this.session.isOver || this.#clock.now() >= this.#until
  }

  /** A fenced transaction that was sent at this time went through. */
  proven(sentAt: number): void {
    this.#until = Math.max(this.#until, sentAt + this.#leaseMs)
  }
}
