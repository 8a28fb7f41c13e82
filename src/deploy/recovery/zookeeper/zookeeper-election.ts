import { randomUUID } from 'node:crypto'
import { FiresteelError } from '../../../common/errors/index.js'
import type { Clock, Timer } from '../../../common/index.js'
import type { ElectionEvents, LeaderElection, RecoveryContext } from '../recovery-mode.js'
import { Leadership } from './leadership.js'
import { isLoss, isZooKeeperError, ZooKeeperError, zooKeeperCode } from './zookeeper-error.js'
import { candidatePrefix, candidatesOf, type ZooKeeperLayout } from './zookeeper-layout.js'
import { type Operation, type SessionOptions, ZooKeeperSession } from './zookeeper-session.js'

export interface ZooKeeperElectionOptions extends SessionOptions {
  readonly layout: ZooKeeperLayout
  readonly context: Pick<RecoveryContext, 'masterUrl' | 'log'>
}

/** One attempt at leading: a session with a node in the line. */
interface Candidacy {
  readonly session: ZooKeeperSession
  /** Told apart by this from all others, also in the epoch's node. */
  readonly id: string
  readonly prefix: string
  /** Name of its node in the line, once it is known. */
  name?: string
}

export interface CommitOptions {
  /** In whose time the change was decided: it is refused in a later one of the same process, which has read the state anew. */
  readonly leadership: Leadership
  readonly action: string
}

const closeGraceMs = 1_000

/**
 * Election by a line of nodes, each bound to its candidate's session: the first leads, every other one watches the one before it, so that an end
 * wakes one candidate. A new leader writes the epoch's node before it is told that it leads: from then on nothing that an earlier one still has
 * under way can be stored.
 *
 * A leader steps down by its own clock when two thirds of the session's timeout have passed since the last thing that the ensemble is known to
 * have agreed to: before the ensemble can let the session expire and another lead. It then makes a new session and joins the line at its end.
 */
export class ZooKeeperElection implements LeaderElection {
  readonly #options: ZooKeeperElectionOptions
  readonly #clock: Clock
  #events: ElectionEvents | undefined
  /** Counts `start` and `stop`: what belongs to an earlier round ends by itself. */
  #round = 0
  #candidacy: Candidacy | undefined
  #leadership: Leadership | undefined
  #isAssessing = false
  #assessAgain = false
  #heartbeat: Timer | undefined
  #return: Timer | undefined
  #toldStrangers = false

  constructor(options: ZooKeeperElectionOptions) {
    this.#options = options
    this.#clock = options.clock
  }

  async start(events: ElectionEvents): Promise<void> {
    await this.stop()
    this.#events = events
    await this.#enter(this.#round)
  }

