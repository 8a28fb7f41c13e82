import type { DriverDescription, DriverStatusReport } from '../../../cluster/standalone/protocol/index.js'
import { ApplicationKeeper } from './application-keeper.js'
import { applicationProblem, driverProblem, workerProblem } from './checks.js'
import { DriverKeeper } from './driver-keeper.js'
import type { Effects } from './effects.js'
import { ExecutorKeeper } from './executor-keeper.js'
import { formatMs } from './figures.js'
import { Ground } from './ground.js'
import { Ids } from './ids.js'
import type { MasterEvent, RequestId } from './master-event.js'
import type { MasterOptions } from './master-options.js'
import type { MasterView } from './master-view.js'
import { Reasons } from './reasons.js'
import { Recovery } from './recovery.js'
import { Scheduling } from './scheduling.js'
import { show, showDriverStatus } from './show.js'
import { assertSound } from './soundness.js'
import type { WorkerEntry } from './worker-entry.js'
import { WorkerKeeper } from './worker-keeper.js'

type Of<T extends MasterEvent['type']> = Extract<MasterEvent, { type: T }>

/** A tick that comes later than it was asked for by this share of the worker timeout: the machine was suspended, or its clock was set. */
const lateTick = 0.25

/** One master's time as the leader: takes what happens to those who decide, and has the outcome scheduled, told and timed. */
export class Leadership {
  readonly #ground: Ground
  readonly #executors: ExecutorKeeper
  readonly #applications: ApplicationKeeper
  readonly #drivers: DriverKeeper
  readonly #workers: WorkerKeeper
  readonly #recovery: Recovery
  readonly #scheduling: Scheduling
  readonly #reasons: Reasons
  #wakeAt: number | undefined

  constructor(
    options: MasterOptions,
    leadership: { readonly epoch: number; readonly now: number; readonly out: Effects },
  ) {
    const ground = new Ground(options, leadership)
    const ids = new Ids(options, {
      application: (id) => ground.applications.get(id) !== undefined,
      driver: (id) => ground.drivers.get(id) !== undefined,
    })
    this.#ground = ground
    this.#executors = new ExecutorKeeper(ground, (application, message) =>
      this.#applications.end(application, 'FAILED', message),
    )
    this.#applications = new ApplicationKeeper(ground, ids, this.#executors)
    this.#drivers = new DriverKeeper(ground, ids)
    const parts = { executors: this.#executors, applications: this.#applications, drivers: this.#drivers }
    this.#workers = new WorkerKeeper(ground, parts)
    this.#recovery = new Recovery(ground, { ids, ...parts, workers: this.#workers })
    this.#scheduling = new Scheduling(ground, parts)
    this.#reasons = new Reasons(ground)
  }

  begin(event: Of<'elected'>): void {
    this.#recovery.begin(event)
    this.#settle()
  }

