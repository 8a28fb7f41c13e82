import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { executorPids, signalExecutor } from '../kit/processes.js'
import type { TcpRelay } from '../kit/tcp-relay.js'

type Fault = 'kill' | 'terminate' | 'freeze' | 'cut' | 'delete'

const faults: readonly Fault[] = ['kill', 'kill', 'kill', 'terminate', 'freeze', 'freeze', 'cut', 'delete']

/** How often something happens, ms on average: rare enough for the executors that take the place of dead ones. */
const everyMs = 900

export interface HarmOptions {
  readonly relay: TcpRelay
  readonly localDir: string
}

/** Does harm to executors, their connections and their files at random until it is told to stop; says what it did. */
export class Harm {
  readonly done: string[] = []
  readonly #random: () => number
  readonly #options: HarmOptions
  readonly #frozen = new Map<number, number>()
  #isOver = false

  constructor(random: () => number, options: HarmOptions) {
    this.#random = random
    this.#options = options
  }

  async run(): Promise<void> {
    const began = performance.now()
    for (let next = 500; !this.#isOver; await sleep(20)) {
      const now = performance.now() - began
      for (const [pid, until] of this.#frozen) if (until <= now) this.#thaw(pid)
      if (now < next) continue
      next = now + this.#random() * 2 * everyMs
      this.#do(this.#pick(faults) as Fault, now)
    }
    for (const pid of this.#frozen.keys()) this.#thaw(pid)
  }

  stop(): void {
    this.#isOver = true
  }

  #do(fault: Fault, now: number): void {
    const pid = this.#pick(executorPids())
    this.done.push(`${Math.round(now)} ms: ${fault} (executor process ${pid})`)
    if (fault === 'cut') this.#options.relay.cutOne()
    else if (fault === 'delete') this.#deleteFile()
    else if (pid === undefined) return
    else if (fault === 'kill') signalExecutor(pid, 'SIGKILL')
    else if (fault === 'terminate') signalExecutor(pid, 'SIGTERM')
    else {
      signalExecutor(pid, 'SIGSTOP')
      // Shorter and longer than the driver's patience.
      this.#frozen.set(pid, now + this.#random() * 4000)
    }
  }

  #deleteFile(): void {
    const { localDir } = this.#options
    try {
      const names = readdirSync(localDir, { recursive: true, encoding: 'utf8' })
      const file = this.#pick(names.filter((name) => name.endsWith('.data')))
      if (file !== undefined) rmSync(join(localDir, file), { force: true })
    } catch {
      // A folder went away while it was read: harm enough.
    }
  }

  #thaw(pid: number): void {
    this.#frozen.delete(pid)
    signalExecutor(pid, 'SIGCONT')
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random() * all.length)]
  }
}
