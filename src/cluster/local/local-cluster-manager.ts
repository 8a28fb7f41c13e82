import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { FiresteelError } from '../../common/errors/index.js'
import { distFile, type ExecutorId, executorId } from '../../common/index.js'
import type { ClusterManager, ExecutorLossCause, ExecutorProvider, ManagerContext } from '../../scheduler/index.js'

/** `local-cluster[executors,cores,memoryMB]`: executor processes on this machine, reached over the network. */
export const localClusterManager: ClusterManager = {
  name: 'local-cluster',
  claims: (url) => url.startsWith('local-cluster['),
  create: (context) => new LocalClusterProvider(context),
}

/** The parts of a local-cluster master URL; memory in MiB. */
export function parseLocalClusterUrl(url: string): { executors: number; cores: number; memoryMiB: number } {
  const match = /^local-cluster\[\s*([0-9]+)\s*,\s*([0-9]+)\s*,\s*([0-9]+)\s*\]$/.exec(url)
  const [executors, cores, memoryMiB] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3])]
  if (match === null || executors < 1 || cores < 1 || memoryMiB < 64)
    throw new FiresteelError('FS_CONTEXT_MASTER_URL', { url })
  return { executors, cores, memoryMiB }
}

/** What an executor process reads from its standard input: nothing secret stands in argv. */
export interface ExecutorLaunch {
  readonly executorId: string
  readonly driver: { readonly host: string; readonly port: number }
  readonly secret: string
  readonly slots: number
  readonly memoryBytes: number
  readonly localDirs: readonly string[]
  readonly settings: Readonly<Record<string, string>>
}

const stopGraceMs = 2000

class LocalClusterProvider implements ExecutorProvider {
  readonly needsNetwork = true
  readonly expectedSlots: number
  readonly #context: ManagerContext
  readonly #shape: { executors: number; cores: number; memoryMiB: number }
  readonly #children = new Map<ExecutorId, ChildProcess>()
  #nextId = 0
  #replaced = 0
  #isStopping = false

  constructor(context: ManagerContext) {
    this.#context = context
    this.#shape = parseLocalClusterUrl(context.masterUrl)
    this.expectedSlots = this.#shape.executors * this.#shape.cores
  }

  async start(): Promise<void> {
    for (let i = 0; i < this.#shape.executors; i++) this.#launch()
  }

  kill(id: ExecutorId): void {
    this.#children.get(id)?.kill('SIGKILL')
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    const ended = [...this.#children.values()].map(
      (child) =>
        new Promise<void>((resolve) =>
          child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()),
        ),
    )
    for (const child of this.#children.values()) {
      child.stdin?.end()
      child.kill('SIGTERM')
    }
    const timer = setTimeout(() => {
      for (const child of this.#children.values()) child.kill('SIGKILL')
    }, stopGraceMs)
    await Promise.all(ended)
    clearTimeout(timer)
  }

  #launch(): void {
    const id = executorId(String(this.#nextId++))
    const entry = distFile('executor-process.js')
    if (!existsSync(entry)) throw new FiresteelError('FS_EXECUTOR_ENTRY_MISSING', { file: entry })
    const memoryBytes = this.#shape.memoryMiB * 1048576
    const child = spawn(process.execPath, ['--enable-source-maps', entry], { stdio: ['pipe', 'inherit', 'pipe'] })
    this.#children.set(id, child)
    const errors = new ErrorOutput(child.stderr as Readable, (line) => this.#context.print(line))
    const launch: ExecutorLaunch = {
      executorId: id,
      driver: this.#context.driverAddress(),
      secret: this.#context.secret,
      slots: this.#shape.cores,
      memoryBytes,
      localDirs: this.#context.localDirs,
      settings: this.#context.executorSettings(),
    }
    child.stdin?.on('error', () => undefined)
    child.stdin?.write(`${JSON.stringify(launch)}\n`)
    child.on('error', (error) =>
      this.#ended(id, { code: 'exitCode', message: `it could not be started: ${error.message}`, causedByApp: false }),
    )
    child.on('exit', (code, signal) => this.#ended(id, exitCause(code, signal, errors.sawOutOfMemory)))
    child.unref()
    ;(child.stdin as { unref?: () => void } | null)?.unref?.()
  }

  /** As a cluster would, another executor takes the place of one that ended; not without end, when each ends at once. */
  #ended(id: ExecutorId, cause: ExecutorLossCause): void {
    if (!this.#children.delete(id)) return
    if (this.#isStopping) return
    this.#context.executorEnded(id, cause)
    if (this.#replaced < maxReplacements * this.#shape.executors) {
      this.#replaced++
      this.#launch()
      return
    }
    if (this.#children.size === 0) {
      this.#context.noMoreExecutors(
        `${this.#replaced} executors were started anew and have all ended; the last because ${cause.message}`,
      )
    }
  }
}

/** Executors started anew for each executor asked for, before it is given up. */
const maxReplacements = 10

/**
 * The error output of an executor, passed on line by line. V8's last words when memory runs out, some thirty lines of stack, are kept
 * back: the cause of the loss says it in one.
 */
class ErrorOutput {
  sawOutOfMemory = false
  #isDying = false

  constructor(stream: Readable, print: (line: string) => void) {
    const lines = createInterface({ input: stream })
    lines.on('line', (line) => {
      if (line.includes('heap out of memory')) this.sawOutOfMemory = true
      if (line.startsWith('<--- Last few GCs --->')) this.#isDying = true
      if (!this.#isDying && line !== '') print(line)
    })
  }
}

/** The cause that a process's end tells by itself. */
export function exitCause(
  code: number | null,
  signal: NodeJS.Signals | null,
  sawOutOfMemory = false,
): ExecutorLossCause {
  if (sawOutOfMemory) {
    return {
      code: 'processOutOfMemory',
      message: 'its process ran out of heap memory and was ended by V8',
      causedByApp: true,
    }
  }
  if (signal !== null) {
    const hint = signal === 'SIGKILL' ? '; the kernel does this when memory runs out' : ''
    return { code: 'signal', message: `its process was ended by ${signal}${hint}`, causedByApp: true }
  }
  return { code: 'exitCode', message: `its process ended with exit code ${code}`, causedByApp: true }
}