  /** Whoever is connected looks for the next leader. */
  end(): void {
    for (const peer of this.#ground.peers.keys()) this.#ground.out.closePeer(peer)
  }

  handle(event: Exclude<MasterEvent, Of<'elected' | 'deposed'>>, now: number): void {
    this.#ground.now = now
    this.#decide(event)
    this.#settle(event.type === 'tick')
  }

  view(now: number): MasterView {
    this.#ground.now = now
    return show(this.#ground)
  }

  driverStatus(driverId: string): DriverStatusReport {
    return showDriverStatus(this.#ground, driverId)
  }

  activeDrivers(): DriverDescription[] {
    return [...this.#ground.drivers.active.values()].map(({ description }) => description)
  }

  assertSound(): void {
    assertSound(this.#ground)
  }

  #decide(event: Exclude<MasterEvent, Of<'elected' | 'deposed'>>): void {
    switch (event.type) {
      case 'registerWorker':
        return this.#registerWorker(event)
      case 'workerHeartbeat':
        return this.#workers.heartbeat(event.peer, event.workerId)
      case 'executorState':
        return this.#taken(event, (worker) => this.#executors.report(worker, event.report))
      case 'driverState':
        return this.#taken(event, (worker) => this.#drivers.report(worker, event.report))
      case 'workerDecommissioning':
        return this.#taken(event, (worker) => this.#workers.decommission(worker))
      case 'registerApplication':
        return this.#registerApplication(event)
      case 'unregisterApplication':
        return this.#applications.unregister(event.peer, event.message)
      case 'requestExecutors':
        return this.#applications.requestExecutors(event.peer, event)
      case 'killExecutors':
        return this.#applications.killExecutors(event.peer, event)
      case 'peerGone':
        return this.#peerGone(event)
      case 'workerGone':
        return this.#workers.gone(event.workerId)
      case 'submitDriver':
        return this.#submitDriver(event)
      case 'killDriver':
        return this.#killDriver(event)
      case 'killAllDrivers':
        for (const id of [...this.#ground.drivers.active.keys()]) this.#drivers.kill(id)
        return
      case 'killApplication':
        return this.#applications.kill(event.appId, event.by)
      case 'decommissionWorkers':
        return this.#decommissionWorkers(event)
      case 'clearCompleted':
        this.#applications.clearCompleted()
        return this.#drivers.clearCompleted()
      case 'tick':
        return this.#tick()
    }
  }

  #registerWorker({ peer, request, worker }: Of<'registerWorker'>): void {
    const { epoch, out } = this.#ground
    if (worker.epoch > epoch) {
      out.log('warn', `worker ${worker.workerId} obeys a leader of epoch ${worker.epoch}, this one is of ${epoch}`)
      this.#answerStandby(request)
      return
    }
    const message = workerProblem(worker)
    if (message === undefined) this.#workers.register(peer, request, worker)
    else out.answer(request, { type: 'refused', message })
  }

  #registerApplication({ peer, request, registration }: Of<'registerApplication'>): void {
    const message = applicationProblem(registration)
    if (message === undefined) this.#applications.register(peer, request, registration)
    else this.#ground.out.answer(request, { type: 'refused', message })
  }

  #submitDriver({ request, driver }: Of<'submitDriver'>): void {
    const message = driverProblem(driver)
    if (message === undefined) this.#drivers.submit(request, driver)
    else this.#ground.out.answer(request, { type: 'refused', message })
  }

  #killDriver({ request, driverId }: Of<'killDriver'>): void {
    const success = this.#drivers.kill(driverId)
    const message = success
      ? `Kill request for ${driverId} submitted`
      : `Driver ${driverId} has already finished or does not exist`
    this.#ground.out.answer(request, { type: 'answered', driverId, success, message })
  }

  /** A report counts only on the connection by which its worker is registered: an older one may say what is no longer so. */
  #taken(
    event: { readonly peer: string; readonly workerId: string; readonly request?: RequestId },
    take: (worker: WorkerEntry) => void,
  ): void {
    const worker = this.#ground.workers.get(event.workerId)
    const isCurrent = worker !== undefined && worker.peer === event.peer
    if (isCurrent) {
      this.#workers.heardOf(worker)
      take(worker)
    }
    if (event.request === undefined) return
    if (isCurrent) this.#ground.out.answer(event.request, { type: 'taken' })
    else this.#answerStandby(event.request)
  }

  #decommissionWorkers({ request, hosts }: Of<'decommissionWorkers'>): void {
    const wanted = new Set(hosts)
    const workers = [...this.#ground.workers.all()].filter((worker) => wanted.has(worker.host))
    for (const worker of workers) this.#workers.decommission(worker)
    this.#ground.out.answer(request, { type: 'decommissioned', workerIds: workers.map(({ id }) => id) })
  }

  #peerGone({ peer, cause }: Of<'peerGone'>): void {
    const known = this.#ground.peers.get(peer)
    if (known === undefined) return
    this.#ground.peers.delete(peer)
    if (known.kind === 'worker') this.#workers.peerGone(known.id, cause)
    else this.#applications.peerGone(known.id, cause)
  }

  #answerStandby(request: RequestId): void {
    this.#ground.out.answer(request, { type: 'standby', masterUrl: this.#ground.options.masterUrl })
  }

  #tick(): void {
    const { deadlines, now, options } = this.#ground
    const late = this.#wakeAt === undefined ? 0 : now - this.#wakeAt
    if (late > lateTick * options.workerTimeoutMs) this.#forgive(late)
    for (let key = deadlines.next(now); key !== undefined; key = deadlines.next(now)) this.#due(key)
  }

  /** It was this master that stood still, so nobody was silent or away: everybody has his time anew. */
  #forgive(lateMs: number): void {
    this.#ground.out.log('warn', `this master stood still for ${formatMs(lateMs)}, or its clock was set`)
    this.#workers.watchAnew()
    this.#applications.watchAnew()
  }

  #due(key: string): void {
    const slash = key.indexOf('/')
    const id = key.slice(slash + 1)
    switch (slash < 0 ? key : key.slice(0, slash)) {
      case 'worker':
        return this.#workers.overdue(id)
      case 'dead':
        if (this.#ground.workers.forgetDead(id)) this.#ground.out.changed()
        return
      case 'application':
        return this.#applications.graceOver(id)
      case 'retry': {
        const application = this.#ground.applications.active(id)
        if (application !== undefined) this.#executors.pauseOver(application)
        return
      }
      case 'driver':
        return this.#drivers.pauseOver(id)
      case 'recovery':
        return this.#recovery.complete()
      case 'retention':
        this.#applications.retire()
        return this.#drivers.retire()
      case 'reasons':
        return this.#reasons.refresh()
    }
  }

  /** After each event: what is free is handed out, who waits is told why, and the next timer is set. */
  #settle(isTick = false): void {
    const { out, deadlines } = this.#ground
    if (this.#ground.status === 'RECOVERING' && this.#recovery.isComplete) this.#recovery.complete()
    const hungrier = [...this.#ground.applications.hungrier]
    if (this.#ground.status === 'ALIVE') this.#scheduling.run()
    else this.#ground.applications.hungrier.clear()
    this.#reasons.settled(hungrier)
    const earliest = deadlines.earliest
    if (earliest === undefined || (earliest === this.#wakeAt && !isTick)) return
    this.#wakeAt = earliest
    out.wakeAt(earliest)
  }
}
