import { randomUUID } from 'node:crypto'
import { basename, dirname } from 'node:path'
import {
  type RegisterWorker,
  readMessage,
  type Shape,
  toWorker,
  type WorkerLeaving,
  workerEndpoint,
} from '../../cluster/standalone/index.js'
import {
  RPC_ASK_TIMEOUT,
  RPC_LOOKUP_TIMEOUT,
  STORAGE_CLEANUP_FILES_AFTER_EXECUTOR_EXIT,
  WORKER_CLEANUP_APP_DATA_TTL,
  WORKER_CLEANUP_ENABLED,
  WORKER_CLEANUP_INTERVAL,
  WORKER_DRIVER_TERMINATE_TIMEOUT,
  WORKER_ID_PATTERN,
  WORKER_UI_RETAINED_DRIVERS,
  WORKER_UI_RETAINED_EXECUTORS,
} from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import type { Timer } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import type { RpcHandlers } from '../../rpc/index.js'
import { BlobCache } from './blob-cache.js'
import { fetchBlob } from './fetch-blob.js'
import { readLogPart } from './log-reader.js'
import { MasterLink, type Registered } from './master-link.js'
import { ReportOutbox } from './report-outbox.js'
import { Runs } from './runs.js'
import { cleanWorkFolder } from './work-cleaner.js'
import { type Foundation, layFoundation } from './worker-foundation.js'
import { workerId } from './worker-id.js'
import type { WorkerOptions } from './worker-options.js'
import type { LogOwner, LogPart, LogType, WorkerService, WorkerView } from './worker-service.js'
import { clusterSettings, registrationAttempts } from './worker-settings.js'

const log = getLogger('Worker')

/** How a worker ended: what its process exits with, and why, for people. */
export interface WorkerEnd {
  readonly exitCode: number
  readonly message: string
}

/** After the time that drivers are given. */
const killMarginMs = 1000
/** For a master to take the last reports of a worker that leaves. */
const lastReportsMs = 2000
const changesPauseMs = 100
const refusalPauseMs = 10_000

/**
 * The worker daemon: offers this machine's cores and memory to the master that leads, and runs executors and drivers for it, each as a
 * process with a folder of its own. It dials the masters, never they it; while there is none, all that runs goes on untouched, and each end
 * is told when there is one again.
 */
export class Worker implements WorkerService {
  readonly id: string
  readonly ended: Promise<WorkerEnd>
  /** Known to the masters alone: nobody else can register as this worker while one of them knows it. */
  readonly #token = randomUUID()
  readonly #base: Foundation
  readonly #runs: Runs
  readonly #outbox: ReportOutbox
  #link: MasterLink
  readonly #listeners = new Set<() => void>()
  readonly #timers = new Map<'clean' | 'changes' | 'retry', Timer>()
  #webUiUrl = ''
  #end: (end: WorkerEnd) => void = () => undefined
  #leaving: Promise<void> | undefined
  /** Why there is no master, once the attempts are used up. */
  #gaveUp: string | undefined

  /**
   * Makes the worker ready: its folder, its size, its port; ends what a worker that was killed left behind in the folder. It registers once
   * `start` is called.
   *
   * @throws FS_WORKER_FOLDER, FS_WORKER_SIZE, FS_WORKER_RESOURCE, FS_WORKER_RESOURCES_FILE, FS_WORKER_ID_PATTERN, FS_RPC_PORT_TAKEN,
   *   FS_RPC_BIND_FAILED, FS_RPC_SECRET_REQUIRED
   */
  static async open(options: WorkerOptions): Promise<Worker> {
    return new Worker(await layFoundation(options))
  }

  private constructor(base: Foundation) {
    const { options, clock, work, host, port, rpc } = base
    const { conf } = options
    this.#base = base
    this.id = workerId(conf.get(WORKER_ID_PATTERN), { time: clock.now(), host, port })
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#outbox = new ReportOutbox({ clock, ask: (report) => this.#link.report(report) })
    const blobs = new BlobCache(work.blobs, (hash, signal) =>
      fetchBlob(this.#link, hash, { timeoutMs: conf.get(RPC_ASK_TIMEOUT), signal }),
    )
    const webUiUrl = (): string => this.#webUiUrl
    this.#runs = new Runs({
      outbox: this.#outbox,
      retainedExecutors: conf.get(WORKER_UI_RETAINED_EXECUTORS),
      retainedDrivers: conf.get(WORKER_UI_RETAINED_DRIVERS),
      onChange: () => this.#changed(),
      onIdle: () => this.#idle(),
      surroundings: {
        workerId: this.id,
        work,
        localDirs: options.localDirs ?? [],
        host,
        bindHost: base.bindHost,
        environment: options.environment,
        get webUiUrl() {
          return webUiUrl()
        },
        clock,
        blobs,
        clusterSettings: clusterSettings(conf),
        driverTerminateTimeoutMs: conf.get(WORKER_DRIVER_TERMINATE_TIMEOUT),
        cleansUpLocalDirs: conf.get(STORAGE_CLEANUP_FILES_AFTER_EXECUTOR_EXIT),
      },
    })
    this.#link = this.#newLink()
    rpc.register(workerEndpoint, this.#handlers())
    if (conf.get(WORKER_CLEANUP_ENABLED)) this.#cleanLater(blobs)
  }

