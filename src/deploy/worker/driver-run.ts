import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DriverReport, DriverState, LaunchDriver } from '../../cluster/standalone/index.js'
import {
  ARCHIVES,
  DRIVER_BIND_ADDRESS,
  DRIVER_HOST,
  FILES,
  FILES_FETCH_TIMEOUT,
  JARS,
  LOCAL_DIR,
  SparkConf,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { distFile } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import { isClusterSetting } from './cluster-settings.js'
import { type DriverFiles, placeDriverFiles } from './driver-files.js'
import type { DriverLaunchData } from './driver-launch.js'
import { processEnvironment } from './process-environment.js'
import { neverRolls } from './rolling-policy.js'
import type { RunSurroundings } from './run-surroundings.js'
import { ownGroup, type ProcessEnd, RunningProcess } from './running-process.js'
import { makeFolder } from './work-folder.js'
import type { WorkerDriverView } from './worker-service.js'

const log = getLogger('Worker')

/** A driver on this worker, from its launch to its end. */
export class DriverRun {
  readonly launch: LaunchDriver
  readonly key: string
  readonly #surroundings: RunSurroundings
  readonly #startedAt: number
  readonly #changed: (run: DriverRun) => void
  readonly #killed = new AbortController()
  #state: DriverState = 'RUNNING'
  #end: Pick<DriverReport, 'message' | 'exitCode'> = {}
  #endedAt: number | undefined
  #process: RunningProcess | undefined
  #killReason = ''
  #settled: Promise<void> = Promise.resolve()

  /** @param changed told of each new state */
  constructor(launch: LaunchDriver, surroundings: RunSurroundings, changed: (run: DriverRun) => void) {
    this.launch = launch
    this.key = driverKey(launch)
    this.#surroundings = surroundings
    this.#startedAt = surroundings.clock.now()
    this.#changed = changed
  }

  get hasEnded(): boolean {
    return this.#endedAt !== undefined
  }

  get report(): DriverReport {
    const { driverId, attempt, resources, driver } = this.launch
    const { cores, memoryMiB } = driver
    return { driverId, attempt, state: this.#state, cores, memoryMiB, resources, ...this.#end }
  }

  get view(): WorkerDriverView {
    const { driver } = this.launch
    const { application, className, name } = driver
    const mainClass = className ?? (application.kind === 'url' ? application.url : application.name)
    return { ...this.report, name, mainClass, startedAt: this.#startedAt, endedAt: this.#endedAt }
  }

  /** Resolves when it has ended, whatever came of it. */
  get settled(): Promise<void> {
    return this.#settled
  }

  /** @param before what must have ended first: an earlier start of the same driver */
  start(before: Promise<unknown>): void {
    this.#settled = this.#run(before)
  }

  async #run(before: Promise<unknown>): Promise<void> {
    this.#changed(this)
    let process: RunningProcess
    try {
      await before
      process = await this.#launch()
    } catch (error) {
      const isKilled = this.#killed.signal.aborted
      const message = isKilled ? this.#killReason : error instanceof Error ? error.message : String(error)
      this.#finish(isKilled ? 'KILLED' : 'ERROR', { message })
      return
    }
    this.#process = process
    if (this.#killed.signal.aborted) process.kill()
    const end = await process.ended
    rmSync(this.#localDir, { recursive: true, force: true, maxRetries: 3 })
    this.#finished(end)
  }

  /** Asks it to end, and kills it when it has not after a while. */
  end(reason: string): void {
    if (this.#killed.signal.aborted) return
    this.#killReason = reason
    this.#killed.abort()
    this.#process?.terminate(this.#surroundings.driverTerminateTimeoutMs)
  }

  kill(): void {
    this.#process?.kill()
  }

  get #folder(): string {
    return this.#surroundings.work.driver(this.launch.driverId)
  }

  get #localDir(): string {
    return join(this.#folder, 'local')
  }

  async #launch(): Promise<RunningProcess> {
    const { driver, driverId } = this.launch
    const { blobs, clock, environment } = this.#surroundings
    const { signal } = this.#killed
    const folder = this.#folder
    makeFolder(folder)
    const conf = new SparkConf(false).setAll(driver.settings)
    const timeoutMs = conf.get(FILES_FETCH_TIMEOUT)
    const files = await placeDriverFiles(driver, { folder, blobs, timeoutMs, signal })
    signal.throwIfAborted()
    const entry = distFile('driver-process.js')
    if (!existsSync(entry)) throw new FiresteelError('FS_WORKER_ENTRY_MISSING', { file: entry })
    const data = this.#launchData(conf, files)
    const start = () => {
      const child = spawn(
        process.execPath,
        ['--enable-source-maps', `--max-old-space-size=${driver.memoryMiB}`, entry],
        {
          cwd: folder,
          stdio: ['pipe', 'pipe', 'pipe'],
          env: processEnvironment(environment, { ...driver.environment, SPARK_USER: driver.user }),
          detached: ownGroup,
        },
      )
      child.stdin.on('error', () => undefined)
      child.stdin.write(`${JSON.stringify(data)}\n`)
      return child
    }
    const onProblem = (problem: string): void => log.warn(`driver ${driverId}: ${problem}`)
    return new RunningProcess(start, { folder, policy: neverRolls, clock, onProblem })
  }

  /** What the application was submitted with, where this machine has it. */
  #launchData(conf: SparkConf, files: DriverFiles): DriverLaunchData {
    const { className, args } = this.launch.driver
    const { host, bindHost, localDirs, clusterSettings } = this.#surroundings
    const { application, jars, moduleFolders } = files
    for (const [key] of conf.getAll()) if (isClusterSetting(key)) conf.remove(key)
    conf.setAll(clusterSettings)
    if (jars.length > 0) conf.set(JARS, jars)
    if (files.files.length > 0) conf.set(FILES, files.files)
    if (files.archives.length > 0) conf.set(ARCHIVES, files.archives)
    conf.set(LOCAL_DIR, localDirs.length > 0 ? localDirs : [this.#localDir])
    // Executors elsewhere dial the machine that the driver runs on, which its user could not know.
    conf.set(DRIVER_HOST, host)
    if (bindHost !== host) conf.set(DRIVER_BIND_ADDRESS, bindHost)
    return { application, className, args, jars, moduleFolders, settings: Object.fromEntries(conf.getAll()) }
  }

  #finished({ code, signal, problem, lastLines }: ProcessEnd): void {
    const exitCode = code ?? undefined
    if (this.#killed.signal.aborted) return this.#finish('KILLED', { message: this.#killReason, exitCode })
    if (problem !== undefined) {
      const { message } = new FiresteelError('FS_WORKER_PROCESS', { what: `driver ${this.launch.driverId}`, problem })
      return this.#finish('ERROR', { message })
    }
    if (code === 0) return this.#finish('FINISHED', { exitCode })
    const { sawOutOfMemory, text } = lastLines
    const bySignal = `it was ended by ${signal}${signal === 'SIGKILL' ? '; the kernel does this when memory runs out' : ''}`
    const how = sawOutOfMemory
      ? `it ran out of its ${this.launch.driver.memoryMiB} MiB of heap memory (spark.driver.memory)`
      : signal === null
        ? `it ended with exit code ${code}`
        : bySignal
    this.#finish('FAILED', { message: text === '' ? how : `${how}: ${text}`, exitCode })
  }

  #finish(state: DriverState, end: Pick<DriverReport, 'message' | 'exitCode'>): void {
    this.#end = end
    this.#endedAt = this.#surroundings.clock.now()
    this.#state = state
    this.#changed(this)
  }
}

export function driverKey({ driverId, attempt }: { readonly driverId: string; readonly attempt: number }): string {
  return `${driverId}#${attempt}`
}
