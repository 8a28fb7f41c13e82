import type { DriverDescription } from '../../../cluster/standalone/protocol/index.js'
import type { DriverView } from '../../../deploy/master/index.js'
import type { ModelDriver } from './model-process.js'
import { driverKey, type ModelWorker } from './model-worker.js'

interface Start {
  readonly worker: ModelWorker
  /** How it ended; `died` when its worker did. */
  end: 'FINISHED' | 'FAILED' | 'KILLED' | 'died' | undefined
  /** A master has said that it knows of the end. */
  isTaken: boolean
}

interface Fate {
  readonly description: DriverDescription
  readonly starts: Map<number, Start>
  /** A client asked for its end and was told yes. */
  isKillAcknowledged: boolean
  isKillAsked: boolean
}

/** Nothing that was submitted is forgotten or becomes two; nothing is started twice; everything ends as its fate implies. */
export class DriverCheck {
  readonly #byId = new Map<string, Fate>()
  readonly #idOfToken = new Map<string, string>()
  readonly #descriptions = new Map<string, DriverDescription>()
  readonly #ordered = new Set<string>()

  submitting(description: DriverDescription): void {
    this.#descriptions.set(description.token, description)
  }

  /** A client has its answer. */
  acknowledged(token: string, driverId: string): void {
    const known = this.#idOfToken.get(token)
    if (known !== undefined && known !== driverId) throw new Error(`${token} is both ${known} and ${driverId}`)
    for (const [other, id] of this.#idOfToken) {
      if (id === driverId && other !== token) throw new Error(`${driverId} is both ${token} and ${other}`)
    }
    this.#idOfToken.set(token, driverId)
    this.#fateOf(driverId, token)
  }

  killAsked(driverId: string): void {
    const fate = this.#byId.get(driverId)
    if (fate !== undefined) fate.isKillAsked = true
  }

  killAcknowledged(driverId: string): void {
    const fate = this.#byId.get(driverId)
    if (fate !== undefined) fate.isKillAcknowledged = true
  }

  /** A master has sent the order. */
  ordered(key: string): void {
    if (this.#ordered.has(key)) throw new Error(`${key} was ordered twice`)
    this.#ordered.add(key)
    const [driverId = '', attempt] = key.split('#')
    for (const [number, { end, isTaken }] of this.#byId.get(driverId)?.starts ?? []) {
      if (end !== 'FINISHED' || !isTaken) continue
      throw new Error(`${driverId} has finished in start ${number}, which was taken, and start ${attempt} is ordered`)
    }
  }

  starting(worker: ModelWorker, { report }: ModelDriver, token: string): void {
    const fate = this.#fateOf(report.driverId, token)
    const { supervise } = fate.description
    if (fate.starts.has(report.attempt)) throw new Error(`start ${report.attempt} of ${report.driverId} runs twice`)
    if (!supervise && fate.starts.size > 0) throw new Error(`${report.driverId} is not supervised and starts again`)
    fate.starts.set(report.attempt, { worker, end: undefined, isTaken: false })
  }

  ended({ report }: ModelDriver): void {
    const start = this.#byId.get(report.driverId)?.starts.get(report.attempt)
    if (start === undefined) return
    const { state } = report
    start.end = state === 'FINISHED' || state === 'FAILED' || state === 'KILLED' ? state : 'died'
  }

  taken({ report }: ModelDriver): void {
    const start = this.#byId.get(report.driverId)?.starts.get(report.attempt)
    // One that another start has replaced meanwhile has no say any more.
    const isReplaced = this.#ordered.has(driverKey(report.driverId, report.attempt + 1))
    if (start !== undefined && !isReplaced) start.isTaken = true
  }

  /** Everything is at rest: what the leader says of each. `isTroubled` tells whether a worker may have been taken for lost. */
  atRest(views: readonly DriverView[], isTroubled: (worker: ModelWorker) => boolean): void {
    const byId = new Map(views.map((view) => [view.id, view]))
    if (byId.size > this.#descriptions.size)
      throw new Error(`${byId.size} drivers for ${this.#descriptions.size} tokens`)
    for (const [token, id] of this.#idOfToken) {
      const view = byId.get(id)
      if (view === undefined) throw new Error(`${id} of ${token} was acknowledged and is forgotten`)
      this.#judge(view, this.#byId.get(id) as Fate, isTroubled)
    }
  }

  #judge(view: DriverView, fate: Fate, isTroubled: (worker: ModelWorker) => boolean): void {
    const { id, state, attempt } = view
    const last = fate.starts.get(attempt)
    const wrong = (why: string) => new Error(`${id} is ${state} after start ${attempt} (${view.message}): ${why}`)
    const running = [...fate.starts.values()].filter(({ end }) => end === undefined)
    if (running.length > (state === 'RUNNING' ? 1 : 0)) throw wrong(`${running.length} starts of it run`)
    if (fate.isKillAcknowledged && state !== 'KILLED' && state !== 'FINISHED') throw wrong('its end was promised')
    switch (state) {
      case 'FINISHED':
        if (last?.end !== 'FINISHED') throw wrong(`it ended ${last?.end}`)
        return
      case 'FAILED':
        if (last?.end !== 'FAILED') throw wrong(`it ended ${last?.end}`)
        if (fate.description.supervise) throw wrong('it is supervised')
        return
      case 'KILLED': {
        const isLeaving = [...fate.starts.values()].some(({ worker }) => worker.isDecommissioned)
        if (!fate.isKillAsked && !isLeaving) throw wrong('nobody asked for that')
        return
      }
      case 'ERROR':
        if (fate.description.supervise) throw wrong('it is supervised')
        if (last !== undefined && !isTroubled(last.worker)) throw wrong(`nothing happened to ${last.worker.name}`)
        return
      case 'SUBMITTED':
      case 'RELAUNCHING':
        // Whether it could run is looked at with what is free.
        return
      default:
        throw wrong('it should have ended by now')
    }
  }

  #fateOf(driverId: string, token: string): Fate {
    const known = this.#byId.get(driverId)
    if (known !== undefined) return known
    const description = this.#descriptions.get(token)
    if (description === undefined) throw new Error(`nobody submitted ${driverId}`)
    const fate: Fate = { description, starts: new Map(), isKillAcknowledged: false, isKillAsked: false }
    this.#byId.set(driverId, fate)
    return fate
  }
}