  get url(): string {
    const { host, port } = this.#base
    return `spark://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  get webUiUrl(): string {
    return this.#webUiUrl
  }

  /** Looks for the master that leads and registers with it. */
  start({ webUiUrl }: { readonly webUiUrl: string }): void {
    this.#webUiUrl = webUiUrl
    this.#link.start()
  }

  view(): WorkerView {
    const { host, port, size, resources } = this.#base
    const { usage, executors, finishedExecutors, drivers, finishedDrivers } = this.#runs
    const master = this.#link.master
    return {
      id: this.id,
      host,
      port,
      masterUrl: master?.masterUrl,
      masterWebUiUrl: master?.masterWebUiUrl,
      cores: size.cores,
      coresUsed: usage.cores,
      memoryMiB: size.memoryMiB,
      memoryUsedMiB: usage.memoryMiB,
      resources,
      resourcesUsed: usage.resources,
      executors,
      finishedExecutors,
      drivers,
      finishedDrivers,
    }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async readLog(
    owner: LogOwner,
    type: LogType,
    range: { readonly end?: number; readonly bytes: number },
  ): Promise<LogPart | undefined> {
    if (owner.kind === 'self') {
      const { logFile } = this.#base.options
      if (type !== 'out' || logFile === undefined) return undefined
      return readLogPart(dirname(logFile), basename(logFile), range)
    }
    if (type !== 'stdout' && type !== 'stderr') return undefined
    const folder = this.#folderOf(owner)
    return folder === undefined ? undefined : readLogPart(folder, type, range)
  }

  decommission(): void {
    void this.#leave('DECOMMISSIONED', 'the worker was decommissioned')
  }

  /** Ends everything that it runs, then itself. Resolves when that is done: drivers are given their time. */
  stop(reason = 'the worker was stopped'): Promise<void> {
    return this.#leave('KILLED', reason)
  }

  // --- masters

  #newLink(): MasterLink {
    const { options, clock, rpc } = this.#base
    const { conf, masters } = options
    return new MasterLink({
      workerId: this.id,
      rpc,
      masters,
      clock,
      random: Math.random,
      attempts: registrationAttempts(conf),
      askTimeoutMs: Math.min(conf.get(RPC_ASK_TIMEOUT), conf.get(RPC_LOOKUP_TIMEOUT)),
      describe: () => this.#description(),
      onConnected: (answer) => this.#connected(answer),
      onLost: (cause) => {
        log.warn(`the master is gone (${cause}); what runs goes on`)
        this.#changed()
      },
      onRefused: (message) => this.#refused(message),
      onGaveUp: (problem) => {
        this.#gaveUp = new FiresteelError('FS_CLUSTER_NO_MASTER', { problem }).message
        if (this.#runs.isIdle) this.#idle()
        else log.warn(`${this.#gaveUp}; trying goes on, since something runs here`)
      },
    })
  }

  #description(): Omit<RegisterWorker, 'epoch'> {
    const { host, port, size, resources } = this.#base
    return {
      workerId: this.id,
      host,
      port,
      ...size,
      token: this.#token,
      resources,
      webUiUrl: this.#webUiUrl,
      isDecommissioned: this.#leaving !== undefined,
      ...this.#runs.reports,
    }
  }

  #connected({ masterUrl, unknownExecutors, unknownDrivers }: Registered): void {
    log.info(`registered with the master ${masterUrl}`)
    this.#gaveUp = undefined
    const reason = `the master ${masterUrl} knows nothing of it`
    for (const unknown of unknownExecutors) this.#runs.killExecutor({ ...unknown, reason })
    for (const unknown of unknownDrivers) this.#runs.killDriver({ ...unknown, reason })
    this.#outbox.retryNow()
    this.#changed()
  }

  /** The master that leads does not want this worker. What runs here is not ended for it: it may change its mind, or its place. */
  #refused(message: string): void {
    const text = new FiresteelError('FS_CLUSTER_REFUSED', { what: 'the worker', reason: message }).message
    this.#gaveUp = text
    if (this.#runs.isIdle) return this.#idle()
    log.error(text)
    const again = (): void => {
      void this.#link.close()
      this.#link = this.#newLink()
      this.#link.start()
    }
    this.#timer('retry', refusalPauseMs, again)
  }

  /** Nothing runs here: a worker that no master wants has nothing to wait for. */
  #idle(): void {
    if (this.#gaveUp === undefined || this.#leaving !== undefined) return
    const message = this.#gaveUp
    log.error(message)
    this.#leaving = this.#close({ exitCode: 1, message })
  }

  #handlers(): RpcHandlers {
    type Orders = { readonly [M in keyof typeof toWorker]: (order: ReturnType<(typeof toWorker)[M]>) => void }
    const orders: Orders = {
      launchExecutor: (launch) => this.#runs.launchExecutor(launch),
      killExecutor: (kill) => this.#runs.killExecutor(kill),
      launchDriver: (launch) => this.#runs.launchDriver(launch),
      killDriver: (kill) => this.#runs.killDriver(kill),
      applicationFinished: ({ appId }) => {
        this.#runs.endApplication(appId, 'its application has finished').catch((error: unknown) => {
          log.warn(`what the executors of ${appId} have left could not be removed`, { error })
        })
      },
    }
    const obeyed = <M extends keyof Orders>(method: M): RpcHandlers => ({
      [method]: ({ body }, { peer }) =>
        this.#link.obey(peer, () => {
          try {
            orders[method](readMessage(toWorker[method] as Shape<Parameters<Orders[M]>[0]>, body, method) as never)
          } catch (error) {
            log.warn(`an order of the master was not carried out: ${(error as Error).message}`)
          }
        }),
    })
    return {
      ...obeyed('launchExecutor'),
      ...obeyed('killExecutor'),
      ...obeyed('launchDriver'),
      ...obeyed('killDriver'),
      ...obeyed('applicationFinished'),
      decommission: (_, { peer }) => this.#link.obey(peer, () => this.decommission()),
      standDown: (_, { peer }) => this.#link.standDown(peer),
    }
  }

  // --- the end

  #leave(state: 'KILLED' | 'DECOMMISSIONED', reason: string): Promise<void> {
    this.#leaving ??= this.#endAll(state, reason)
    return this.#leaving
  }

  async #endAll(state: 'KILLED' | 'DECOMMISSIONED', reason: string): Promise<void> {
    log.info(`${reason}: ending what it runs`)
    const leaving: WorkerLeaving = { workerId: this.id, reason, hasEnded: false }
    this.#link.send('workerLeaving', leaving)
    const driverMs = this.#base.options.conf.get(WORKER_DRIVER_TERMINATE_TIMEOUT)
    await this.#runs.close(state, reason, driverMs + killMarginMs)
    if (this.#link.leader !== undefined) await this.#lastReports()
    this.#link.send('workerLeaving', { ...leaving, hasEnded: true })
    await this.#close({ exitCode: 0, message: reason })
  }

  async #lastReports(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, lastReportsMs)
    })
    await Promise.race([this.#outbox.emptied, late])
    clearTimeout(timer)
  }

  async #close(end: WorkerEnd): Promise<void> {
    const { rpc, refusals } = this.#base
    for (const timer of this.#timers.values()) timer.cancel()
    this.#outbox.close()
    await this.#link.close()
    refusals.close()
    await rpc.close()
    this.#end(end)
  }

  // --- the rest

  #folderOf(owner: Exclude<LogOwner, { kind: 'self' }>): string | undefined {
    const { work } = this.#base
    try {
      const folder =
        owner.kind === 'executor' ? work.executor(owner.appId, owner.executorId) : work.driver(owner.driverId)
      return work.isOwn(folder) ? folder : undefined
    } catch (error) {
      if (FiresteelError.is(error, 'FS_WORKER_NAME')) return undefined
      throw error
    }
  }

  /** Listeners are told at most ten times a second. */
  #changed(): void {
    if (this.#timers.has('changes') || this.#listeners.size === 0) return
    this.#timer('changes', changesPauseMs, () => {
      for (const listener of this.#listeners) listener()
    })
  }

  #cleanLater(blobs: BlobCache): void {
    const { conf } = this.#base.options
    this.#timer('clean', conf.get(WORKER_CLEANUP_INTERVAL), () => {
      void this.#clean(blobs).finally(() => this.#leaving ?? this.#cleanLater(blobs))
    })
  }

  async #clean(blobs: BlobCache): Promise<void> {
    const { work, clock, options } = this.#base
    const [now, ttlMs] = [clock.now(), options.conf.get(WORKER_CLEANUP_APP_DATA_TTL)]
    try {
      const removed = await cleanWorkFolder(work.path, { running: this.#runs.folders, now, ttlMs })
      if (removed.length > 0) log.info(`removed the work folders of ${removed.join(', ')}`)
      blobs.clean(now - ttlMs)
    } catch (error) {
      log.warn('old work folders could not be removed', { error })
    }
  }

  #timer(name: 'clean' | 'changes' | 'retry', delayMs: number, action: () => void): void {
    this.#timers.get(name)?.cancel()
    const timer = this.#base.clock.after(delayMs, () => {
      this.#timers.delete(name)
      action()
    })
    this.#timers.set(name, timer)
  }
}
