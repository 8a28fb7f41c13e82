import { hostname, tmpdir } from 'node:os'
import type { Broadcast } from '../broadcast/index.js'
import { type CallSite, callSite } from '../closure/index.js'
import { localClusterManager, localManager } from '../cluster/local/index.js'
import {
  ARCHIVES,
  CHECKPOINT_DIR,
  CLEANER_CLEAN_CHECKPOINTS,
  CLEANER_PERIODIC_GC_INTERVAL,
  CLEANER_REFERENCE_TRACKING,
  CLEANER_REFERENCE_TRACKING_BLOCKING,
  CLEANER_REFERENCE_TRACKING_BLOCKING_SHUFFLE,
  CONSOLE_PROGRESS_INTERVAL,
  DRIVER_MAX_RESULT_SIZE,
  EXECUTOR_HEARTBEAT_INTERVAL,
  EXTRA_LISTENERS,
  FILES,
  FILES_OVERWRITE,
  IO_COMPRESSION_CODEC,
  JARS,
  JARS_FOLDERS,
  LOCAL_DIR,
  NETWORK_TIMEOUT,
  NETWORK_TIMEOUT_INTERVAL,
  SCHEDULER_POOL,
  SHOW_CONSOLE_PROGRESS,
  type SparkConf,
  STARVATION_TIMEOUT,
  TASK_CPUS,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { type ExecutorId, type RddId, rddId, type ShuffleId, shuffleId, systemClock } from '../common/index.js'
import { getLogger, terminal } from '../common/log/index.js'
import { type AccumulatorV2, Executor, executorOptions, isScript, setFilesRoot } from '../executor/index.js'
import { locate } from '../io/index.js'
import { ListenerBus } from '../listener/index.js'
import type { AnyRdd, CapturedFunction, JobRequest, RddContext, ShuffleDependencySpec } from '../rdd/index.js'
import type { RpcAddress, RpcEnvironment } from '../rpc/index.js'
import type {
  ClusterManager,
  ExecutorLossCause,
  ExecutorProvider,
  InProcessExecutor,
  ManagerContext,
} from '../scheduler/index.js'
import { compressionCodec } from '../serializer/index.js'
import { AppStatus } from '../status/index.js'
import { Accumulators } from './accumulators.js'
import { Checkpoints } from './checkpoints.js'
import { ConsoleProgress } from './console-progress.js'
import { ContextCleaner } from './context-cleaner.js'
import { DriverNetwork } from './driver-network.js'
import { DriverStorage } from './driver-storage.js'
import { EventFeed } from './event-feed.js'
import { ExecutorBackend } from './executor-backend.js'
import { ExecutorStarts } from './executor-starts.js'
import { ExecutorWatch } from './executor-watch.js'
import { extraListeners } from './extra-listeners.js'
import { captureFunction } from './function-capture.js'
import { jobDescriptionProperty, jobGroupProperty, LocalProperties } from './local-properties.js'
import { PendingWatch } from './pending-watch.js'
import { holdProcess } from './process-hold.js'
import { schedulerOptions } from './scheduler-settings.js'
import { SchedulerShell } from './scheduler-shell.js'
import { SharedFiles } from './shared-files.js'
import { sweepStaleFolders } from './stale-folders.js'
import { TemporaryFolders } from './temporary-folders.js'
import { withUserStack } from './user-stack.js'

const log = getLogger('SparkContext')
const managers: readonly ClusterManager[] = [localManager, localClusterManager]

/** One running application: wires scheduler, executors, listeners and the network, and does nothing else. */
export class DriverRuntime implements RddContext {
  readonly conf: SparkConf
  readonly applicationId: string
  readonly master: string
  readonly bus: ListenerBus
  readonly properties = new LocalProperties()
  readonly accumulators = new Accumulators()
  readonly status: AppStatus
  readonly backend: ExecutorBackend
  readonly shell: SchedulerShell
  readonly storage: DriverStorage
  readonly cleaner: ContextCleaner
  readonly checkpoints: Checkpoints
  readonly files: SharedFiles
  readonly #provider: ExecutorProvider
  readonly #network: DriverNetwork
  readonly #watch: ExecutorWatch
  readonly #pending: PendingWatch
  readonly #starts = new ExecutorStarts()
  readonly #folders: TemporaryFolders
  readonly #progress: ConsoleProgress
  readonly #refusedGroups = new Set<string>()
  readonly #persisted = new Map<RddId, WeakRef<AnyRdd>>()
  /** RDDs that the cleaner knows of, persisted now or once. */
  readonly #watched = new WeakSet<AnyRdd>()
  readonly #shuffles = new Map<ShuffleId, WeakRef<ShuffleDependencySpec>>()
  #nextRdd = 0
  #nextShuffle = 0
  #stoppedAt: string | undefined

  constructor(conf: SparkConf) {
    this.conf = conf
    this.master = conf.get('spark.master', 'local[*]')
    this.applicationId = `${this.master.startsWith('local') ? 'local' : 'app'}-${Date.now()}`
    conf.set('spark.app.id', this.applicationId)
    this.bus = new ListenerBus((error) =>
      log.warn(`a listener threw: ${error instanceof Error ? error.stack : String(error)}`),
    )
    this.status = new AppStatus(conf.getInt('spark.ui.retainedJobs', 1000))
    this.bus.add(this.status)
    // Refused here when this Node.js lacks it, and not by each task.
    compressionCodec(conf.get(IO_COMPRESSION_CODEC))
    const feed = new EventFeed(this.bus, () => systemClock.now())
    const base = conf.get(LOCAL_DIR) ?? [tmpdir()]
    this.#folders = new TemporaryFolders(base)
    this.#provider = this.#manager().create(this.#managerContext())
    const { needsNetwork } = this.#provider
    this.#network = new DriverNetwork(conf, { needsNetwork, applicationId: this.applicationId })
    const { rpc } = this.#network
    this.backend = this.#makeBackend()
    this.storage = new DriverStorage({ rpc, backend: this.backend, bus: this.bus, conf })
    this.shell = new SchedulerShell({
      backend: this.backend,
      clock: systemClock,
      maxResultBytes: conf.get(DRIVER_MAX_RESULT_SIZE),
      taskCpus: conf.get(TASK_CPUS),
      filesVersion: () => this.files.version,
      shuffle: (id) => this.#shuffles.get(id)?.deref(),
      onEffect: (effect, metricsOf) => feed.effect(effect, metricsOf),
      onAccepted: (_attempt, updates, isFirst) => this.accumulators.merge(updates, isFirst),
      scheduler: { ...schedulerOptions(conf, this.#provider, process.env), cache: this.storage },
    })
    this.cleaner = this.#makeCleaner()
    this.files = new SharedFiles({
      rpc,
      localDir: this.#folders.paths[0] as string,
      overwrite: conf.get(FILES_OVERWRITE),
    })
    this.checkpoints = new Checkpoints({
      conf,
      isCached: (rdd, partition) => this.storage.locations(rddId(rdd), partition).length > 0,
      onWritten: (rdd, directory) => {
        if (conf.get(CLEANER_CLEAN_CHECKPOINTS)) this.cleaner.watch(rdd, { kind: 'checkpoint', directory })
      },
    })
    this.#progress = new ConsoleProgress(terminal(), this.status, () => this.shell.scheduler.pendingReasons())
    this.#watch = new ExecutorWatch(this.backend, this.#provider, {
      timeoutMs: conf.get(NETWORK_TIMEOUT),
      intervalMs: Math.min(
        conf.get(NETWORK_TIMEOUT_INTERVAL),
        conf.get(EXECUTOR_HEARTBEAT_INTERVAL),
        conf.get(NETWORK_TIMEOUT) / 2,
      ),
    })
    this.#pending = new PendingWatch({
      clock: systemClock,
      afterMs: conf.get(STARVATION_TIMEOUT),
      isWaiting: () => this.shell.isWaiting,
      reasons: () => this.shell.scheduler.pendingReasons(),
      warn: (line) => log.warn(line),
    })
  }

  get appName(): string {
    return this.conf.get('spark.app.name', 'firesteel')
  }

  get isStopped(): boolean {
    return this.#stoppedAt !== undefined
  }

  get defaultParallelism(): number {
    const slots = this.#provider.expectedSlots
    return this.conf.getInt('spark.default.parallelism', this.#provider.needsNetwork ? Math.max(2, slots) : slots)
  }

  get defaultMinPartitions(): number {
    return Math.min(this.defaultParallelism, 2)
  }

  /** Where the driver listens; undefined when its executors live in its own process. */
  get address(): RpcAddress | undefined {
    return this.#network.address
  }

  async start(): Promise<void> {
    const checkpointDir = this.conf.get(CHECKPOINT_DIR)
    if (checkpointDir !== undefined) this.checkpoints.set(checkpointDir)
    this.#folders.create()
    void sweepOnce(this.#folders.bases)
    setFilesRoot(this.files.root)
    this.#addConfigured()
    this.cleaner.start()
    for (const listener of await extraListeners(this.conf.get(EXTRA_LISTENERS), process.cwd())) this.bus.add(listener)
    await this.#network.listen()
    if (this.#provider.needsNetwork) this.#watch.start()
    this.#pending.start()
    if (terminal().isInteractive && (this.conf.get(SHOW_CONSOLE_PROGRESS) ?? true))
      this.#progress.start(this.conf.get(CONSOLE_PROGRESS_INTERVAL))
    this.bus.post(() => ({
      type: 'applicationStart',
      time: systemClock.now(),
      appId: this.applicationId,
      appName: this.appName,
      user: process.env.USER ?? '',
      master: this.master,
    }))
    await this.#provider.start()
  }

  async stop(): Promise<void> {
    this.#stoppedAt = callSite('stop').short
    this.shell.stop('the SparkContext was stopped')
    this.cleaner.stop()
    this.#watch.stop()
    this.#pending.stop()
    this.#progress.stop()
    this.bus.post(() => ({ type: 'applicationEnd', time: systemClock.now() }))
    await this.#provider.stop()
    this.storage.close()
    await this.#network.close()
    this.#folders.remove()
  }

  // --- for RDDs

  newRddId(): RddId {
    return rddId(this.#nextRdd++)
  }

  newShuffleId(): ShuffleId {
    return shuffleId(this.#nextShuffle++)
  }

  capture(f: unknown, operation: string, site?: CallSite): CapturedFunction {
    const captured = captureFunction(f, operation, site)
    const handles = captured.closures.flatMap((closure) => closure.handles)
    return { ref: captured.ref, closures: [...this.accumulators.factoriesOf(handles), ...captured.closures] }
  }

  callSite(operation: string): CallSite {
    return callSite(operation)
  }

  assertRunning(what: string): void {
    if (this.#stoppedAt !== undefined)
      throw new FiresteelError('FS_CONTEXT_STOPPED', { what, stoppedAt: this.#stoppedAt })
  }

  runJob(request: JobRequest): Promise<void> {
    return holdProcess(() => this.#runJob(request))
  }

  async #runJob(request: JobRequest): Promise<void> {
    this.assertRunning(`${request.operation}()`)
    const site = request.site ?? callSite(request.operation)
    const { tags } = this.properties
    const properties = { ...this.#ownPool, ...this.properties.all }
    const group = properties[jobGroupProperty]
    if (group !== undefined && this.#refusedGroups.has(group)) {
      throw new FiresteelError('FS_JOB_CANCELLED', {
        jobId: '(not started)',
        reason: `job group ${group} was cancelled with its future jobs`,
      })
    }
    try {
      await this.shell.run(request, {
        properties,
        tags,
        group,
        description: properties[jobDescriptionProperty] ?? site.short,
        callSite: site.short,
      })
      const ancestorsToo = properties['spark.checkpoint.checkpointAllMarkedAncestors'] === 'true'
      await this.checkpoints.afterJob(request.rdd, { site, ancestorsToo })
    } catch (error) {
      throw withUserStack(error, site)
    }
  }

  persistRdd(rdd: AnyRdd): void {
    if (!this.#watched.has(rdd)) this.cleaner.watch(rdd, { kind: 'rdd', id: rdd.id })
    this.#watched.add(rdd)
    this.#persisted.set(rdd.id, new WeakRef(rdd))
    this.storage.persist(rdd.id)
  }

  async unpersistRdd({ id }: { readonly id: RddId }, blocking: boolean): Promise<void> {
    this.#persisted.delete(id)
    const removed = this.storage.unpersist(id)
    if (blocking) await holdProcess(() => removed)
    this.bus.post(() => ({ type: 'unpersistRdd', time: systemClock.now(), rddId: id }))
  }

  get persistentRdds(): Map<number, AnyRdd> {
    const rdds = new Map<number, AnyRdd>()
    for (const [id, reference] of this.#persisted) {
      const rdd = reference.deref()
      if (rdd !== undefined) rdds.set(id, rdd)
    }
    return rdds
  }

  registerShuffle(shuffle: ShuffleDependencySpec): void {
    this.#shuffles.set(shuffle.shuffleId, new WeakRef(shuffle))
    this.cleaner.watch(shuffle, { kind: 'shuffle', id: shuffle.shuffleId })
  }

  broadcast<T>(value: T): Broadcast<T> {
    const broadcast = this.storage.broadcast(value)
    this.cleaner.watch(broadcast, { kind: 'broadcast', id: broadcast.id })
    return broadcast
  }

  registerAccumulator<A extends AccumulatorV2<never, unknown>>(accumulator: A, name?: string): A {
    const registered = this.accumulators.register(accumulator, name)
    this.cleaner.watch(registered, { kind: 'accumulator', id: registered.id as number })
    return registered
  }

  get checkpointDir(): string | undefined {
    return this.checkpoints.directory
  }

  /** Jobs of this group are refused from now on. */
  refuseGroup(group: string): void {
    this.#refusedGroups.add(group)
  }

  /** The pool of jobs that choose none, where the settings name one. */
  get #ownPool(): Readonly<Record<string, string>> {
    return this.conf.contains(SCHEDULER_POOL) ? { [SCHEDULER_POOL.key]: this.conf.get(SCHEDULER_POOL) } : {}
  }

  // --- wiring

  /** What `spark.files`, `spark.archives` and `spark.jars` name. The tarballs of a submitted program have been installed. */
  #addConfigured(): void {
    const { conf, files } = this
    for (const path of conf.get(FILES)) files.addFile(path, true)
    for (const path of conf.get(ARCHIVES)) files.addArchive(path)
    const folders = conf.get(JARS_FOLDERS)
    for (const folder of folders) files.addModules(folder)
    for (const path of conf.get(JARS)) if (folders.length === 0 || isScript(path)) files.addJar(path)
  }

  #makeCleaner(): ContextCleaner {
    const { conf } = this
    const blocking = conf.get(CLEANER_REFERENCE_TRACKING_BLOCKING)
    const blockingShuffle = conf.get(CLEANER_REFERENCE_TRACKING_BLOCKING_SHUFFLE)
    return new ContextCleaner({
      isOn: conf.get(CLEANER_REFERENCE_TRACKING),
      gcIntervalMs: conf.get(CLEANER_PERIODIC_GC_INTERVAL),
      isBlocking: (kind) => (kind === 'shuffle' ? blockingShuffle : blocking),
      removers: {
        rdd: ({ id }) => this.unpersistRdd({ id: rddId(id) }, blocking),
        shuffle: ({ id }) => this.#removeShuffle(shuffleId(id)),
        broadcast: ({ id }) => this.storage.destroyBroadcast(id),
        accumulator: ({ id }) => this.accumulators.forget(id),
        checkpoint: ({ directory }) => locate(directory).fileSystem.remove(directory),
      },
    })
  }

  #removeShuffle(id: ShuffleId): void {
    this.#shuffles.delete(id)
    if (this.shell.removeShuffle(id)) this.backend.sendAll('forgetShuffle', { shuffleId: id })
  }

  #manager(): ClusterManager {
    const manager = managers.find((candidate) => candidate.claims(this.master))
    if (manager === undefined) throw new FiresteelError('FS_CONTEXT_MASTER_URL', { url: this.master })
    return manager
  }

  #makeBackend(): ExecutorBackend {
    const { bus } = this
    const time = (): number => systemClock.now()
    return new ExecutorBackend(
      this.#network.rpc,
      {
        added: ({ id, info }) => {
          this.#starts.registered(id)
          this.#provider.registered?.(id)
          this.storage.executorAdded(info)
          const { host, slots, memoryBytes } = info
          bus.post(() => ({ type: 'executorAdded', time: time(), executorId: id, host, slots, memoryBytes }))
          this.shell.handle({ type: 'executorAdded', executorId: id, host, slots })
        },
        lost: (id, cause) => {
          this.storage.executorLost(id)
          if (this.isStopped) return
          const running = this.shell.runningOn(id)
          const tasks = running.length === 0 ? 'no task was running there' : `running there: task ${running.join(', ')}`
          log.warn(`lost executor ${id}: ${cause.message} (${cause.code}); ${tasks}`)
          const { code, message } = cause
          bus.post(() => ({
            type: 'executorRemoved',
            time: time(),
            executorId: id,
            cause: code,
            reason: message,
            running,
          }))
          this.shell.handle({ type: 'executorLost', executorId: id, cause, outputsLost: true })
        },
        statuses: (executor, statuses, attachments) => this.shell.taskStatuses(executor, statuses, attachments),
        heartbeat: (executor, { heapBytes, rssBytes, storageBytes, running }) => {
          const metrics = { heapBytes, rssBytes, storageBytes, running }
          bus.post(() => ({ type: 'executorMetricsUpdate', time: time(), executorId: executor.id, ...metrics }))
          this.shell.executorReport(executor.id, running)
        },
        mapOutputs: (id) => this.shell.mapOutputs(id),
        canCommit: (request) => this.shell.canCommit(request),
      },
      () => performance.now(),
    )
  }

  #managerContext(): ManagerContext {
    return {
      masterUrl: this.master,
      appId: this.applicationId,
      appName: this.appName,
      conf: this.conf,
      security: () => this.#network.security,
      localDirs: this.#folders.paths,
      driverAddress: () => this.#network.address as RpcAddress,
      executorSettings: () => Object.fromEntries(this.conf.getAllButSecrets()),
      executorEnvironment: () => this.#executorEnvironment(),
      startInProcess: (options) => this.#startInProcess(options),
      executorStarting: (id) => {
        this.#starts.starting(id)
        this.#noteStarts()
      },
      executorEnded: (id, cause) => this.#executorEnded(id, cause),
      noMoreExecutors: (message) => this.shell.handle({ type: 'noMoreExecutors', message }),
      log: (level, message) => log[level](message),
      print: (line) => terminal().writeLine(line),
    }
  }

  #executorEnvironment(): Record<string, string | undefined> {
    return { ...process.env, ...Object.fromEntries(this.conf.getExecutorEnv()) }
  }

  #executorEnded(id: ExecutorId, cause: ExecutorLossCause): void {
    if (this.backend.get(id) === undefined && !this.backend.isGone(id)) {
      if (this.#starts.ended(id, cause)) log.warn(`executor ${id} ended before it registered: ${cause.message}`)
      this.#noteStarts()
    }
    this.backend.lose(id, cause)
  }

  /** A waiting job is told of executors that are on their way, and of those that never came. */
  #noteStarts(): void {
    this.shell.handle({ type: 'executorsAwaited', note: this.#starts.note })
  }

  async #startInProcess(options: InProcessExecutor): Promise<{ stop(): Promise<void> }> {
    const rpc = this.#network.executorRpc as RpcEnvironment
    const driver = await rpc.connect({ host: 'in-process', port: 1 })
    const place = {
      ...options,
      host: hostname(),
      localDirs: this.#folders.paths,
      environment: this.#executorEnvironment(),
    }
    const executor = new Executor(executorOptions(this.conf, place), rpc, driver)
    await executor.start()
    return executor
  }
}

let hasSwept = false

/** Once in a process is enough: what it leaves itself it removes itself. */
async function sweepOnce(bases: readonly string[]): Promise<void> {
  if (hasSwept) return
  hasSwept = true
  for (const path of await sweepStaleFolders(bases)) log.info(`removed ${path}, left by a driver that was killed`)
}
