import type { Prng } from '../prng.js'
import type { VirtualTime } from '../virtual-time.js'
import type { Line, LineOwner, Message, ModelNetwork, Node } from './model-network.js'

export interface FinderSurroundings {
  readonly time: VirtualTime
  readonly network: ModelNetwork
  readonly prng: Prng
  readonly masters: readonly Node[]
}

/** A question that was asked on a line. */
interface Asked {
  readonly line: Line
  answered(body: unknown): void
  /** No answer will come: the line has ended, or it took too long. */
  failed(): void
}

export interface FinderListener {
  /** Its registration, as an event for the master. */
  registration(): object
  /** Whether the answer of a master takes us. */
  isAccepted(answer: unknown, registration: object): 'accepted' | 'standby' | 'refused'
  connected(line: Line): void
  lost(): void
  order(message: Message): void
}

const registrationTimeoutMs = { min: 1_000, max: 3_000 }
const pauseMs = { min: 200, max: 600 }

/** Finds the master that leads, registers, and finds the next when the connection ends: as `MasterConnection` does, on virtual time. */
export class MasterFinder implements LineOwner {
  leader: Line | undefined
  readonly #node: Node
  readonly #on: FinderSurroundings
  readonly #listener: FinderListener
  readonly #lines = new Map<Node, Line>()
  readonly #asked = new Map<number, Asked>()
  #nextAsk = 1
  /** Counts the searches: what an earlier one hears of comes too late. */
  #search = 0
  #isClosed = false

  constructor(node: Node, surroundings: FinderSurroundings, listener: FinderListener) {
    this.#node = node
    this.#on = surroundings
    this.#listener = listener
  }

  start(): void {
    const search = ++this.#search
    for (const master of this.#on.masters) this.#pursue(master, search)
  }

  close(): void {
    this.#isClosed = true
    this.leader = undefined
    for (const line of this.#lines.values()) line.close()
    this.#lines.clear()
  }

  /** Asks the leader once; `undefined` says that no answer will come. */
  ask(body: object, done: (answer: unknown) => void, timeoutMs = 2_000): void {
    if (this.leader === undefined) done(undefined)
    else this.#ask(this.leader, { body, timeoutMs }, done)
  }

  send(body: object): void {
    this.leader?.send({ name: 'event', body })
  }

  received(line: Line, message: Message): void {
    if (message.name === 'answer') {
      const asked = this.#asked.get(message.ask as number)
      this.#asked.delete(message.ask as number)
      asked?.answered(message.body)
    } else if (line === this.leader) this.#listener.order(message)
  }

  closed(line: Line): void {
    for (const [master, known] of this.#lines) if (known === line) this.#lines.delete(master)
    for (const [ask, asked] of [...this.#asked]) {
      if (asked.line !== line) continue
      this.#asked.delete(ask)
      asked.failed()
    }
    this.leaderLost(line)
  }

  /** The leader says that it leads no more, or its connection has ended. */
  leaderLost(line: Line | undefined): void {
    if (line === undefined || this.leader !== line || this.#isClosed) return
    this.leader = undefined
    this.#listener.lost()
    this.#on.time.after(this.#on.prng.between(0, 200), () => {
      if (this.#isSearching) this.start()
    })
  }

  get #isSearching(): boolean {
    return !this.#isClosed && this.#node.isUp && this.leader === undefined
  }

  #pursue(master: Node, search: number): void {
    if (!this.#isSearching || search !== this.#search) return
    const again = () => {
      const { min, max } = pauseMs
      this.#on.time.after(this.#on.prng.between(min, max), () => this.#pursue(master, search))
    }
    this.#dial(master, (line) => {
      if (!this.#isSearching || search !== this.#search) return
      if (line === undefined) {
        again()
        return
      }
      const { min, max } = registrationTimeoutMs
      const question = { body: this.#listener.registration(), timeoutMs: this.#on.prng.between(min, max) }
      this.#ask(line, question, (answer) => {
        if (!this.#isSearching || search !== this.#search) return
        const verdict = answer === undefined ? 'standby' : this.#listener.isAccepted(answer, question.body)
        if (verdict === 'standby' || !line.isOpen) again()
        if (verdict !== 'accepted' || !line.isOpen) return
        // What other masters answer from now on is about what was so before.
        this.#search++
        this.leader = line
        this.#listener.connected(line)
      })
    })
  }

  #dial(master: Node, done: (line: Line | undefined) => void): void {
    const known = this.#lines.get(master)
    if (known?.isOpen === true) {
      done(known)
      return
    }
    this.#on.network.dial(this.#node, master, this, (line) => {
      if (line !== undefined) this.#lines.set(master, line)
      done(line)
    })
  }

  #ask(line: Line, question: { readonly body: object; readonly timeoutMs: number }, done: (answer: unknown) => void) {
    const ask = this.#nextAsk++
    this.#asked.set(ask, { line, answered: done, failed: () => done(undefined) })
    line.send({ name: 'event', body: question.body, ask })
    this.#on.time.after(question.timeoutMs, () => {
      if (this.#asked.delete(ask)) done(undefined)
    })
  }
}
