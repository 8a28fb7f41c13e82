import {
  applicationEndpoint,
  type DriverDescription,
  type DriverStatusReport,
  type KillSubmittedDriverAnswer,
  masterEndpoint,
  masterUrl,
  type SubmitDriverAnswer,
  workerEndpoint,
} from '../../cluster/standalone/index.js'
import type { SparkConf } from '../../common/conf/index.js'
import { type Clock, systemClock, type Timer } from '../../common/index.js'
import { getLogger } from '../../common/log/index.js'
import { RefusalLog, type RpcEnvironment, type RpcPeer, type RpcServer } from '../../rpc/index.js'
import type { LeaderElection, RecoveryMode, RecoveryStore } from '../recovery/recovery-mode.js'
import { MasterCore } from './core/master-core.js'
import type { MasterAnswer, MasterEffect } from './core/master-effect.js'
import type { MasterEvent, RequestId } from './core/master-event.js'
import type { MasterView } from './core/master-view.js'
import type { StoredApplication, StoredDriver, StoredRecord, StoredWorker } from './core/stored-records.js'
import { EffectQueue } from './effect-queue.js'
import { isRefused } from './is-refused.js'
import { masterHandlers } from './master-handlers.js'
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
  readonly #refusals: RefusalLog<string>
  #core: MasterCore | undefined
  #queue: EffectQueue | undefined
  #store: RecoveryStore | undefined
  #election: LeaderElection | undefined
  /** Of this master's time as the leader; undefined while it stands by. */
  #epoch: number | undefined
  #nextRequest: RequestId = 1
  #wake: Timer | undefined
  #changes: Timer | undefined
  #candidacy: Timer | undefined
  #isStopped = false

  constructor(surroundings: MasterSurroundings) {
    this.#surroundings = surroundings
    this.#clock = surroundings.clock ?? systemClock
    this.url = masterUrl(surroundings.server.address)
    this.#refusals = new RefusalLog(this.#clock, (line) => log.warn(line))
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
    // Not before: whoever asks a master that has no core yet would wait for its answer in vain, instead of asking again.
    this.#listen()
    await this.#standForElection()
  }

  #listen(): void {
    this.#surroundings.rpc.register(
      masterEndpoint,
      masterHandlers({
        url: this.url,
        isStandby: () => this.view().status === 'STANDBY',
        know: (peer) => this.#know(peer),
        handle: (event) => this.#handle(event),
        ask: (event) => this.#ask(event),
        driverStatus: (driverId) => this.driverStatus(driverId),
        refusals: this.#refusals,
      }),
    )
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#queue?.close()
    for (const timer of [this.#wake, this.#changes, this.#candidacy]) timer?.cancel()
    await this.#election?.stop()
    await this.#store?.close()
    await this.#surroundings.rpc.close()
    this.#refusals.close()
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

  /** What the drivers that have not ended were submitted with; undefined when this master does not lead, and so does not know. */
  activeDrivers(): readonly DriverDescription[] | undefined {
    return this.#running.activeDrivers()
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
    this.#epoch = epoch
    try {
      const records = (await store.readAll()) as readonly StoredRecord[]
      if (this.#epoch !== epoch) return // deposed as it read
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
      if (this.#epoch === epoch)
        this.#standDown(`the state of earlier leaders could not be read: ${(error as Error).message}`)
    }
  }

  #deposed(reason: string): void {
    if (this.#isStopped || this.#epoch === undefined) return
    log.warn(`${this.url} leads no longer: ${reason}`)
    this.#epoch = undefined
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
    // One that was frozen for long finds out here, before it acts as if it led; the election tells it again, which is no matter.
    if (this.#queue !== undefined && this.#election?.isLeading() === false)
      this.#deposed('its time as the leader is over')
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
      case 'probeWorker':
        void isRefused(effect).then((isGone) => {
          if (isGone) this.#handle({ type: 'workerGone', workerId: effect.workerId })
        })
        return
      case 'log':
        log[effect.level](asOneRecord(effect.message))
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

  /** Watches for the end of a connection from its first word on. */
  #know(peer: RpcPeer): void {
    if (this.#peers.has(peer.id)) return
    this.#peers.set(peer.id, peer)
    peer.onClose((cause) => {
      if (this.#peers.delete(peer.id)) this.#handle({ type: 'peerGone', peer: peer.id, cause: cause?.message })
    })
  }
}

/** What executors and peers have said may be part of it: no line of theirs must look like one of ours, nor steer a terminal. */
function asOneRecord(message: string): string {
  return message.replace(/\r?\n/g, '\n    ').replace(/[^\P{Cc}\n\t]/gu, ' ')
}
