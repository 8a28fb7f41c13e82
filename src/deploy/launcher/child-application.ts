import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { STANDALONE_SUBMIT_WAIT } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { type LaunchUpdate, packageRoot } from '../../common/index.js'
import { isUpdateMessage, type LaunchOrder, launchVariable, type StopMessage } from './launch-messages.js'
import { checkOptions, type LaunchOptions, type LaunchOutput, submitWords } from './launch-options.js'
import { isFinalLaunchState, type LaunchResult } from './launch-state.js'
import { ApplicationHandle, type LaunchedApplication } from './launched-application.js'
import { ownEnvironment } from './surroundings.js'

/** Between SIGTERM and SIGKILL. */
const termMs = 5_000
/** How long the cluster may take to kill a driver, before the process that watches it is ended regardless. */
const clusterKillMs = 30_000

/**
 * Starts an application in a process of its own, by the `firesteel` command of this package, and resolves once the process runs.
 *
 * @param application path of a .ts, .mts, .js, .mjs or .tgz file, or of a folder with a package.json
 * @throws FS_LAUNCHER_OPTION, FS_LAUNCHER_START, the signal's reason
 */
export async function launch(application: string, options: LaunchOptions = {}): Promise<LaunchedApplication> {
  checkOptions(options, 'child')
  options.signal?.throwIfAborted()
  const outputs: number[] = []
  try {
    const child = spawn(process.execPath, commandLine(application, options), {
      cwd: options.cwd,
      env: { ...ownEnvironment(), ...options.env, [launchVariable]: JSON.stringify(orderOf(options)) },
      stdio: streamsOf(options, outputs),
    })
    await started(child)
    const handle = new ChildApplication(child, options)
    const kill = () => void handle.kill()
    options.signal?.addEventListener('abort', kill, { once: true })
    void handle.result.then(() => options.signal?.removeEventListener('abort', kill))
    if (options.signal?.aborted) kill()
    return handle
  } catch (cause) {
    throw new FiresteelError('FS_LAUNCHER_START', { application, problem: (cause as Error).message }, { cause })
  } finally {
    for (const fd of outputs) closeSync(fd)
  }
}

function commandLine(application: string, options: LaunchOptions): string[] {
  return [join(packageRoot(), 'bin/firesteel.js'), 'submit', ...submitWords(application, options)]
}

function orderOf({ conf = {}, deployMode }: LaunchOptions): LaunchOrder {
  const settings = Object.entries(conf).map(([key, value]): [string, string] => [key, String(value)])
  // The process stays as long as the driver in the cluster runs: so its end is the application's.
  const staying: [string, string][] = deployMode === 'cluster' ? [[STANDALONE_SUBMIT_WAIT.key, 'true']] : []
  return { conf: Object.fromEntries([...settings, ...staying]) }
}

function streamsOf({ stdout = 'inherit', stderr = 'inherit' }: LaunchOptions, opened: number[]): StdioOptions {
  const stream = (output: LaunchOutput): 'inherit' | 'pipe' | 'ignore' | number => {
    if (typeof output === 'string') return output
    const fd = openSync(output.file, 'a')
    opened.push(fd)
    return fd
  }
  return ['ignore', stream(stdout), stream(stderr), 'ipc']
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve())
    child.once('error', reject)
  })
}

class ChildApplication extends ApplicationHandle {
  readonly pid: number | undefined
  readonly #child: ChildProcess
  readonly #isInCluster: boolean
  /** A final state, as the application itself tells it. */
  #told: LaunchUpdate | undefined
  #isEnding = false
  readonly #timers = new Set<NodeJS.Timeout>()

  constructor(child: ChildProcess, options: LaunchOptions) {
    super({ stdout: child.stdout, stderr: child.stderr })
    this.pid = child.pid
    this.#child = child
    this.#isInCluster = options.deployMode === 'cluster'
    child.on('message', (message) => {
      if (isUpdateMessage(message)) this.#hear(message.update)
    })
    child.on('error', () => {}) // a signal or a message that came too late
    child.once('exit', (exitCode, signal) => this.#ended(exitCode, signal))
  }

  stop(): Promise<LaunchResult> {
    if (!isFinalLaunchState(this.state)) {
      this.#isEnding = true
      if (this.#child.connected) this.#child.send({ firesteel: 'stop' } satisfies StopMessage, () => {})
      else this.#terminate()
    }
    return this.result
  }

  kill(): Promise<LaunchResult> {
    if (isFinalLaunchState(this.state)) return this.result
    this.#isEnding = true
    if (!this.#isInCluster || !this.#child.connected) this.#terminate()
    else {
      void this.stop()
      this.#after(clusterKillMs, () => this.#terminate())
    }
    return this.result
  }

  #terminate(): void {
    this.#child.kill('SIGTERM')
    this.#after(termMs, () => this.#child.kill('SIGKILL'))
  }

  #after(ms: number, act: () => void): void {
    this.#timers.add(setTimeout(act, ms))
  }

  #hear(update: LaunchUpdate): void {
    if (isFinalLaunchState(update.state)) this.#told = update
    else this.advance(update)
  }

  #ended(exitCode: number | null, signal: NodeJS.Signals | null): void {
    for (const timer of this.#timers) clearTimeout(timer)
    const how = {
      ...(exitCode === null ? {} : { exitCode }),
      ...(signal === null ? {} : { signal }),
    }
    this.finish({ ...this.#verdict(exitCode, signal), ...how })
  }

  #verdict(exitCode: number | null, signal: NodeJS.Signals | null): Pick<LaunchResult, 'state' | 'message'> {
    // What the cluster says of a driver counts more than how the process ended that watched it.
    if (this.#told !== undefined && this.#isInCluster) return verdictOf(this.#told)
    if (this.#isEnding) return { state: 'KILLED' }
    if (exitCode === 0) return { state: 'FINISHED' }
    if (this.#told?.state === 'FAILED') return verdictOf(this.#told)
    const message = signal === null ? `its process exited with ${exitCode}` : `its process was ended by ${signal}`
    return { state: 'FAILED', message }
  }
}

function verdictOf({ state, message }: LaunchUpdate): Pick<LaunchResult, 'state' | 'message'> {
  return { state: state as LaunchResult['state'], ...(message === undefined ? {} : { message }) }
}
