import {
  MasterCore,
  type MasterEffect,
  type MasterEvent,
  type MasterOptions,
  type MasterView,
  type StoredApplication,
  type StoredDriver,
  type StoredWorker,
} from '../../../deploy/master/index.js'
import type { Prng } from '../prng.js'
import type { VirtualTime } from '../virtual-time.js'
import type { Line, LineOwner, Message, ModelNetwork, Node } from './model-network.js'
import type { ModelStore, StoreOperation } from './model-store.js'

export interface MasterSurroundings {
  readonly time: VirtualTime
  readonly network: ModelNetwork
  readonly store: ModelStore
  readonly prng: Prng
  readonly options: MasterOptions
  readonly skewMs: number
  storeLatency(): number
  /** Whether a process listens there. */
  isListening(host: string, port: number): boolean
  /** Told each event and each effect that is performed. */
  saw(master: ModelMaster, what: MasterEvent | MasterEffect): void
}

/** The wall clock at the beginning of each simulation. */
export const epochStart = Date.UTC(2030, 0, 1)

/** A master's process: the real core, in a shell like that of a real master, on virtual time. */
export class ModelMaster implements Node, LineOwner {
  readonly name: string
  isUp = true
  core: MasterCore
  readonly #on: MasterSurroundings
  readonly #lines = new Map<string, Line>()
  /** The line on which an answer is awaited, by the core's number and the asker's. */
  readonly #requests = new Map<number, { readonly line: Line; readonly ask: number }>()
  #queue: MasterEffect[] = []
  /** Operations that are on their way to the store. */
  #inFlight: StoreOperation[] = []
  /** Counts up when everything that is under way is void. */
  #term = 0
  #wake = 0
  #nextRequest = 1
  isLeading = false

  constructor(name: string, surroundings: MasterSurroundings) {
    this.name = name
    this.#on = surroundings
    this.core = new MasterCore({ ...surroundings.options, masterUrl: `spark://${name}` })
  }

  get now(): number {
    return epochStart + this.#on.skewMs + this.#on.time.now()
  }

  view(): MasterView {
    return this.core.view(this.now)
  }

  // --- the election

  elected(epoch: number): void {
    const term = ++this.#term
    this.#on.time.after(this.#on.storeLatency(), () => {
      if (term !== this.#term || !this.isUp) return
      this.isLeading = true
      const records = this.#on.store.all()
      this.#handle({
        type: 'elected',
        epoch,
        applications: records.filter((record): record is StoredApplication => record.kind === 'application'),
        drivers: records.filter((record): record is StoredDriver => record.kind === 'driver'),
        workers: records.filter((record): record is StoredWorker => record.kind === 'worker'),
      })
    })
  }

  deposed(): void {
    this.#abandon()
    this.core.handle({ type: 'deposed' }, this.now)
    this.core.assertEmpty()
    for (const { line, ask } of this.#requests.values()) line.send({ name: 'answer', ask, body: standby(this.name) })
    this.#requests.clear()
    for (const line of this.#lines.values()) line.close()
    this.#lines.clear()
  }

  /** The process is gone. What was on its way to the store may have arrived, up to some point. */
  die(): void {
    this.#abandon()
    this.#on.network.down(this)
  }

  /** A new process, which remembers nothing. */
  restart(): void {
    this.isUp = true
    this.#lines.clear()
    this.#requests.clear()
    this.core = new MasterCore({ ...this.#on.options, masterUrl: `spark://${this.name}` })
  }

  // --- its connections

  accept(line: Line): LineOwner {
    this.#lines.set(line.id, line)
    return this
  }

  received(line: Line, message: Message): void {
    const { ask } = message
    if (ask === undefined) {
      this.#handle({ ...(message.body as MasterEvent), peer: line.id } as MasterEvent)
      return
    }
    const request = this.#nextRequest++
    this.#requests.set(request, { line, ask })
    const event = { ...(message.body as object), peer: line.id, request } as MasterEvent
    this.#handle(event)
    if (this.isLeading || !this.#requests.delete(request)) return
    line.send({ name: 'answer', ask, body: standby(this.name) })
  }

  closed(line: Line, cause: string): void {
    this.#lines.delete(line.id)
    this.#handle({ type: 'peerGone', peer: line.id, cause })
  }

  /** What a page or an operator does. */
  do(event: MasterEvent): void {
    this.#handle(event)
  }

  // --- events and effects

  #handle(event: MasterEvent): void {
    if (!this.isUp) return
    this.#on.saw(this, event)
    this.#queue.push(...this.core.handle(event, this.now))
    if (this.#inFlight.length === 0) this.#drain()
  }

  #drain(): void {
    for (let effect = this.#queue[0]; effect !== undefined; effect = this.#queue[0]) {
      if (effect.type === 'store' || effect.type === 'unstore') {
        this.#store()
        return
      }
      this.#queue.shift()
      this.#on.saw(this, effect)
      this.#perform(effect)
    }
  }

  #store(): void {
    while (this.#queue[0]?.type === 'store' || this.#queue[0]?.type === 'unstore') {
      this.#inFlight.push(this.#queue.shift() as StoreOperation)
    }
    const term = this.#term
    this.#on.time.after(this.#on.storeLatency(), () => {
      if (term !== this.#term) return
      for (const operation of this.#inFlight) this.#on.store.apply(operation)
      this.#inFlight = []
      this.#drain()
    })
  }

  #abandon(): void {
    this.#term++
    this.isLeading = false
    const landed = this.#prng.between(0, this.#inFlight.length)
    for (const operation of this.#inFlight.slice(0, landed)) this.#on.store.apply(operation)
    this.#inFlight = []
    this.#queue = []
  }

  get #prng(): Prng {
    return this.#on.prng
  }

  #perform(effect: MasterEffect): void {
    switch (effect.type) {
      case 'answer': {
        const asked = this.#requests.get(effect.request)
        this.#requests.delete(effect.request)
        if (asked !== undefined) asked.line.send({ name: 'answer', ask: asked.ask, body: effect.answer })
        return
      }
      case 'toWorker':
      case 'toApplication':
        this.#lines.get(effect.peer)?.send({ name: effect.message.method, body: effect.message })
        return
      case 'closePeer': {
        const line = this.#lines.get(effect.peer)
        this.#lines.delete(effect.peer)
        line?.close()
        return
      }
      case 'probeWorker': {
        const { workerId, host, port } = effect
        this.#on.time.after(2 * this.#on.network.latency(), () => {
          if (!this.#on.isListening(host, port)) this.#handle({ type: 'workerGone', workerId })
        })
        return
      }
      case 'wakeAt': {
        const wake = ++this.#wake
        this.#on.time.after(Math.max(0, effect.at - this.now), () => {
          if (wake === this.#wake && this.isLeading) this.#handle({ type: 'tick' })
        })
        return
      }
      default:
    }
  }
}

function standby(name: string) {
  return { type: 'standby', masterUrl: `spark://${name}` } as const
}
