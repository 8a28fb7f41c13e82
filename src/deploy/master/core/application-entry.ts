import type {
  ApplicationDescription,
  ApplicationState,
  ExecutorTemplate,
} from '../../../cluster/standalone/protocol/index.js'
import { hasApplicationEnded } from '../../../cluster/standalone/protocol/index.js'
import type { HeldExecutor } from './holding.js'
import type { PeerId } from './master-event.js'
import type { ApplicationExecutorView } from './master-view.js'
import type { StoredApplication } from './stored-records.js'

const keptEndedExecutors = 50
/** Executor numbers are set aside in the store by as many at a time. */
const executorBlock = 100

const nothing: ApplicationDescription = { name: '', user: '', memoryPerExecutorMiB: 0, resourcesPerExecutor: {} }

export interface EndedExecutor {
  readonly view: ApplicationExecutorView
  readonly endedAt: number
  readonly workerLost: boolean
}

/** An application, from its registration until it is no longer shown. */
export class ApplicationEntry {
  readonly id: string
  token: string
  name: string
  user: string
  startedAt: number
  state: ApplicationState
  readonly number: number | undefined
  description: ApplicationDescription
  template: ExecutorTemplate | undefined
  peer: PeerId | undefined
  endedAt: number | undefined
  message: string | undefined
  /** No longer shown, kept only so that it cannot come back. */
  isCleared = false
  coresMax: number
  executorLimit = Number.POSITIVE_INFINITY
  coresGranted = 0
  /** Those that run or are about to, by number. */
  readonly executors = new Map<string, HeldExecutor>()
  readonly #ended: EndedExecutor[] = []
  /** Executors of earlier leaders that have ended under this one: their numbers are not taken for new ones any more. */
  readonly #endedEarlier = new Set<string>()
  /** What it said of executors of earlier leaders: of those up to `highest` it has heard, and of all but `there` that they have ended. */
  heardOf: { readonly highest: number; readonly there: ReadonlySet<string> } | undefined
  /** Workers that it has had executors on, to be told of its end. */
  readonly workerIds = new Set<string>()
  #nextExecutor: number
  #firstOwn: number
  #reserved: number
  /** Executors that failed in a row. */
  failures = 0
  /** Why the last executor ended that did so by itself. */
  lastEnd: string | undefined
  launches = 0
  /** Why it waits, as it was last told; null when that is not known. */
  toldReason: string | undefined | null
  /** Executors that it believes to be there, until recovery is over and it can be told of those that are not. */
  believed: readonly string[] = []
  /** Quick failures on a worker, and until when no more are tried there. */
  readonly shunned = new Map<string, { failures: number; until: number }>()

  constructor(record: Omit<StoredApplication, 'kind'>, defaultCores: number) {
    this.id = record.id
    this.token = record.token
    this.name = record.name
    this.user = record.user
    this.startedAt = record.startedAt
    this.state = record.state
    this.number = record.number
    this.endedAt = record.endedAt
    this.message = record.message
    this.description = record.description ?? { ...nothing, name: record.name, user: record.user }
    this.coresMax = this.description.coresMax ?? defaultCores
    this.#reserved = record.executorsReserved ?? 0
    this.#nextExecutor = this.#reserved
    this.#firstOwn = this.#reserved
  }

  get hasEnded(): boolean {
    return hasApplicationEnded(this.state)
  }

  /** Not yet heard of by this leader but through its executors or the store. */
  get isAwaited(): boolean {
    return this.template === undefined && !this.hasEnded
  }

  get coresLeft(): number {
    return this.coresMax - this.coresGranted
  }

  /** Whether it has fewer executors than it asked for. */
  get wantsMore(): boolean {
    if (this.hasEnded || this.isAwaited || this.executors.size >= this.executorLimit) return false
    return this.coresLeft >= (this.description.coresPerExecutor ?? 1)
  }

  get ended(): readonly EndedExecutor[] {
    return this.#ended
  }

  describe(description: ApplicationDescription, defaultCores: number): void {
    this.executorLimit = description.executorLimit ?? Number.POSITIVE_INFINITY
    this.description = description
    this.name = description.name
    this.user = description.user
    this.coresMax = description.coresMax ?? defaultCores
  }

  /** Numbers up to this one were given out by an earlier leader, some of them perhaps unknown to the application and to us. */
  skipExecutors(highest: number): void {
    if (highest < this.#nextExecutor) return
    this.#nextExecutor = Math.ceil((highest + 1) / executorBlock) * executorBlock
    if (this.#firstOwn < this.#nextExecutor && this.launches === 0) this.#firstOwn = this.#nextExecutor
  }

  /** Whether the next executor's number must be set aside in the store first. */
  reserveExecutor(): boolean {
    if (this.#nextExecutor < this.#reserved) return false
    this.#reserved = Math.floor(this.#nextExecutor / executorBlock + 1) * executorBlock
    return true
  }

  nextExecutor(): string {
    return String(this.#nextExecutor++)
  }

  /** Whether an executor that a worker reports may still be this application's. */
  mayAdopt(id: string): boolean {
    if (this.hasEnded || this.executors.has(id) || this.#endedEarlier.has(id) || this.wasToldEndOf(id)) return false
    return Number(id) < this.#firstOwn || this.isAwaited
  }

  /** Whether an earlier leader has told it of the end of this executor, such as of one whose worker was taken for lost. */
  wasToldEndOf(id: string): boolean {
    const { heardOf } = this
    return (
      heardOf !== undefined && Number(id) < this.#firstOwn && Number(id) <= heardOf.highest && !heardOf.there.has(id)
    )
  }

  /** Whether an executor of this number is known to have ended. */
  knowsEndOf(id: string): boolean {
    return this.#endedEarlier.has(id) || (Number(id) >= this.#firstOwn && !this.isAwaited && !this.executors.has(id))
  }

  addExecutor(executor: HeldExecutor): void {
    this.executors.set(executor.id, executor)
    this.coresGranted += executor.cores
    this.workerIds.add(executor.worker.id)
  }

  /** The executor is the application's no more. */
  dropExecutor(executor: HeldExecutor, ended: EndedExecutor): void {
    if (this.executors.delete(executor.id)) this.coresGranted -= executor.cores
    this.noteEnd(executor.id, ended)
  }

  /** An earlier leader's, of which no worker knows. */
  noteUnknownEnd(id: string): void {
    if (Number(id) < this.#firstOwn) this.#endedEarlier.add(id)
  }

  noteEnd(id: string, ended: EndedExecutor): void {
    if (Number(id) < this.#firstOwn || this.isAwaited) this.#endedEarlier.add(id)
    this.#ended.push(ended)
    if (this.#ended.length > keptEndedExecutors) this.#ended.shift()
  }

  toRecord(): StoredApplication {
    const { id, token, name, user, startedAt, state, number, description, endedAt, message } = this
    return {
      kind: 'application',
      id,
      token,
      name,
      user,
      startedAt,
      state,
      number,
      executorsReserved: this.#reserved,
      description,
      endedAt,
      message,
    }
  }
}
