import {
  applicationEndpoint,
  type DriverDescription,
  type DriverStateMessage,
  type DriverStatus,
  type DriverStatusReport,
  type ExecutorStateMessage,
  type KillExecutors,
  type KillSubmittedDriver,
  type KillSubmittedDriverAnswer,
  masterEndpoint,
  masterUrl,
  type RegisterApplication,
  type RegisterWorker,
  type RequestExecutors,
  type SubmitDriver,
  type SubmitDriverAnswer,
  type UnregisterApplication,
  type WorkerHeartbeat,
  type WorkerLeaving,
  workerEndpoint,
} from '../../cluster/standalone/index.js'
import type { SparkConf } from '../../common/conf/index.js'
import { FiresteelError } from '../../common/errors/index.js'
import { type Clock, systemClock, type Timer } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import type { RpcContext, RpcEnvironment, RpcHandlers, RpcMessage, RpcPeer, RpcServer } from '../../rpc/index.js'
import type { LeaderElection, RecoveryMode, RecoveryStore } from '../recovery/recovery-mode.js'
import { MasterCore } from './core/master-core.js'
import type { MasterAnswer, MasterEffect } from './core/master-effect.js'
import type { MasterEvent, RequestId } from './core/master-event.js'
import type { MasterView } from './core/master-view.js'
import type { StoredApplication, StoredDriver, StoredRecord, StoredWorker } from './core/stored-records.js'
import { EffectQueue } from './effect-queue.js'
import type { MasterService } from './master-service.js'
import { masterOptions } from './master-settings.js'

const log = getLogger('Master')

export interface MasterSurroundings {
  readonly conf: SparkConf
  readonly rpc: RpcEnvironment
  /** Where `rpc` listens. */
  readonly server: RpcServer
  readonly recovery: RecoveryMode
  /** The cluster's secret, for what is stored outside of this machine. */
  readonly secret?: string
  readonly clock?: Clock
}

/** Between a failure of the store and standing for election again. */
const candidacyPauseMs = 2_000
/** Listeners of changes are told this long after the first of several. */
const changePauseMs = 100

/**
 * A master: the shell around `MasterCore`. Turns what peers, the election and the clock say into events, and performs the effects. It
 * decides nothing.
 */
export class Master implements MasterService {
  readonly url: string
  restUrl: string | undefined
  webUiUrl = ''
  readonly #surroundings: MasterSurroundings
  readonly #clock: Clock
  readonly #peers = new Map<string, RpcPeer>()
  readonly #requests = new Map<RequestId, (answer: MasterAnswer) => void>()
  readonly #listeners = new Set<() => void>()
  #core: MasterCore | undefined
  #queue: EffectQueue | undefined
  #store: RecoveryStore | undefined
  #election: LeaderElection | undefined
  #nextRequest: RequestId = 1
  #wake: Timer | undefined
  #changes: Timer | undefined
  #candidacy: Timer | undefined
  #isStopped = false

