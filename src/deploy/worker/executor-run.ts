import { delimiter } from 'node:path'
import type { ExecutorReport, ExecutorState, LaunchExecutor } from '../../cluster/standalone/index.js'
import { SparkConf } from '../../common/conf/index.js'
import { getLogger } from '../../common/log/index.js'
import { type ExitCause, executorExitCodes, exitCause, startExecutorProcess } from '../../executor/index.js'
import { makeLocalDirs, removeLocalDirs } from './local-dirs.js'
import { processEnvironment } from './process-environment.js'
import { rollingPolicy } from './rolling-policy.js'
import type { RunSurroundings } from './run-surroundings.js'
import { ownGroup, type ProcessEnd, RunningProcess } from './running-process.js'
import { makeFolder } from './work-folder.js'
import type { WorkerExecutorView } from './worker-service.js'

const log = getLogger('Worker')
const mib = 2 ** 20
/** How long an executor that is asked to end may take: it has nothing to save. */
const killGraceMs = 2000

type EndState = Extract<ExecutorState, 'KILLED' | 'DECOMMISSIONED'>

/** An executor on this worker, from its launch to its end. */
export class ExecutorRun {
  readonly launch: LaunchExecutor
  readonly key: string
  readonly #surroundings: RunSurroundings
  readonly #startedAt: number
  readonly #changed: (run: ExecutorRun) => void
  #state: ExecutorState = 'LAUNCHING'
  #end: Pick<ExecutorReport, 'message' | 'exitCode' | 'cause'> = {}
  #endedAt: number | undefined
  #process: RunningProcess | undefined
  #wanted: { readonly state: EndState; readonly message: string } | undefined
  #localDirs: readonly string[] = []
  #settled: Promise<void> = Promise.resolve()

  /** @param changed told of each new state */
  constructor(launch: LaunchExecutor, surroundings: RunSurroundings, changed: (run: ExecutorRun) => void) {
    this.launch = launch
    this.key = executorKey(launch)
    this.#surroundings = surroundings
    this.#startedAt = surroundings.clock.now()
    this.#changed = changed
  }

  get hasEnded(): boolean {
    return this.#endedAt !== undefined
  }

  get report(): ExecutorReport {
    const { appId, executorId, cores, memoryMiB, resources } = this.launch
    return { appId, executorId, state: this.#state, cores, memoryMiB, resources, ...this.#end }
  }

  get view(): WorkerExecutorView {
    const { name, user, uiUrl } = this.launch.application
    return {
      ...this.report,
      appName: name,
      user,
      appUiUrl: uiUrl,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
    }
  }

  /** Resolves when it has ended, whatever came of it. */
  get settled(): Promise<void> {
    return this.#settled
  }

  start(): void {
    this.#settled = this.#run()
  }

  async #run(): Promise<void> {
    let process: RunningProcess
    try {
      process = this.#launch()
    } catch (error) {
      const message = `it could not be started: ${error instanceof Error ? error.message : String(error)}`
      this.#finish('FAILED', { message, cause: { code: 'exitCode', causedByApp: false } })
      return
    }
    this.#process = process
    if (this.#wanted !== undefined) process.kill()
    else this.#become('RUNNING')
    const end = await process.ended
    if (this.#surroundings.cleansUpLocalDirs) removeLocalDirs(this.#localDirs, this.launch.executorId)
    this.#finished(end)
  }

  end(state: EndState, message: string): void {
    this.#wanted ??= { state, message }
    this.#process?.terminate(killGraceMs)
  }

  kill(): void {
    this.#process?.kill()
  }

  #launch(): RunningProcess {
    const { appId, executorId, template, application, cores, memoryMiB, resources } = this.launch
    const { work, clock, host, bindHost, environment } = this.#surroundings
    const folder = work.executor(appId, executorId)
    makeFolder(folder)
    const name = `executor ${executorId} of ${appId}`
    const warn = (problem: string): void => log.warn(`${name}: ${problem}`)
    const policy = rollingPolicy(new SparkConf(false).setAll(template.settings), warn)
    const { localDirs: bases, workerId } = this.#surroundings
    this.#localDirs = makeLocalDirs({ bases, workerId, appId, folder })
    const own = {
      SPARK_USER: application.user,
      SPARK_EXECUTOR_DIRS: this.#localDirs.join(delimiter),
      ...this.#logUrls(),
    }
    const start = () =>
      startExecutorProcess(
        {
          executorId,
          driver: template.driver,
          security: template.security,
          slots: cores,
          memoryBytes: memoryMiB * mib,
          localDirs: this.#localDirs,
          settings: template.settings,
          host,
          bindHost,
          resources,
        },
        {
          cwd: folder,
          stdio: ['pipe', 'pipe', 'pipe'],
          env: processEnvironment(environment, { ...template.environment, ...own }),
          detached: ownGroup,
        },
      )
    return new RunningProcess(start, { folder, policy, clock, onProblem: warn })
  }

  #logUrls(): Record<string, string> {
    const { appId, executorId } = this.launch
    const query = new URLSearchParams({ appId, executorId })
    const url = (type: string) => `${this.#surroundings.webUiUrl}/logPage/?${query}&logType=${type}`
    return { SPARK_LOG_URL_STDERR: url('stderr'), SPARK_LOG_URL_STDOUT: url('stdout') }
  }

  #finished(end: ProcessEnd): void {
    const { code, problem } = end
    const exitCode = code ?? undefined
    if (this.#wanted !== undefined) {
      const { state, message } = this.#wanted
      const cause = { code: state === 'KILLED' ? 'killed' : 'decommissioned', causedByApp: false }
      this.#finish(state, { message, exitCode, cause })
    } else if (problem !== undefined) {
      const message = `it could not be started: ${problem}`
      this.#finish('FAILED', { message, cause: { code: 'exitCode', causedByApp: false } })
    } else {
      const { message, ...cause } = this.#causeOf(end)
      this.#finish('EXITED', { message, exitCode, cause })
      log.info(`executor ${this.launch.executorId} of ${this.launch.appId} ended: ${message}`)
    }
  }

  #causeOf({ code, signal, lastLines }: ProcessEnd): ExitCause {
    const { sawOutOfMemory, lastProblem, text } = lastLines
    const said = lastProblem ?? (text === '' ? 'it said nothing' : text)
    const cause = exitCause(code, signal, { sawOutOfMemory, said })
    if (signal !== null || sawOutOfMemory) return cause
    if (code === executorExitCodes.stopped) {
      return { ...cause, message: 'it was stopped by its driver, or by a signal from somebody else' }
    }
    if (code !== executorExitCodes.driverUnreachable) return cause
    const { host, port } = this.launch.template.driver
    const reason = said.replace(/^executor \S+ could not reach the driver at \S+: /, '')
    const message = `it could not reach the driver at ${host}:${port} from ${this.#surroundings.host}: ${reason}`
    return { ...cause, message }
  }

  #finish(state: ExecutorState, end: Pick<ExecutorReport, 'message' | 'exitCode' | 'cause'>): void {
    this.#end = end
    this.#endedAt = this.#surroundings.clock.now()
    this.#become(state)
  }

  #become(state: ExecutorState): void {
    this.#state = state
    this.#changed(this)
  }
}

export function executorKey({ appId, executorId }: { readonly appId: string; readonly executorId: string }): string {
  return `${appId}/${executorId}`
}
