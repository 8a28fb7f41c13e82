import { tmpdir } from 'node:os'
import type { Broadcast } from '../broadcast/index.js'
import { type CallSite, callSite } from '../closure/index.js'
import {
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
  FILES_OVERWRITE,
  IO_COMPRESSION_CODEC,
  LOCAL_DIR,
  NETWORK_TIMEOUT,
  NETWORK_TIMEOUT_INTERVAL,
  type SparkConf,
  STARVATION_TIMEOUT,
  TASK_CPUS,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { type RddId, rddId, type ShuffleId, shuffleId, systemClock } from '../common/index.js'
import { getLogger, terminal } from '../common/log/index.js'
import { type AccumulatorV2, setFilesRoot } from '../executor/index.js'
import { locate } from '../io/index.js'
import { ListenerBus } from '../listener/index.js'
import type { AnyRdd, CapturedFunction, JobRequest, RddContext, ShuffleDependencySpec } from '../rdd/index.js'
import type { RpcAddress } from '../rpc/index.js'
import type { ClusterManager, ExecutorProvider } from '../scheduler/index.js'
import { compressionCodec } from '../serializer/index.js'
import { AppStatus } from '../status/index.js'
import { Accumulators } from './accumulators.js'
import { Checkpoints } from './checkpoints.js'
import { addConfiguredFiles } from './configured-files.js'
import { ConsoleProgress, showsProgress } from './console-progress.js'
import { ContextCleaner } from './context-cleaner.js'
import { DriverNetwork } from './driver-network.js'
import { DriverStorage } from './driver-storage.js'
import { EventFeed } from './event-feed.js'
import { ExecutorBackend } from './executor-backend.js'
import { ExecutorLifecycle } from './executor-lifecycle.js'
import { ExecutorWatch } from './executor-watch.js'
import { extraListeners } from './extra-listeners.js'
import { captureFunction } from './function-capture.js'
import { JobRunner } from './job-runner.js'
import { LocalProperties } from './local-properties.js'
import { managerContext } from './manager-context.js'
import { PendingWatch } from './pending-watch.js'
import { holdProcess } from './process-hold.js'
import { RddRegistry } from './rdd-registry.js'
import { schedulerOptions } from './scheduler-settings.js'
import { SchedulerShell } from './scheduler-shell.js'
import { SharedFiles } from './shared-files.js'
import { sweepOnce } from './stale-folders.js'
import { TemporaryFolders } from './temporary-folders.js'

const log = getLogger('SparkContext')

/** One running application: wires scheduler, executors, listeners and the network, and does nothing else. */
export class DriverRuntime implements RddContext {
  readonly conf: SparkConf
  #applicationId: string
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
  readonly #lifecycle = new ExecutorLifecycle()
  readonly #jobs: JobRunner
  readonly #folders: TemporaryFolders
  readonly #progress: ConsoleProgress
  readonly #rdds: RddRegistry
  #stoppedAt: string | undefined

  constructor(conf: SparkConf, manager: ClusterManager) {
    this.conf = conf
    this.master = conf.get('spark.master', 'local[*]')
    this.#applicationId = `${this.master.startsWith('local') ? 'local' : 'app'}-${Date.now()}`
    conf.set('spark.app.id', this.applicationId)
    this.bus = new ListenerBus((error) =>
      log.warn(`a listener threw: ${error instanceof Error ? error.stack : String(error)}`),
    )
    this.status = new AppStatus(conf.getInt('spark.ui.retainedJobs', 1000))
    this.bus.add(this.status)
    // Refused here when this Node.js lacks it, and not by each task.
    compressionCodec(conf.get(IO_COMPRESSION_CODEC))
    const feed = new EventFeed(this.bus, () => systemClock.now())
    // As in Spark, the administrator's variable is stronger than the setting.
    const localDirs = process.env.SPARK_LOCAL_DIRS?.split(',').filter((folder) => folder !== '') ?? []
    const base = localDirs.length > 0 ? localDirs : (conf.get(LOCAL_DIR) ?? [tmpdir()])
    this.#folders = new TemporaryFolders(base)
    this.#provider = manager.create(
      managerContext({
        masterUrl: this.master,
        appId: this.applicationId,
        appName: this.appName,
        conf,
        localDirs: this.#folders.paths,
        network: () => this.#network,
        word: this.#lifecycle,
      }),
    )
    const { needsNetwork, keepsClusterSecret } = this.#provider
    this.#network = new DriverNetwork(conf, {
      needsNetwork,
      keepsClusterSecret,
      applicationId: this.applicationId,
    })
    const { rpc } = this.#network
    this.backend = new ExecutorBackend(rpc, this.#lifecycle, () => performance.now())
    this.storage = new DriverStorage({ rpc, backend: this.backend, bus: this.bus, conf })
    this.shell = new SchedulerShell({
      backend: this.backend,
      clock: systemClock,
      maxResultBytes: conf.get(DRIVER_MAX_RESULT_SIZE),
      taskCpus: conf.get(TASK_CPUS),
      filesVersion: () => this.files.version,
      // An executor in this process imports what the program imports.
      onClosures: (closures) => {
        if (needsNetwork)
          this.files.addReferred(
            closures.flatMap((one) => [...one.modules, ...one.imports.map(({ module }) => module)]),
          )
      },
      shuffle: (id) => this.#rdds.shuffle(id),
      onEffect: (effect, metricsOf) => feed.effect(effect, metricsOf),
      onAccepted: (_attempt, updates, isFirst) => this.accumulators.merge(updates, isFirst),
      scheduler: { ...schedulerOptions(conf, this.#provider, process.env), cache: this.storage },
    })
    this.cleaner = this.#makeCleaner()
    this.#rdds = new RddRegistry(this.cleaner)
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
    this.#jobs = new JobRunner({
      conf,
      properties: this.properties,
      shell: this.shell,
      checkpoints: this.checkpoints,
    })
    this.#lifecycle.introduce({
      bus: this.bus,
      provider: this.#provider,
      backend: this.backend,
      storage: this.storage,
      shell: this.shell,
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

  /** Made here, unless the cluster gives one at the start. */
  get applicationId(): string {
    return this.#applicationId
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
    addConfiguredFiles(this.files, this.conf)
    this.cleaner.start()
    for (const listener of await extraListeners(this.conf.get(EXTRA_LISTENERS), process.cwd())) this.bus.add(listener)
    await this.#network.listen(await this.#provider.ownAddress?.())
    if (this.#provider.needsNetwork) this.#watch.start()
    this.#pending.start()
    if (showsProgress(terminal(), this.conf)) this.#progress.start(this.conf.get(CONSOLE_PROGRESS_INTERVAL))
    const registered = await this.#provider.register?.()
    if (registered !== undefined) {
      this.#applicationId = registered.applicationId
      this.conf.set('spark.app.id', registered.applicationId)
    }
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
    this.#lifecycle.stop()
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
    return this.#rdds.newRddId()
  }

  newShuffleId(): ShuffleId {
    return this.#rdds.newShuffleId()
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
    return holdProcess(async () => {
      this.assertRunning(`${request.operation}()`)
      await this.#jobs.run(request)
    })
  }

  persistRdd(rdd: AnyRdd): void {
    this.#rdds.addPersisted(rdd)
    this.storage.persist(rdd.id)
  }

  async unpersistRdd({ id }: { readonly id: RddId }, blocking: boolean): Promise<void> {
    this.#rdds.removePersisted(id)
    const removed = this.storage.unpersist(id)
    if (blocking) await holdProcess(() => removed)
    this.bus.post(() => ({ type: 'unpersistRdd', time: systemClock.now(), rddId: id }))
  }

  get persistentRdds(): Map<number, AnyRdd> {
    return this.#rdds.persisted
  }

  registerShuffle(shuffle: ShuffleDependencySpec): void {
    this.#rdds.addShuffle(shuffle)
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
    this.#jobs.refuseGroup(group)
  }

  // --- wiring

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
    this.#rdds.removeShuffle(id)
    if (this.shell.removeShuffle(id)) this.backend.sendAll('forgetShuffle', { shuffleId: id })
  }
}