  constructor(surroundings: MasterSurroundings) {
    this.#surroundings = surroundings
    this.#clock = surroundings.clock ?? systemClock
    this.url = masterUrl(surroundings.server.address)
    surroundings.rpc.register(masterEndpoint, this.#handlers())
  }

  /**
   * Stands for election. URLs that others are told must be known by now.
   *
   * @throws what opening the recovery mode throws
   */
  async start(): Promise<void> {
    const { conf, recovery, secret } = this.#surroundings
    this.#core = new MasterCore(masterOptions(conf, { masterUrl: this.url, masterWebUiUrl: this.webUiUrl }))
    const { store, election } = await recovery.open({
      conf,
      masterUrl: this.url,
      secret,
      log: (level, message) => log[level](message),
    })
    this.#store = store
    this.#election = election
    await this.#standForElection()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#queue?.close()
    for (const timer of [this.#wake, this.#changes, this.#candidacy]) timer?.cancel()
    await this.#election?.stop()
    await this.#store?.close()
    await this.#surroundings.rpc.close()
    this.#core?.handle({ type: 'deposed' }, this.#clock.now())
    this.#core?.assertEmpty()
  }

  // --- MasterService

  view(): MasterView {
    return this.#running.view(this.#clock.now())
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  submitDriver(driver: DriverDescription): Promise<SubmitDriverAnswer> {
    return this.#ask((request) => ({ type: 'submitDriver', request, driver })) as Promise<SubmitDriverAnswer>
  }

  killDriver(driverId: string): Promise<KillSubmittedDriverAnswer> {
    return this.#ask((request) => ({ type: 'killDriver', request, driverId })) as Promise<KillSubmittedDriverAnswer>
  }

  driverStatus(driverId: string): DriverStatusReport {
    return this.#running.driverStatus(driverId)
  }

  killAllDrivers(): void {
    this.#handle({ type: 'killAllDrivers' })
  }

  clearCompleted(): void {
    this.#handle({ type: 'clearCompleted' })
  }

  killApplication(appId: string, by: string): void {
    this.#handle({ type: 'killApplication', appId, by })
  }

  async decommissionWorkers(hosts: readonly string[]): Promise<readonly string[]> {
    const answer = await this.#ask((request) => ({ type: 'decommissionWorkers', request, hosts }))
    return answer.type === 'decommissioned' ? answer.workerIds : []
  }

  // --- leading

  async #standForElection(): Promise<void> {
    await this.#election?.start({
      elected: (epoch) => void this.#elected(epoch),
      deposed: (reason) => this.#deposed(reason),
    })
  }

  async #elected(epoch: number): Promise<void> {
    const store = this.#store as RecoveryStore
    try {
      const records = (await store.readAll()) as readonly StoredRecord[]
      log.info(`${this.url} leads from now on (epoch ${epoch}); ${records.length} records of earlier leaders`)
      this.#queue = new EffectQueue({
        store,
        perform: (effect) => this.#perform(effect),
        onStoreFailed: (error) => this.#standDown(`the state could not be stored: ${error.message}`),
      })
      this.#handle({
        type: 'elected',
        epoch,
        applications: records.filter((record): record is StoredApplication => record.kind === 'application'),
        drivers: records.filter((record): record is StoredDriver => record.kind === 'driver'),
        workers: records.filter((record): record is StoredWorker => record.kind === 'worker'),
      })
    } catch (error) {
      this.#standDown(`the state of earlier leaders could not be read: ${(error as Error).message}`)
    }
  }

  #deposed(reason: string): void {
    if (this.#isStopped) return
    log.warn(`${this.url} leads no longer: ${reason}`)
    this.#queue?.close()
    this.#queue = undefined
    this.#running.handle({ type: 'deposed' }, this.#clock.now())
    this.#wake?.cancel()
    this.#noteChange()
    // Whoever waits for an answer asks the next leader; whoever is connected looks for it.
    for (const answer of this.#requests.values()) answer({ type: 'standby', masterUrl: this.url })
    this.#requests.clear()
    for (const peer of this.#peers.values()) void peer.close()
    this.#peers.clear()
  }

  /** Gives up leading, to stand for election again a little later. */
  #standDown(reason: string): void {
    this.#deposed(reason)
    void this.#election?.stop().catch((error: Error) => log.warn(`stepping down: ${error.message}`))
    this.#candidacy = this.#clock.after(
      candidacyPauseMs,
      () =>
        void this.#standForElection().catch((error: Error) =>
          this.#standDown(`no candidate could be made: ${error.message}`),
        ),
      { keepAlive: true },
    )
  }

  get #running(): MasterCore {
    if (this.#core === undefined) throw new Error('the master has not been started')
    return this.#core
  }

  // --- events and effects

  #handle(event: MasterEvent): void {
    if (this.#isStopped || this.#core === undefined) return
    const effects = this.#core.handle(event, this.#clock.now())
    if (this.#queue === undefined) for (const effect of effects) this.#performUnstored(effect)
    else this.#queue.add(effects)
  }

  /** One that stands by stores nothing. */
  #performUnstored(effect: MasterEffect): void {
    if (effect.type !== 'store' && effect.type !== 'unstore') this.#perform(effect)
  }

  #perform(effect: Exclude<MasterEffect, { type: 'store' | 'unstore' }>): void {
    switch (effect.type) {
      case 'answer': {
        const answer = this.#requests.get(effect.request)
        this.#requests.delete(effect.request)
        answer?.(effect.answer)
        return
      }
      case 'toWorker': {
        const { method, ...body } = effect.message
        this.#peers.get(effect.peer)?.send(workerEndpoint, method, { body })
        return
      }
      case 'toApplication': {
        const { method, ...body } = effect.message
        this.#peers.get(effect.peer)?.send(applicationEndpoint, method, { body })
        return
      }
      case 'closePeer':
        void this.#peers.get(effect.peer)?.close()
        return
      case 'log':
        log[effect.level](effect.message)
        return
      case 'wakeAt':
        this.#wakeAt(effect.at)
        return
      case 'changed':
        this.#noteChange()
    }
  }

  #wakeAt(at: number): void {
    this.#wake?.cancel()
    this.#wake = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#handle({ type: 'tick' }))
  }

  #noteChange(): void {
    this.#changes ??= this.#clock.after(changePauseMs, () => {
      this.#changes = undefined
      for (const listener of this.#listeners) listener()
    })
  }

  #ask(event: (request: RequestId) => MasterEvent): Promise<MasterAnswer> {
    const request = this.#nextRequest++
    return new Promise((resolve) => {
      this.#requests.set(request, resolve)
      this.#handle(event(request))
    })
  }

  // --- what peers say

  #handlers(): RpcHandlers {
    const asked =
      (event: (body: unknown, peer: string, request: RequestId) => MasterEvent) =>
      async ({ body }: RpcMessage, { peer }: RpcContext): Promise<RpcMessage> => {
        this.#know(peer)
        return { body: await this.#ask((request) => event(body, peer.id, request)) }
      }
    /** The empty answer means that it was taken: a master that stands by must not give it. */
    const taken =
      (event: (body: unknown, peer: string) => MasterEvent) =>
      ({ body }: RpcMessage, { peer }: RpcContext): RpcMessage => {
        if (this.view().status === 'STANDBY') throw new FiresteelError('FS_CLUSTER_NOT_LEADING', { master: this.url })
        this.#know(peer)
        this.#handle(event(body, peer.id))
        return { body: {} }
      }
    return {
      registerWorker: asked((body, peer, request) => ({
        type: 'registerWorker',
        peer,
        request,
        worker: body as RegisterWorker,
      })),
      heartbeat: ({ body }, { peer }) =>
        this.#handle({ type: 'workerHeartbeat', peer: peer.id, workerId: (body as WorkerHeartbeat).workerId }),
      workerLeaving: ({ body }, { peer }) =>
        this.#handle({ type: 'workerDecommissioning', peer: peer.id, workerId: (body as WorkerLeaving).workerId }),
      executorState: taken((body, peer) => ({ type: 'executorState', peer, ...(body as ExecutorStateMessage) })),
      driverState: taken((body, peer) => ({ type: 'driverState', peer, ...(body as DriverStateMessage) })),
      registerApplication: asked((body, peer, request) => ({
        type: 'registerApplication',
        peer,
        request,
        registration: body as RegisterApplication,
      })),
      unregisterApplication: taken((body, peer) => ({
        type: 'unregisterApplication',
        peer,
        message: body as UnregisterApplication,
      })),
      requestExecutors: taken((body) => ({ type: 'requestExecutors', ...(body as RequestExecutors) })),
      killExecutors: taken((body) => ({ type: 'killExecutors', ...(body as KillExecutors) })),
      submitDriver: asked((body, _peer, request) => ({
        type: 'submitDriver',
        request,
        driver: (body as SubmitDriver).driver,
      })),
      killSubmittedDriver: asked((body, _peer, request) => ({
        type: 'killDriver',
        request,
        driverId: (body as KillSubmittedDriver).driverId,
      })),
      driverStatus: ({ body }) =>
        this.view().status === 'STANDBY'
          ? { body: { type: 'standby', masterUrl: this.url } }
          : { body: { type: 'answered', ...this.driverStatus((body as DriverStatus).driverId) } },
    }
  }

  /** Watches for the end of a connection from its first word on. */
  #know(peer: RpcPeer): void {
    if (this.#peers.has(peer.id)) return
    this.#peers.set(peer.id, peer)
    peer.onClose((cause) => {
      if (this.#peers.delete(peer.id)) this.#handle({ type: 'peerGone', peer: peer.id, cause: cause?.message })
    })
  }
}
