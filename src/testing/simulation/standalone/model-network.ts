import type { Prng } from '../prng.js'
import type { VirtualTime } from '../virtual-time.js'
import type { ClusterOptions } from './cluster-options.js'

/** One end of a connection, in the hands of whoever sits there. */
export interface Line {
  readonly id: string
  readonly isOpen: boolean
  send(message: Message): void
  close(): void
}

/** What sits at an end of a connection. */
export interface LineOwner {
  received(line: Line, message: Message): void
  closed(line: Line, cause: string): void
}

/** A message: what it does at the other end is known there. */
export interface Message {
  readonly name: string
  readonly body: unknown
  /** Of a question: an answer with the same number follows, unless the connection ends. */
  readonly ask?: number
}

/** A machine or process: what happens to it happens to all its connections. */
export interface Node {
  readonly name: string
  isUp: boolean
  accept?(line: Line): LineOwner | undefined
}

/** How long it takes an end to find out that nothing comes through any more. */
const detectionMs = { min: 50, max: 3_000 }

/** Connections with what TCP promises and no more: in order, at most once, and an end that each side learns of in its own time. */
export class ModelNetwork {
  readonly #prng: Prng
  readonly #time: VirtualTime
  readonly #options: ClusterOptions
  readonly #connections = new Set<Connection>()
  readonly #partitions = new Set<string>()
  #nextId = 0

  constructor(parts: { readonly prng: Prng; readonly time: VirtualTime; readonly options: ClusterOptions }) {
    this.#prng = parts.prng
    this.#time = parts.time
    this.#options = parts.options
  }

  /** Tells the dialler its end of the connection, or nothing when there is none. */
  dial(from: Node, to: Node, owner: LineOwner, done: (line: Line | undefined) => void): void {
    this.#time.after(2 * this.latency(), () => {
      if (!from.isUp) return
      if (!to.isUp || this.#isPartitioned(from, to)) {
        done(undefined)
        return
      }
      const connection = new Connection(`c${this.#nextId++}`, from, to, this)
      const accepted = to.accept?.(connection.ends[1])
      if (accepted === undefined) {
        done(undefined)
        return
      }
      connection.ends[0].owner = owner
      connection.ends[1].owner = accepted
      this.#connections.add(connection)
      done(connection.ends[0])
    })
  }

  /** Everything that a machine had open ends; the others learn of it at once, or late. */
  down(node: Node): void {
    node.isUp = false
    const isQuiet = this.#prng.chance(0.3)
    for (const connection of this.#of(node)) connection.sever(isQuiet ? this.detection() : this.latency())
  }

  cutOne(): void {
    const all = [...this.#connections]
    if (all.length > 0) this.#prng.pick(all).sever(undefined)
  }

  partition(a: Node, b: Node, forMs: number): void {
    const key = pairOf(a, b)
    if (this.#partitions.has(key)) return
    this.#partitions.add(key)
    for (const connection of this.#of(a)) if (connection.has(b)) connection.sever(undefined)
    this.#time.after(forMs, () => this.#partitions.delete(key))
  }

  latency(): number {
    const { latencyMs } = this.#options
    return this.#prng.between(latencyMs.min, latencyMs.max)
  }

  detection(): number {
    return this.#prng.between(detectionMs.min, detectionMs.max)
  }

  after(ms: number, action: () => void): void {
    this.#time.after(ms, action)
  }

  get now(): number {
    return this.#time.now()
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection)
  }

  #of(node: Node): Connection[] {
    return [...this.#connections].filter((connection) => connection.has(node))
  }

  #isPartitioned(a: Node, b: Node): boolean {
    return this.#partitions.has(pairOf(a, b))
  }
}

function pairOf(a: Node, b: Node): string {
  return a.name < b.name ? `${a.name} ${b.name}` : `${b.name} ${a.name}`
}

class Connection {
  readonly ends: readonly [End, End]
  readonly #nodes: readonly [Node, Node]
  readonly #network: ModelNetwork
  isSevered = false

  constructor(id: string, from: Node, to: Node, network: ModelNetwork) {
    this.#nodes = [from, to]
    this.#network = network
    this.ends = [new End(`${id}a`, this, 0), new End(`${id}b`, this, 1)]
  }

  has(node: Node): boolean {
    return this.#nodes.includes(node)
  }

  /** Nothing comes through any more; each end finds out after `withinMs`, or in its own time. */
  sever(withinMs: number | undefined): void {
    if (this.isSevered) return
    this.isSevered = true
    this.#network.forget(this)
    for (const end of this.ends) {
      this.#network.after(withinMs ?? this.#network.detection(), () => this.end(end, 'nothing comes through'))
    }
  }

  carry(from: End, deliver: (to: End) => void): void {
    const at = Math.max(from.lastArrival, this.#network.now + this.#network.latency())
    from.lastArrival = at
    const to = this.ends[1 - from.side] as End
    this.#network.after(at - this.#network.now, () => {
      if (!this.isSevered && to.isOpen && this.#nodeOf(to).isUp) deliver(to)
    })
  }

  close(end: End): void {
    if (!end.isOpen) return
    end.isOpen = false
    this.carry(end, (other) => {
      this.#network.forget(this)
      this.end(other, 'the other side closed it')
    })
  }

  end(end: End, cause: string): void {
    if (!end.isOpen) return
    end.isOpen = false
    if (this.#nodeOf(end).isUp) end.owner?.closed(end, cause)
  }

  #nodeOf(end: End): Node {
    return this.#nodes[end.side]
  }
}

class End implements Line {
  readonly id: string
  readonly side: 0 | 1
  owner: LineOwner | undefined
  isOpen = true
  lastArrival = 0
  readonly #connection: Connection

  constructor(id: string, connection: Connection, side: 0 | 1) {
    this.id = id
    this.side = side
    this.#connection = connection
  }

  send(message: Message): void {
    if (this.isOpen) this.#connection.carry(this, (to) => to.owner?.received(to, message))
  }

  close(): void {
    this.#connection.close(this)
  }
}
