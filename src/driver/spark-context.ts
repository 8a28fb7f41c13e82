import type { Broadcast } from '../broadcast/index.js'
import { callSite, staysHome } from '../closure/index.js'
import { findManager } from '../cluster/index.js'
import {
  type ConfValue,
  LOG_CONF,
  LOG_FILE,
  LOG_LEVEL,
  LOG_STRUCTURED,
  SCHEDULER_MODE,
  SparkConf,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { firesteelVersion, launchHook } from '../common/index.js'
import { configureLogging, getLogger, type LogLevel, setLogLevel } from '../common/log/index.js'
import { type AccumulatorV2, CollectionAccumulator, DoubleAccumulator, LongAccumulator } from '../executor/index.js'
import type { SparkListener } from '../listener/index.js'
import type { RDD } from '../rdd/index.js'
import type { PendingReason, PoolState, SchedulingMode } from '../scheduler/index.js'
import { StatusTracker } from '../status/index.js'
import type { RddStorageSummary } from '../storage/index.js'
import { DriverRuntime } from './driver-runtime.js'
import { holdProcess } from './process-hold.js'
import { RddJobs } from './rdd-jobs.js'

/** What `SparkContext.create` takes instead of a `SparkConf`. */
export interface SparkContextOptions {
  readonly appName?: string
  readonly master?: string
  /** Further settings by key. */
  readonly conf?: Readonly<Record<string, ConfValue>>
}

let active: SparkContext | undefined
/** Those that have been started and not stopped. */
const running = new Set<SparkContext>()

/** The entry to Firesteel: a connection to executors, from which RDDs are made. One at a time in a process. */
export class SparkContext extends RddJobs {
  readonly startTime = Date.now()
  readonly [staysHome] = 'the SparkContext cannot be used inside a task: it lives in the driver'
  /** @internal */
  readonly runtime: DriverRuntime
  readonly #site: string
  #starting: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #forgetStop: (() => void) | undefined

  private constructor(runtime: DriverRuntime, site: string) {
    super()
    // As Spark's users write it: types forbid it, plain JavaScript does not.
    if (!(runtime instanceof DriverRuntime)) throw new FiresteelError('FS_CONTEXT_CONSTRUCTOR')
    this.runtime = runtime
    this.#site = site
  }

  /**
   * Starts an application. The master and other settings come from here, from `spark-submit`, or from defaults.
   * @throws FS_CONTEXT_ALREADY_RUNNING, FS_CONTEXT_MASTER_URL, FS_CONF_VALUE
   */
  static async create(options: SparkConf | SparkContextOptions = {}): Promise<SparkContext> {
    const site = callSite('create')
    const conf = options instanceof SparkConf ? options.clone() : confOf(options)
    const manager = await findManager(conf, process.cwd())
    if (active !== undefined && !conf.getBoolean('spark.driver.allowMultipleContexts', false)) {
      throw new FiresteelError('FS_CONTEXT_ALREADY_RUNNING', { appName: active.appName, site: active.#site })
    }
    reportSettings(conf)
    const context = new SparkContext(new DriverRuntime(conf, manager), site.short)
    active = context
    if (running.size === 0) process.on('beforeExit', stopAll)
    running.add(context)
    try {
      context.#starting = holdProcess(() => context.runtime.start())
      const launch = launchHook()
      launch?.report({ state: 'SUBMITTED' })
      await context.#starting
      launch?.report({ state: 'RUNNING', appId: context.applicationId })
      context.#forgetStop = launch?.onStop(() => context.stop())
    } catch (error) {
      // Why it could not start counts, not what else goes wrong then.
      await context.stop().catch(() => undefined)
      throw error
    }
    return context
  }

  /** The running context of this process, or a new one. */
  static async getOrCreate(options: SparkConf | SparkContextOptions = {}): Promise<SparkContext> {
    if (active === undefined) return SparkContext.create(options)
    const context = active
    await context.#starting
    return context
  }

  /** Version of Firesteel. */
  get version(): string {
    return firesteelVersion()
  }

  get appName(): string {
    return this.runtime.appName
  }

  get applicationId(): string {
    return this.runtime.applicationId
  }

  get master(): string {
    return this.runtime.master
  }

  get isStopped(): boolean {
    return this.runtime.isStopped
  }

  get isLocal(): boolean {
    return this.master === 'local' || this.master.startsWith('local[')
  }

  /** A copy of the settings. */
  getConf(): SparkConf {
    return this.runtime.conf.clone()
  }

  /** Sends a value to every executor once, however many tasks read it: `value` inside a task. */
  broadcast<T>(value: T): Broadcast<T> {
    this.runtime.assertRunning('broadcast()')
    return this.runtime.broadcast(value)
  }

  /** What is cached of each RDD. */
  getRDDStorageInfo(): RddStorageSummary[] {
    return this.runtime.storage.master.rddSummaries()
  }

  /** For each executor: bytes that cached blocks may take, and take. */
  getExecutorMemoryStatus(): Map<string, { maxBytes: number; usedBytes: number }> {
    const status = new Map<string, { maxBytes: number; usedBytes: number }>()
    for (const { executorId, maxMemoryBytes, memoryBytes } of this.runtime.storage.master.executorMemory()) {
      status.set(executorId, { maxBytes: maxMemoryBytes, usedBytes: memoryBytes })
    }
    return status
  }

  /** Sums integers that tasks add. */
  longAccumulator(name?: string): LongAccumulator {
    return this.register(new LongAccumulator(), name)
  }

  /** Sums numbers that tasks add. */
  doubleAccumulator(name?: string): DoubleAccumulator {
    return this.register(new DoubleAccumulator(), name)
  }

  /** Gathers what tasks add. */
  collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
    return this.register(new CollectionAccumulator<T>(), name)
  }

  /** Makes an accumulator of your own class known, so that it travels. */
  register<A extends AccumulatorV2<never, unknown>>(accumulator: A, name?: string): A {
    return this.runtime.registerAccumulator(accumulator, name)
  }

  get statusTracker(): StatusTracker {
    return new StatusTracker(this.runtime.status)
  }

  /** Why tasks wait, if any do: one entry for each stage that has nothing running. */
  pendingReasons(): readonly PendingReason[] {
    return this.runtime.shell.scheduler.pendingReasons()
  }

  /** How jobs that run at once share the slots: `spark.scheduler.mode`. */
  getSchedulingMode(): SchedulingMode {
    return this.runtime.conf.get(SCHEDULER_MODE)
  }

  /** The pools of the FAIR scheduler and how busy they are, by name; the default one alone under FIFO. */
  getAllPools(): PoolState[] {
    return this.runtime.shell.scheduler.pools()
  }

  /** A pool of that name, if it was in the allocation file or is in use. */
  getPoolForName(name: string): PoolState | undefined {
    return this.getAllPools().find((pool) => pool.name === name)
  }

  /** Changes how much the driver logs, as `spark.log.level` does from the start. */
  setLogLevel(level: LogLevel): void {
    setLogLevel(level)
  }

  getPersistentRDDs(): Map<number, RDD<unknown>> {
    return this.runtime.persistentRdds
  }

  /**
   * Takes the folder for checkpoints; the application's own go to a new folder in it. With executors on other machines it must be one that
   * all of them see.
   * @throws FS_IO_SCHEME, FS_IO_NOT_WRITABLE
   */
  setCheckpointDir(path: string): void {
    this.runtime.checkpoints.set(path)
  }

  /** The application's own folder for checkpoints. */
  getCheckpointDir(): string | undefined {
    return this.runtime.checkpointDir
  }

  /**
   * Sends a file, or with `recursive` a folder, to every executor that runs a later task: `SparkFiles.get(name)` is its path there and
   * here. `file:` and plain paths are sent; a `local:` path is on every machine already.
   * @throws FS_FILES_NOT_FOUND, FS_FILES_DIRECTORY, FS_FILES_SCHEME, FS_FILES_EXISTS
   */
  addFile(path: string, recursive = false): void {
    this.runtime.assertRunning('addFile()')
    this.runtime.files.addFile(path, recursive)
  }

  /**
   * As `addFile`, for an archive (.tgz, .tar.gz, .tar, .zip) that is unpacked: `SparkFiles.get(name)` is its folder. `path#name` names the
   * folder; else it has the archive's own name.
   * @throws also FS_FILES_KIND, FS_IO_ARCHIVE, FS_IO_CORRUPT
   */
  addArchive(path: string): void {
    this.runtime.assertRunning('addArchive()')
    this.runtime.files.addArchive(path)
  }

  /**
   * Makes a JavaScript file (.js, .mjs, .cjs) or an npm tarball known to the tasks of later jobs: `await import(name)` finds it, by the file's
   * name without its end, or by the package's. A tarball's own dependencies must be in it. The name is kept from Spark.
   * @throws as addArchive
   */
  addJar(path: string): void {
    this.runtime.assertRunning('addJar()')
    this.runtime.files.addJar(path)
  }

  /** URLs of what `addFile` added. */
  listFiles(): string[] {
    return this.runtime.files.list('file')
  }

  /** URLs of what `addArchive` added. */
  listArchives(): string[] {
    return this.runtime.files.list('archive')
  }

  /** URLs of what `addJar` added. */
  listJars(): string[] {
    return this.runtime.files.list('module')
  }

  addSparkListener(listener: SparkListener): void {
    this.runtime.bus.add(listener)
  }

  removeSparkListener(listener: SparkListener): void {
    this.runtime.bus.remove(listener)
  }

  /** Ends the application: jobs are cancelled, executors stopped, temporary folders removed. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= holdProcess(() => this.runtime.stop()).finally(() => {
      this.#forgetStop?.()
      if (active === this) active = undefined
      running.delete(this)
      if (running.size === 0) process.off('beforeExit', stopAll)
    })
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

/** The program has nothing left to do and did not stop its contexts: they end as they should, and the process after them. */
function stopAll(): void {
  for (const context of running) {
    context.stop().catch((error: unknown) => getLogger('SparkContext').error('it could not be stopped', { error }))
  }
}

/** Sets up the log as the settings say, then tells what is odd about them. */
function reportSettings(conf: SparkConf): void {
  configureLogging({ level: conf.get(LOG_LEVEL), structured: conf.get(LOG_STRUCTURED), file: conf.get(LOG_FILE) })
  const log = getLogger('SparkConf')
  for (const warning of conf.check()) log.warn(warning.text)
  if (conf.get(LOG_CONF)) log.info(`settings:\n${conf.toDebugString()}`)
}

function confOf(options: SparkContextOptions): SparkConf {
  const conf = new SparkConf()
  if (options.conf !== undefined) conf.setAll(options.conf)
  if (options.master !== undefined) conf.setMaster(options.master)
  if (options.appName !== undefined) conf.setAppName(options.appName)
  return conf
}