  async stop(): Promise<void> {
    this.#round++
    this.#leadership = undefined
    for (const timer of [this.#heartbeat, this.#return]) timer?.cancel()
    const candidacy = this.#candidacy
    this.#candidacy = undefined
    await candidacy?.session.close(closeGraceMs)
  }

  isLeading(): boolean {
    return this.leadership() !== undefined
  }

  /** The leadership that holds at this moment. */
  leadership(): Leadership | undefined {
    if (this.#leadership?.hasLapsed) this.stepDown('it has not heard from ZooKeeper for too long')
    return this.#leadership
  }

  /** For who finds out that this one leads no longer. */
  stepDown(reason: string): void {
    if (this.#leadership === undefined) return
    this.#leadership = undefined
    this.#heartbeat?.cancel()
    const events = this.#events
    // After what is going on: it may have been found out in the middle of a look at the state.
    queueMicrotask(() => events?.deposed(reason))
    this.#leave()
  }

  // --- joining and leaving the line

  async #enter(round: number): Promise<void> {
    const id = randomUUID()
    const session = new ZooKeeperSession(this.#options, {
      connected: () => this.#assess(),
      ended: (reason) => this.#sessionEnded(session, reason),
    })
    const candidacy: Candidacy = { session, id, prefix: candidatePrefix(id) }
    this.#candidacy = candidacy
    try {
      const limitMs = Math.max(10_000, 2 * this.#options.timeoutMs)
      await session.connectedWithin(limitMs)
      this.#noteTimeout(session)
      await this.#makeFolders(session)
      await this.#joinLine(candidacy)
    } catch (error) {
      if (this.#candidacy === candidacy) this.#candidacy = undefined
      await session.close(closeGraceMs)
      throw this.#refusal(error)
    }
    if (round !== this.#round) return session.close(closeGraceMs)
    this.#assess()
  }

  #leave(): void {
    const session = this.#candidacy?.session
    this.#candidacy = undefined
    void session?.close(closeGraceMs)
    this.#returnLater()
  }

  #returnLater(): void {
    const round = this.#round
    const pauseMs = (0.5 + Math.random()) * Math.min(500, this.#options.timeoutMs / 12)
    const comeBack = () =>
      void this.#enter(round).catch((error: Error) => {
        if (round !== this.#round) return
        this.#options.context.log('warn', `${this.#options.context.masterUrl} is no candidate: ${error.message}`)
        this.#returnLater()
      })
    this.#return = this.#clock.after(pauseMs, comeBack, { keepAlive: true })
  }

  #sessionEnded(session: ZooKeeperSession, reason: string): void {
    if (this.#candidacy?.session !== session) return
    if (this.#leadership !== undefined) this.stepDown(reason)
    // While it enters, the failure of what it was doing leads to the next attempt.
    else if (this.#candidacy.name !== undefined) this.#leave()
  }

  async #makeFolders(session: ZooKeeperSession): Promise<void> {
    const { election, records, parts, epoch } = this.#options.layout
    for (const folder of [election, records, parts]) await this.#ensure(session, folder)
    await this.#ensure(session, epoch, Buffer.from('{}'))
    // Version 0 cannot be compared with: the library takes it for any.
    const node = await session.persist(() => session.getData(epoch))
    if (node?.version !== 0) return
    await session
      .persist(() => session.setData(epoch, node.data, 0))
      .catch((error: unknown) => {
        if (!isZooKeeperError(error, zooKeeperCode.badVersion)) throw error
      })
  }

  /** A node with all that are above it. One that exists is not touched, so that it may be another's. */
  async #ensure(session: ZooKeeperSession, path: string, data: Buffer = Buffer.alloc(0)): Promise<void> {
    if ((await session.persist(() => session.look(path))) !== undefined) return
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (parent !== '') await this.#ensure(session, parent)
    await session
      .persist(() => session.create(path, data))
      .catch((error: unknown) => {
        if (!isZooKeeperError(error, zooKeeperCode.nodeExists)) throw error
      })
  }

  /** The node may have been made although the answer got lost: so it is looked for before it is made again. */
  async #joinLine(candidacy: Candidacy): Promise<void> {
    const { session, prefix } = candidacy
    const { layout, context } = this.#options
    candidacy.name = await session.persist(async () => {
      const children = (await session.getChildren(layout.election)) ?? []
      const own = children.find((name) => name.startsWith(prefix))
      if (own !== undefined) return own
      const path = await session.createCandidate(`${layout.election}/${prefix}`, Buffer.from(context.masterUrl))
      return path.slice(path.lastIndexOf('/') + 1)
    })
  }

  // --- the line

  /** Looks who is first; one look at a time. */
  readonly #assess = (): void => {
    this.#assessAgain = true
    if (this.#isAssessing) return
    this.#isAssessing = true
    void this.#assessAll().finally(() => {
      this.#isAssessing = false
    })
  }

