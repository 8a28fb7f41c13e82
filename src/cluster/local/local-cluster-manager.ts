import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { EXECUTOR_MAX_FAILURES, EXECUTOR_START_TIMEOUT } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { type ExecutorId, executorId } from '../../common/index.js'
import { type ExecutorLaunchData, executorExitCodes, exitCause, startExecutorProcess } from '../../executor/index.js'
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

const stopGraceMs = 2000

class LocalClusterProvider implements ExecutorProvider {
  readonly needsNetwork = true
  readonly expectedSlots: number
  readonly #context: ManagerContext
  readonly #shape: { executors: number; cores: number; memoryMiB: number }
  readonly #children = new Map<ExecutorId, ChildProcess>()
  /** Why we ended an executor ourselves. */
  readonly #causes = new Map<ExecutorId, ExecutorLossCause>()
  readonly #relaunches = new Set<NodeJS.Timeout>()
  #nextId = 0
  readonly #startTimers = new Map<ExecutorId, NodeJS.Timeout>()
  readonly #maxFailures: number
  readonly #maxFailedStarts: number
  #failures = 0
  /** In a row. */
  #failedStarts = 0
  #isStopping = false

  constructor(context: ManagerContext) {
    this.#context = context
    this.#shape = parseLocalClusterUrl(context.masterUrl)
    const { executors, cores } = this.#shape
    this.expectedSlots = executors * cores
    this.#maxFailures = context.conf.get(EXECUTOR_MAX_FAILURES) ?? failuresForEach * executors
    this.#maxFailedStarts = Math.min(this.#maxFailures, Math.max(3, 2 * executors))
  }

  async start(): Promise<void> {
    for (let i = 0; i < this.#shape.executors; i++) this.#launch()
  }

  registered(id: ExecutorId): void {
    this.#failedStarts = 0
    clearTimeout(this.#startTimers.get(id))
    this.#startTimers.delete(id)
  }

  kill(id: ExecutorId): void {
    this.#children.get(id)?.kill('SIGKILL')
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    for (const timer of this.#startTimers.values()) clearTimeout(timer)
    for (const timer of this.#relaunches) clearTimeout(timer)
    const ended = [...this.#children.values()].map(
      (child) =>
        new Promise<void>((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve()
          // What it wrote last is still passed on; processes that a task has started can keep the pipe open.
          child.once('close', () => resolve())
          child.once('exit', () => setTimeout(resolve, lastWordsMs))
        }),
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
    const memoryBytes = this.#shape.memoryMiB * 1048576
    const launch: ExecutorLaunchData = {
      executorId: id,
      driver: this.#context.driverAddress(),
      security: this.#context.security(),
      slots: this.#shape.cores,
      memoryBytes,
      localDirs: this.#context.localDirs,
      settings: this.#context.executorSettings(),
    }
    const { printOutput } = this.#context
    const child = startExecutorProcess(launch, {
      stdio: ['pipe', printOutput === undefined ? 'inherit' : 'pipe', 'pipe'],
      env: this.#context.executorEnvironment(),
    })
    this.#children.set(id, child)
    this.#context.executorStarting(id)
    this.#limitStart(id)
    const errors = new ErrorOutput(child.stderr as Readable, (line) => this.#context.print(line))
    if (printOutput !== undefined) createInterface({ input: child.stdout as Readable }).on('line', printOutput)
    child.on('error', (error) =>
      this.#ended(id, { code: 'exitCode', message: `it could not be started: ${error.message}`, causedByApp: false }),
    )
    child.on('exit', (code, signal) => {
      const ended = (): void => this.#ended(id, this.#causeOf(id, [code, signal], errors))
      if (signal !== 'SIGABRT' && signal !== 'SIGTRAP') return ended()
      // V8 gave up: its last words may still be on their way. Processes that a task has started can keep the pipe open.
      child.once('close', ended)
      setTimeout(ended, lastWordsMs)
    })
    child.unref()
    for (const pipe of child.stdio) (pipe as { unref?: () => void } | null)?.unref?.()
  }

  /** An executor that never registers is not waited for without end. */
  #limitStart(id: ExecutorId): void {
    const timeoutMs = this.#context.conf.get(EXECUTOR_START_TIMEOUT)
    const late = (): void => {
      const message = `it had not registered after ${timeoutMs} ms (${EXECUTOR_START_TIMEOUT.key})`
      this.#causes.set(id, { code: 'startTimeout', message, causedByApp: false })
      this.kill(id)
    }
    this.#startTimers.set(id, setTimeout(late, timeoutMs).unref())
  }

  #causeOf(id: ExecutorId, exit: [number | null, NodeJS.Signals | null], errors: ErrorOutput): ExecutorLossCause {
    const known = this.#causes.get(id)
    if (known !== undefined) return known
    const [code, signal] = exit
    if (code === executorExitCodes.driverUnreachable && signal === null) {
      const { host, port } = this.#context.driverAddress()
      return { code: 'network', message: `it could not reach the driver at ${host}:${port}`, causedByApp: false }
    }
    return exitCause(code, signal, errors)
  }

  /** As a cluster would, another executor takes the place of one that ended; not without end, when each ends at once. */
  #ended(id: ExecutorId, cause: ExecutorLossCause): void {
    if (!this.#children.delete(id)) return
    if (this.#isStopping) return
    const hadRegistered = !this.#startTimers.has(id)
    clearTimeout(this.#startTimers.get(id))
    this.#startTimers.delete(id)
    this.#causes.delete(id)
    this.#failures++
    if (!hadRegistered) this.#failedStarts++
    this.#context.executorEnded(id, cause)
    if (this.#failures <= this.#maxFailures && this.#failedStarts < this.#maxFailedStarts) {
      this.#relaunch()
      return
    }
    if (this.#children.size === 0 && this.#relaunches.size === 0) {
      this.#context.noMoreExecutors(`${this.#failures} executors have ended; the last because ${cause.message}`)
    }
  }

  /** What cannot even be started (the files are gone, no more processes) leaves the application with those it has. */
  #launchAgain(): void {
    try {
      this.#launch()
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      this.#context.log('warn', `no executor could be started in place of one that ended: ${problem}`)
      if (this.#children.size === 0 && this.#relaunches.size === 0) this.#context.noMoreExecutors(problem)
    }
  }

  /** At once, but with growing pauses where starts fail. */
  #relaunch(): void {
    if (this.#failedStarts === 0) {
      this.#launchAgain()
      return
    }
    const again = (): void => {
      this.#relaunches.delete(timer)
      this.#launchAgain()
    }
    const timer = setTimeout(again, Math.min(1000, 100 * 2 ** this.#failedStarts))
    this.#relaunches.add(timer)
  }
}

/** How long the end of a process waits for the rest of what it wrote. */
const lastWordsMs = 200

/** Ends of executors, for each executor asked for, before no further ones are started. */
const failuresForEach = 10

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
