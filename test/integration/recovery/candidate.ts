import { type ChildProcess, fork } from 'node:child_process'
import type { RecoveryRecord } from '../../../src/deploy/recovery/index.js'
import { eventually, within } from '../../kit/eventually.js'

export type Command =
  | { readonly type: 'store'; readonly record: RecoveryRecord }
  /** At once, or each as soon as the one before is stored. */
  | { readonly type: 'storeMany'; readonly count: number; readonly inTurn?: boolean }
  | { readonly type: 'remove'; readonly kind: string; readonly id: string }
  /** Stores versions of some records without end, and tells of each that is stored. */
  | { readonly type: 'storeForever' }
  | { readonly type: 'readAll' | 'isLeading' | 'stop' }

export interface Answer {
  readonly type: 'answer'
  readonly request: number
  /** Whether it took itself for the leader when the request came. */
  readonly isLeading: boolean
  readonly value?: unknown
  readonly error?: { readonly code?: string; readonly message: string }
}

export type Report =
  | { readonly type: 'candidate' }
  | { readonly type: 'elected'; readonly epoch: number }
  | { readonly type: 'deposed'; readonly reason: string }
  | { readonly type: 'stored'; readonly id: string; readonly version: number }
  | { readonly type: 'log'; readonly level: string; readonly message: string }
  | Answer

type Timed = Report & { readonly at: number }

/** A candidate in a process of its own, which a test can kill, freeze and ask. */
export class Candidate {
  static readonly #all = new Set<Candidate>()
  readonly name: string
  readonly reports: Timed[] = []
  readonly #child: ChildProcess
  #nextRequest = 1
  #stderr = ''

  private constructor(name: string, settings: Record<string, string>, secret?: string) {
    this.name = name
    const options = JSON.stringify({ masterUrl: `spark://${name}:7077`, settings, secret })
    this.#child = fork(new URL('./candidate-process.ts', import.meta.url), [options], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    })
    this.#child.on('message', (report) => this.reports.push(report as Timed))
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr += bytes.toString()
    })
    Candidate.#all.add(this)
  }

  static async start(
    name: string,
    settings: Record<string, string>,
    options: { secret?: string } = {},
  ): Promise<Candidate> {
    const candidate = new Candidate(name, settings, options.secret)
    await candidate.when('candidate')
    return candidate
  }

  /** Ends all that a test has left. */
  static async endAll(): Promise<void> {
    await Promise.all([...Candidate.#all].map((candidate) => candidate.kill()))
  }

  /** Waits for the nth report of a type. */
  async when<T extends Timed['type']>(type: T, nth = 1): Promise<Extract<Timed, { type: T }>> {
    return eventually(`report ${nth} '${type}' of ${this.name}`, () => {
      const found = this.#of(type)[nth - 1]
      if (found === undefined && this.hasEnded) throw new Error(`${this.name} ended: ${this.#stderr}`)
      return found
    })
  }

  /** What it was told of leading, in order. */
  get told(): readonly ('elected' | 'deposed')[] {
    return this.reports.flatMap(({ type }) => (type === 'elected' || type === 'deposed' ? [type] : []))
  }

  get epochs(): readonly number[] {
    return this.#of('elected').map(({ epoch }) => epoch)
  }

  get warnings(): readonly string[] {
    return this.#of('log').flatMap(({ level, message }) => (level === 'warn' ? [message] : []))
  }

  async ask(command: Command): Promise<Answer> {
    return this.askLater(command)()
  }

  /** Sends a request, also to a process that is frozen, whose answer is waited for later. */
  askLater(command: Command): () => Promise<Answer> {
    const request = this.#nextRequest++
    this.#child.send({ ...command, request })
    return () =>
      eventually(`the answer of ${this.name} to ${command.type}`, () => {
        return this.#of('answer').find((answer) => answer.request === request)
      })
  }

  /** What a request that has to succeed gave. */
  async get<T>(command: Command): Promise<T> {
    const { value, error } = await this.ask(command)
    if (error !== undefined) throw new Error(`${this.name}: ${error.message}`)
    return value as T
  }

  records(): Promise<readonly RecoveryRecord[]> {
    return this.get({ type: 'readAll' })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended()
  }

  /** Asks it to stop, after which it ends by itself: nothing of it may be left that keeps a process going. */
  async stop(): Promise<void> {
    await this.get({ type: 'stop' })
    await this.ended()
  }

  async ended(): Promise<void> {
    if (!this.hasEnded) {
      const exit = new Promise((resolve) => this.#child.once('exit', resolve))
      await within(20_000, `the end of ${this.name}`, exit)
    }
    Candidate.#all.delete(this)
  }

  #of<T extends Timed['type']>(type: T): Extract<Timed, { type: T }>[] {
    return this.reports.filter((report): report is Extract<Timed, { type: T }> => report.type === type)
  }
}