  async #assessAll(): Promise<void> {
    while (this.#assessAgain) {
      this.#assessAgain = false
      const candidacy = this.#candidacy
      if (candidacy?.name === undefined) continue
      try {
        await this.#look(candidacy)
      } catch (error) {
        // After a loss there is a new connection, which brings a new look.
        if (isLoss(error) || this.#candidacy !== candidacy || candidacy.session.isOver) continue
        this.#options.context.log('warn', `election at ${this.#options.layout.election}: ${(error as Error).message}`)
        if (this.#leadership === undefined) this.#leave()
        else this.stepDown((error as Error).message)
      }
    }
  }

  async #look(candidacy: Candidacy): Promise<void> {
    const { session } = candidacy
    const { layout, context } = this.#options
    const { line, strangers } = candidatesOf((await session.getChildren(layout.election)) ?? [])
    if (strangers.length > 0 && !this.#toldStrangers) {
      this.#toldStrangers = true
      context.log('warn', `${layout.election} has nodes that are no candidates: ${strangers.slice(0, 5).join(', ')}`)
    }
    const place = line.indexOf(candidacy.name!)
    if (place < 0) throw new Error('its node in the line has been removed')
    for (let before = place - 1; before >= 0; before--) {
      const node = await session.look(`${layout.election}/${line[before]}`, this.#assess)
      if (node?.isEphemeral) {
        if (this.#leadership !== undefined) throw new Error(`${line[before]} stands before it in the line`)
        return
      }
      // Gone meanwhile, or a stranger's: a node that no session keeps there is no candidate.
    }
    if (this.#leadership === undefined) await this.#lead(candidacy)
  }

  // --- leading

  async #lead(candidacy: Candidacy): Promise<void> {
    const { session, id, name } = candidacy
    const { layout, context } = this.#options
    const before = await session.getData(layout.epoch)
    if (before === undefined) throw new Error(`${layout.epoch} has been removed`)
    const last = readEpoch(before.data)
    // The answer to an earlier attempt of this session got lost: nobody has written since, so it leads by that.
    const isOwn = last.by === id
    const epoch = isOwn ? last.epoch : Math.max(last.epoch + 1, Date.now())
    const data = Buffer.from(JSON.stringify({ epoch, by: id, masterUrl: context.masterUrl }))
    const sentAt = this.#clock.now()
    let version: number | undefined
    try {
      const results = await session.transact([
        { type: 'check', path: `${layout.election}/${name}` },
        { type: 'set', path: layout.epoch, data, version: before.version },
      ])
      version = results[1]
    } catch (error) {
      if (!isZooKeeperError(error, zooKeeperCode.badVersion)) throw error
      this.#assess() // another has led in between
      return
    }
    if (version === undefined) throw new Error(`no version of ${layout.epoch} came back`)
    const leadership = new Leadership(session, { path: layout.epoch, version, provenAt: sentAt, clock: this.#clock })
    if (this.#candidacy !== candidacy || session.isOver) return
    if (leadership.hasLapsed) return this.#leave()
    this.#leadership = leadership
    this.#prove(leadership)
    this.#events?.elected(epoch)
  }

  /** Proves again and again that this one still leads. */
  #prove(leadership: Leadership): void {
    const everyMs = leadership.session.timeoutMs / 20
    let isUnderWay = false
    const beat = () => {
      if (this.leadership() !== leadership) return
      this.#heartbeat = this.#clock.after(everyMs, beat, { keepAlive: true })
      if (isUnderWay) return
      isUnderWay = true
      void this.commit([], { leadership, action: 'a proof of leading' }).then(
        () => {
          isUnderWay = false
        },
        (error: Error) => {
          isUnderWay = false
          if (this.#leadership !== leadership || isLoss(error)) return
          this.#options.context.log('warn', `proof of leading: ${error.message}`)
        },
      )
    }
    this.#heartbeat = this.#clock.after(everyMs, beat, { keepAlive: true })
  }

  /**
   * Carries out operations that hold only if nobody else has been elected since; once, whatever becomes of the connection.
   *
   * @throws FS_RECOVERY_NOT_LEADER when this one does not lead, or finds out so; ZooKeeperError whose index counts the operations given
   */
  async commit(operations: readonly Operation[], { leadership, action }: CommitOptions): Promise<void> {
    if (this.leadership() !== leadership) throw this.#notLeading(action)
    const sentAt = this.#clock.now()
    try {
      await leadership.session.transact([leadership.fence, ...operations])
      leadership.proven(sentAt)
    } catch (error) {
      if (!(error instanceof ZooKeeperError) || isLoss(error)) throw error
      if (error.index === 0) {
        if (this.#leadership === leadership) this.stepDown('another master has been elected')
        throw this.#notLeading(action)
      }
      if (leadership.session.isOver) throw this.#notLeading(action)
      throw error.index === undefined ? error : new ZooKeeperError(error.code, { index: error.index - 1 })
    }
  }

  #notLeading(action: string): FiresteelError {
    return new FiresteelError('FS_RECOVERY_NOT_LEADER', { masterUrl: this.#options.context.masterUrl, action })
  }

  #noteTimeout({ timeoutMs }: ZooKeeperSession): void {
    const { context, timeoutMs: wanted } = this.#options
    if (timeoutMs === wanted) return
    context.log('warn', `ZooKeeper grants a session timeout of ${timeoutMs} ms, not ${wanted} ms: see its tickTime`)
  }

  #refusal(error: unknown): unknown {
    if (!(error instanceof ZooKeeperError)) return error
    const { folder } = this.#options.layout
    const details = { action: 'to let it stand for election', path: folder, problem: error.message }
    return new FiresteelError('FS_RECOVERY_ZOOKEEPER', details, { cause: error })
  }
}

function readEpoch(data: Buffer): { readonly epoch: number; readonly by?: string } {
  try {
    const { epoch, by } = JSON.parse(data.toString('utf8')) as { epoch?: unknown; by?: unknown }
    return { epoch: Number.isSafeInteger(epoch) ? (epoch as number) : 0, by: typeof by === 'string' ? by : undefined }
  } catch {
    return { epoch: 0 }
  }
}
