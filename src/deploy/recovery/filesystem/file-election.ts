import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FiresteelError } from '../../../common/errors/index.js'
import type { Clock, Timer } from '../../../common/index.js'
import type { ElectionEvents, LeaderElection, RecoveryContext } from '../recovery-mode.js'
import { replaceFile } from './durable-file.js'
import { LeaderLock } from './leader-lock.js'
import { ownIdentity } from './process-identity.js'

export interface FileElectionOptions {
  readonly folder: string
  readonly context: Pick<RecoveryContext, 'masterUrl' | 'log'>
  /** Steady: not the time of day. */
  readonly clock: Clock
}

const beatEveryMs = 2_000
/** Shared folders may show a change only seconds later; see docs/high-availability.md. */
const staleAfterMs = 30_000
/** Without a beat that went through, a leader leads no longer than this: others wait longer. */
const leaseMs = 20_000
const lookEveryMs = 500
const epochFile = 'epoch'

/** Whoever holds the lock of the folder leads. */
export class FileElection implements LeaderElection {
  readonly #options: FileElectionOptions
  readonly #lock: LeaderLock
  #events: ElectionEvents | undefined
  /** Counts `start` and `stop`: what belongs to an earlier round ends by itself. */
  #round = 0
  #leaseUntil: number | undefined
  #timer: Timer | undefined
  #busy: Promise<void> = Promise.resolve()
  #toldHolder = ''
  #term = 0

  constructor(options: FileElectionOptions) {
    this.#options = options
    const { folder, context } = options
    this.#lock = new LeaderLock({ folder, identity: ownIdentity(), masterUrl: context.masterUrl, staleAfterMs })
  }

  async start(events: ElectionEvents): Promise<void> {
    await this.stop()
    this.#events = events
    const round = ++this.#round
    await this.#inTurn(() => this.#stand(round))
  }

  async stop(): Promise<void> {
    this.#round++
    this.#timer?.cancel()
    this.#leaseUntil = undefined
    await this.#inTurn(() => this.#lock.release())
  }

  isLeading(): boolean {
    if (this.#leaseUntil === undefined) return false
    if (this.#options.clock.now() < this.#leaseUntil) return true
    this.#depose('its lock could not be kept up in time')
    return false
  }

  /** The last epoch of this one. */
  get term(): number {
    return this.#term
  }

  /** One look or beat at a time. */
  #inTurn(step: () => Promise<void>): Promise<void> {
    const result = this.#busy.then(step)
    this.#busy = result.catch(() => undefined)
    return result
  }

  async #stand(round: number): Promise<void> {
    if (round !== this.#round) return
    const { clock, context, folder } = this.#options
    const startedAt = clock.now()
    const attempt = await this.#lock.attempt(randomUUID(), startedAt)
    if (!attempt.held) {
      const by =
        attempt.by === undefined
          ? 'another master'
          : `${attempt.by.masterUrl} (pid ${attempt.by.pid} on ${attempt.by.host})`
      if (by !== this.#toldHolder) context.log('info', `${context.masterUrl} stands by: ${by} holds ${folder}`)
      this.#toldHolder = by
      this.#later(lookEveryMs, round, () => this.#stand(round))
      return
    }
    const epoch = await this.#nextEpoch()
    if (round !== this.#round) return this.#lock.release()
    this.#toldHolder = ''
    this.#term = epoch
    this.#leaseUntil = startedAt + leaseMs
    this.#later(beatEveryMs, round, () => this.#beat(round))
    this.#events?.elected(epoch)
  }

  async #beat(round: number): Promise<void> {
    if (round !== this.#round || !this.isLeading()) return
    const startedAt = this.#options.clock.now()
    const isHeld = await this.#lock.beat()
    if (round !== this.#round) return
    if (!isHeld) return this.#depose('another master has taken over its lock')
    if (!this.isLeading()) return
    this.#leaseUntil = startedAt + leaseMs
    this.#later(beatEveryMs, round, () => this.#beat(round))
  }

  #depose(reason: string): void {
    const events = this.#events
    const round = ++this.#round
    this.#leaseUntil = undefined
    this.#timer?.cancel()
    // After what is going on: it may have been found out in the middle of a look at the state.
    queueMicrotask(() => events?.deposed(reason))
    void this.#inTurn(() => this.#lock.release()).catch((error: Error) => this.#warn(error))
    this.#later(lookEveryMs, round, () => this.#stand(round))
  }

  #later(delayMs: number, round: number, step: () => Promise<void>): void {
    this.#timer = this.#options.clock.after(
      delayMs,
      () =>
        void this.#inTurn(step).catch((error: Error) => {
          this.#warn(error)
          // A disk that cannot be reached is tried again; a leader's lease runs out meanwhile.
          if (round === this.#round) this.#later(lookEveryMs, round, step)
        }),
      { keepAlive: true },
    )
  }

  #warn(error: Error): void {
    this.#options.context.log('warn', `the lock in ${this.#options.folder}: ${error.message}`)
  }

  async #nextEpoch(): Promise<number> {
    const { folder, context } = this.#options
    try {
      const last = await readFile(join(folder, epochFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '0'
        throw error
      })
      if (!/^\d{1,15}\s*$/.test(last)) context.log('warn', `${join(folder, epochFile)} is damaged; the clock is taken`)
      const epoch = Math.max((Number.parseInt(last, 10) || 0) + 1, Date.now())
      await replaceFile(folder, epochFile, `${epoch}\n`)
      return epoch
    } catch (error) {
      await this.#lock.release().catch(() => undefined) // the first error is the one to tell
      throw new FiresteelError(
        'FS_RECOVERY_DIRECTORY',
        { path: folder, problem: (error as Error).message },
        { cause: error },
      )
    }
  }
}
