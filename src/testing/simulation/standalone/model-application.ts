import {
  type ApplicationDescription,
  type ApplicationState,
  type ExecutorTemplate,
  hasExecutorEnded,
  type RegisterApplication,
  type RegisterApplicationAnswer,
} from '../../../cluster/standalone/protocol/index.js'
import type { ToApplication } from '../../../deploy/master/index.js'
import { type FinderListener, type FinderSurroundings, MasterFinder } from './master-finder.js'
import type { Message, Node } from './model-network.js'

export interface ApplicationListener {
  named(application: ModelApplication, appId: string): void
  over(application: ModelApplication): void
}

const template: ExecutorTemplate = {
  driver: { host: 'driver', port: 1 },
  security: {} as ExecutorTemplate['security'],
  settings: {},
  environment: {},
}

/** The driver of an application, as far as a master sees it. */
export class ModelApplication implements Node, FinderListener {
  readonly name: string
  isUp = true
  appId: string | undefined
  readonly description: ApplicationDescription
  /** What it asked for last. */
  limit: number | undefined
  /** What it was told of, and has not heard the end of. */
  readonly executors = new Set<string>()
  /** How it ended, as it knows itself. */
  end: 'stopped' | 'crashed' | `removed ${ApplicationState}` | 'refused' | undefined
  /** What the master said at its end. */
  farewell = ''
  reason: string | undefined
  readonly finder: MasterFinder
  readonly #on: FinderSurroundings
  readonly #listener: ApplicationListener
  #highestExecutor = -1
  #isStopping = false

  constructor(
    name: string,
    description: ApplicationDescription,
    parts: { readonly surroundings: FinderSurroundings; readonly listener: ApplicationListener },
  ) {
    this.name = name
    this.description = description
    this.limit = description.executorLimit
    this.#on = parts.surroundings
    this.#listener = parts.listener
    this.finder = new MasterFinder(this, parts.surroundings, this)
    this.finder.start()
  }

  /** Asks for another number of executors, now and whenever it has found a leader. */
  request(total: number): void {
    this.limit = total
    this.#sendLimit()
  }

  killSome(ids: readonly string[]): void {
    if (this.appId !== undefined) this.finder.send({ type: 'killExecutors', appId: this.appId, executorIds: ids })
  }

  stop(): void {
    if (this.#isStopping || this.end !== undefined) return
    this.#isStopping = true
    this.#unregister()
  }

  crash(): void {
    this.#over('crashed')
  }

  registration(): object {
    const registration: RegisterApplication = {
      appId: this.appId,
      token: `token of ${this.name}`,
      application: { ...this.description, executorLimit: this.limit },
      template,
      highestExecutor: this.#highestExecutor,
      executorIds: [...this.executors],
      startedAt: 0,
    }
    return { type: 'registerApplication', registration }
  }

  isAccepted(said: unknown): 'accepted' | 'standby' | 'refused' {
    const answer = said as RegisterApplicationAnswer
    if (answer.type === 'standby') return 'standby'
    if (answer.type === 'refused') {
      this.farewell = answer.message
      this.#over('refused')
      return 'refused'
    }
    if (this.appId !== undefined && this.appId !== answer.appId) throw new Error(`${this.name} has got two ids`)
    this.appId = answer.appId
    this.#listener.named(this, answer.appId)
    return 'accepted'
  }

  connected(): void {
    if (this.#isStopping) this.#unregister()
    else this.#sendLimit()
  }

  lost(): void {}

  order({ body }: Message): void {
    const order = body as ToApplication
    if (order.method === 'executorAdded') {
      this.executors.add(order.executorId)
      this.#highestExecutor = Math.max(this.#highestExecutor, Number(order.executorId))
    } else if (order.method === 'executorUpdated') {
      if (hasExecutorEnded(order.state)) this.executors.delete(order.executorId)
    } else if (order.method === 'waiting') this.reason = order.reason
    else {
      this.farewell = order.message
      this.#over(`removed ${order.state}`)
    }
  }

  #sendLimit(): void {
    if (this.appId === undefined || this.limit === undefined) return
    this.finder.send({ type: 'requestExecutors', appId: this.appId, total: this.limit })
  }

  /** Until a leader has taken it. */
  #unregister(): void {
    if (this.end !== undefined || this.appId === undefined) return
    const line = this.finder.leader
    this.finder.send({ type: 'unregisterApplication', message: { appId: this.appId, state: 'FINISHED' } })
    if (line !== undefined) this.#on.time.after(1_000, () => this.#unregister())
  }

  #over(end: NonNullable<ModelApplication['end']>): void {
    if (this.end !== undefined) return
    this.end = this.#isStopping && end !== 'crashed' ? 'stopped' : end
    this.finder.close()
    this.#on.network.down(this)
    this.#listener.over(this)
  }
}
