import { randomBytes, randomUUID } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CallSite, callSite, staysHome } from '../closure/index.js'
import { localClusterManager, localManager } from '../cluster/local/index.js'
import {
  APP_NAME,
  type ConfValue,
  DRIVER_BIND_ADDRESS,
  DRIVER_MAX_RESULT_SIZE,
  DRIVER_PORT,
  LOCAL_DIR,
  NETWORK_TIMEOUT,
  PORT_MAX_RETRIES,
  RPC_MESSAGE_MAX_SIZE,
  SparkConf,
  STAGE_MAX_CONSECUTIVE_ATTEMPTS,
  TASK_CPUS,
  TASK_MAX_FAILURES,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { type ExecutorId, rddId, type RddId, type ShuffleId, shuffleId, systemClock } from '../common/index.js'
import { Executor, executorOptions } from '../executor/index.js'
import { planSplits } from '../io/index.js'
import { type AnyRdd, type CapturedFunction, type JobRequest, RDD, type RddContext, type RddSpec, unionSpec } from '../rdd/index.js'
import { createInProcessPair, createNetworkRpc, type RpcEnvironment, type RpcServer } from '../rpc/index.js'
import type { ClusterManager, ExecutorLossCause, ExecutorProvider, InProcessExecutor, ManagerContext } from '../scheduler/index.js'
import { encodeBatch } from '../serializer/index.js'
import { ExecutorBackend } from './executor-backend.js'
import { captureFunction } from './function-capture.js'
import { SchedulerShell } from './scheduler-shell.js'

/** What `SparkContext.create` takes instead of a `SparkConf`. */
export interface SparkContextOptions {
  readonly appName?: string
  readonly master?: string
  /** Further settings by key. */
  readonly conf?: Readonly<Record<string, ConfValue>>
}

const managers: readonly ClusterManager[] = [localManager, localClusterManager]

let active: SparkContext | undefined

/** The entry to Firesteel: a connection to executors, from which RDDs are made. One at a time in a process. */
export class SparkContext implements RddContext {
  readonly conf: SparkConf
  readonly applicationId: string
  readonly startTime = Date.now()
  readonly [staysHome] = 'the SparkContext cannot be used inside a task: it lives in the driver'
  readonly #site: CallSite
  readonly #provider: ExecutorProvider
  readonly #rpc: RpcEnvironment
  readonly #backend: ExecutorBackend
  readonly #shell: SchedulerShell
  readonly #localDirs: readonly string[]
  readonly #secret = randomBytes(32)
  readonly #executorRpc: RpcEnvironment | undefined
  #server: RpcServer | undefined
  #inProcess: Executor | undefined
  #nextRdd = 0
  #nextShuffle = 0
  #stoppedAt: string | undefined
  #stopping: Promise<void> | undefined
  #checkpointDir: string | undefined

  private constructor(conf: SparkConf, site: CallSite) {
    this.conf = conf
    this.#site = site
    conf.setIfMissing('spark.master', 'local[*]')
    const master = conf.get('spark.master', 'local[*]')
    conf.setIfMissing('spark.app.name', conf.get(APP_NAME) ?? 'firesteel')
    this.applicationId = `${master.startsWith('local') ? 'local' : 'app'}-${Date.now()}`
    conf.set('spark.app.id', this.applicationId)
    const manager = managers.find((candidate) => candidate.claims(master))
    if (manager === undefined) throw new FiresteelError('FS_CONTEXT_MASTER_URL', { url: master })
    const base = (conf.get(LOCAL_DIR) as readonly string[] | undefined) ?? [tmpdir()]
    this.#localDirs = base.map((folder) => join(folder, `firesteel-${randomUUID()}`))
    this.#provider = manager.create(this.#managerContext(master))
    if (this.#provider.needsNetwork) {
      this.#rpc = createNetworkRpc({
        name: 'driver',
        secret: this.#secret,
        maxMessageBytes: conf.get(RPC_MESSAGE_MAX_SIZE),
        keepAlive: false,
      })
    } else {
      const [driver, executors] = createInProcessPair({ left: { name: 'driver' }, right: { name: 'executor' } })
      this.#rpc = driver
      this.#executorRpc = executors
    }
    this.#backend = this.#makeBackend()
    this.#shell = new SchedulerShell({
      backend: this.#backend,
      clock: systemClock,
      maxResultBytes: conf.get(DRIVER_MAX_RESULT_SIZE),
      taskCpus: conf.get(TASK_CPUS),
      onEffect: () => undefined,
      onAccepted: () => undefined,
      scheduler: {
        maxTaskFailures: this.#provider.maxTaskFailures ?? conf.get(TASK_MAX_FAILURES),
        maxConsecutiveStageAttempts: conf.get(STAGE_MAX_CONSECUTIVE_ATTEMPTS),
        taskCpus: conf.get(TASK_CPUS),
      },
    })
  }

  /**
   * Starts an application. The master and other settings come from here, from `spark-submit`, or from defaults.
   * @throws FS_CONTEXT_ALREADY_RUNNING, FS_CONTEXT_MASTER_URL, FS_CONF_VALUE
   */
  static async create(options: SparkConf | SparkContextOptions = {}): Promise<SparkContext> {
    const site = callSite('create')
    const conf = options instanceof SparkConf ? options.clone() : confOf(options)
    if (active !== undefined && !conf.getBoolean('spark.driver.allowMultipleContexts', false)) {
      throw new FiresteelError('FS_CONTEXT_ALREADY_RUNNING', { appName: active.appName, site: active.#site.short })
    }
    conf.check()
    const context = new SparkContext(conf, site)
    active = context
    try {
      await context.#start()
    } catch (error) {
      await context.stop()
      throw error
    }
    return context
  }

  /** The running context of this process, or a new one. */
  static async getOrCreate(options: SparkConf | SparkContextOptions = {}): Promise<SparkContext> {
    return active ?? SparkContext.create(options)
  }

  get appName(): string {
    return this.conf.get('spark.app.name', 'firesteel')
  }

  get master(): string {
    return this.conf.get('spark.master', 'local[*]')
  }

  get isStopped(): boolean {
    return this.#stoppedAt !== undefined
  }

  get isLocal(): boolean {
    return this.master === 'local' || this.master.startsWith('local[')
  }

  get defaultParallelism(): number {
    return this.conf.getInt('spark.default.parallelism', Math.max(this.#provider.needsNetwork ? 2 : 1, this.#provider.expectedSlots))
  }

  get defaultMinPartitions(): number {
    return Math.min(this.defaultParallelism, 2)
  }

  get checkpointDir(): string | undefined {
    return this.#checkpointDir
  }

  setCheckpointDir(path: string): void {
    this.#checkpointDir = path
  }

  // --- making RDDs

  /** An RDD of the values, in order, in slices whose sizes differ by one at most. */
  parallelize<T>(values: Iterable<T>, numSlices: number = this.defaultParallelism): RDD<T> {
    const all = Array.isArray(values) ? (values as readonly T[]) : [...values]
    const cut = (slice: number): number => Math.floor((slice * all.length) / numSlices)
    const encoded: Uint8Array[] = []
    return this.#rdd<T>({
      operation: 'parallelize',
      operator: { op: 'values' },
      inputs: [],
      numPartitions: numSlices,
      attachment: (p) => {
        encoded[p] ??= encodeBatch(all.slice(cut(p), cut(p + 1)))
        return encoded[p]
      },
    })
  }

  /** Numbers from `start` up to, not including, `end`. Only the bounds travel. */
  range(start: number, end?: number, step = 1, numSlices: number = this.defaultParallelism): RDD<number> {
    const [from, to] = end === undefined ? [0, start] : [start, end]
    const count = Math.max(0, Math.ceil((to - from) / step))
    const cut = (slice: number): number => Math.floor((slice * count) / numSlices)
    return this.#rdd<number>({
      operation: 'range',
      operator: { op: 'range' },
      inputs: [],
      numPartitions: numSlices,
      tree: (p) => ({ index: p, split: { start: from + cut(p) * step, count: cut(p + 1) - cut(p), step } }),
    })
  }

  emptyRDD<T>(): RDD<T> {
    return this.#rdd<T>({ operation: 'emptyRDD', operator: { op: 'values' }, inputs: [], numPartitions: 0 })
  }

  /** Lines of text files: a path, a directory, a pattern, or several with commas between. */
  textFile(path: string, minPartitions: number = this.defaultMinPartitions): RDD<string> {
    let splits: ReturnType<typeof planSplits> | undefined
    const planned = (): ReturnType<typeof planSplits> => {
      splits ??= planSplits(path, { minPartitions })
      return splits
    }
    return this.#rdd<string>({
      operation: 'textFile',
      name: path,
      operator: { op: 'files', format: 'text' },
      inputs: [],
      numPartitions: () => planned().length,
      tree: (p) => ({ index: p, split: planned()[p] }),
    })
  }

  union<T>(rdds: readonly RDD<T>[]): RDD<T> {
    return rdds.length === 0 ? this.emptyRDD() : this.#rdd<T>(unionSpec(rdds))
  }

  /** Ends the application: jobs are cancelled, executors stopped, temporary folders removed. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  // --- for RDDs

  newRddId(): RddId {
    return rddId(this.#nextRdd++)
  }

  newShuffleId(): ShuffleId {
    return shuffleId(this.#nextShuffle++)
  }

  capture(f: unknown, operation: string, site?: CallSite): CapturedFunction {
    return captureFunction(f, operation, site)
  }

  callSite(operation: string): CallSite {
    return callSite(operation)
  }

  assertRunning(what: string): void {
    if (this.#stoppedAt !== undefined) throw new FiresteelError('FS_CONTEXT_STOPPED', { what, stoppedAt: this.#stoppedAt })
  }

  async runJob(request: JobRequest): Promise<void> {
    this.assertRunning(`${request.operation}()`)
    const site = callSite(request.operation)
    await this.#shell.run(request, { properties: {}, tags: [], description: request.operation, callSite: site.short })
  }

  persistRdd(_rdd: AnyRdd): void {}

  async unpersistRdd(rdd: AnyRdd, _blocking: boolean): Promise<void> {
    this.#backend.sendAll('removeRdd', { rddId: rdd.id })
  }

  registerShuffle(_shuffleId: ShuffleId, _owner: object): void {}

  // --- inside

  #rdd<T>(spec: RddSpec): RDD<T> {
    return new RDD<T>(this, spec)
  }

  async #start(): Promise<void> {
    for (const folder of this.#localDirs) mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (this.#provider.needsNetwork) {
      this.#server = await this.#rpc.listen({
        host: this.conf.get(DRIVER_BIND_ADDRESS) ?? '127.0.0.1',
        port: this.conf.get(DRIVER_PORT),
        portRetries: this.conf.get(PORT_MAX_RETRIES),
      })
    } else await this.#rpc.listen()
    await this.#provider.start()
  }

  async #stop(): Promise<void> {
    this.#stoppedAt = this.#site.short
    this.#shell.stop('the SparkContext was stopped')
    await this.#provider.stop()
    await this.#rpc.close()
    await this.#executorRpc?.close()
    for (const folder of this.#localDirs) rmSync(folder, { recursive: true, force: true })
    if (active === this) active = undefined
  }

  #makeBackend(): ExecutorBackend {
    return new ExecutorBackend(
      this.#rpc,
      {
        added: ({ id, info }) => this.#shell.handle({ type: 'executorAdded', executorId: id, host: info.host, slots: info.slots }),
        lost: (id, cause) => this.#shell.handle({ type: 'executorLost', executorId: id, cause, outputsLost: true }),
        status: (executor, status, attachments) => this.#shell.taskStatus(executor, status, attachments),
        heartbeat: () => undefined,
        mapOutputs: (id) => this.#shell.mapOutputs(id),
        canCommit: (request) => this.#shell.canCommit(request),
        blocks: () => undefined,
        other: (method) => {
          throw new Error(`${method} is not served`)
        },
      },
      () => systemClock.now(),
    )
  }

  #managerContext(masterUrl: string): ManagerContext {
    return {
      masterUrl,
      appId: this.applicationId,
      appName: this.appName,
      conf: this.conf,
      secret: this.#secret.toString('base64'),
      localDirs: this.#localDirs,
      driverAddress: () => (this.#server as RpcServer).address,
      executorSettings: () => Object.fromEntries(this.conf.getAll()),
      startInProcess: (options) => this.#startInProcess(options),
      executorEnded: (id: ExecutorId, cause: ExecutorLossCause) => this.#backend.lose(id, cause),
      noMoreExecutors: (message) => this.#shell.handle({ type: 'noMoreExecutors', message }),
      log: () => undefined,
    }
  }

  async #startInProcess(options: InProcessExecutor): Promise<{ stop(): Promise<void> }> {
    const rpc = this.#executorRpc as RpcEnvironment
    const driver = await rpc.connect({ host: 'in-process', port: 1 })
    const place = {
      ...options,
      host: hostname(),
      localDirs: this.#localDirs,
      environment: process.env,
      fetchBroadcast: () => Promise.reject(new Error('no broadcasts')),
    }
    this.#inProcess = new Executor(executorOptions(this.conf, place), rpc, driver)
    await this.#inProcess.start()
    return this.#inProcess
  }
}

function confOf(options: SparkContextOptions): SparkConf {
  const conf = new SparkConf()
  if (options.conf !== undefined) conf.setAll(options.conf)
  if (options.master !== undefined) conf.setMaster(options.master)
  if (options.appName !== undefined) conf.setAppName(options.appName)
  return conf
}

