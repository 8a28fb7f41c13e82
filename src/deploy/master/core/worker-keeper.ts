import { hasExecutorEnded, type RegisterWorker } from '../../../cluster/standalone/protocol/index.js'
import type { ApplicationKeeper } from './application-keeper.js'
import type { DriverKeeper } from './driver-keeper.js'
import type { ExecutorKeeper } from './executor-keeper.js'
import { formatMs } from './figures.js'
import type { Ground } from './ground.js'
import { attemptKey, executorKey } from './holding.js'
import { isFitId } from './id-pattern.js'
import type { PeerId, RequestId } from './master-event.js'
import { WorkerEntry } from './worker-entry.js'

export interface WorkerKeeperParts {
  readonly executors: ExecutorKeeper
  readonly drivers: DriverKeeper
  readonly applications: ApplicationKeeper
}

/** Workers: they register with what they run, are heard of, fall silent, are lost, and come back. */
export class WorkerKeeper {
  readonly #ground: Ground
  readonly #parts: WorkerKeeperParts

  constructor(ground: Ground, parts: WorkerKeeperParts) {
    this.#ground = ground
    this.#parts = parts
  }

  register(peer: PeerId, request: RequestId, worker: RegisterWorker): void {
    const { workers, out, options } = this.#ground
    const known = workers.get(worker.workerId)
    const problem = this.#problemWith(peer, worker, known)
    if (problem !== undefined) {
      out.answer(request, { type: 'refused', message: problem })
      out.log('warn', `a registration as worker ${worker.workerId} was refused: ${problem}`)
      return
    }
    const other = workers.at(`${worker.host}:${worker.port}`)
    if (other !== undefined && other.id !== worker.workerId) {
      // While its connection stands, it is there as far as anybody knows; the one that comes asks again soon.
      if (other.peer !== undefined) return this.#keepOut(worker, other, request)
      this.lose(other, `worker ${worker.workerId} has taken its address ${other.hostPort}`)
    }
    if (known?.peer === peer) {
      // Its answer was too long on the way. What was sent to it meanwhile may or may not be in its report: a new connection makes that clear.
      out.answer(request, { type: 'standby', masterUrl: options.masterUrl })
      out.closePeer(peer)
      this.#ground.peers.delete(peer)
      this.peerGone(known.id, 'it registered twice on one connection')
      return
    }
    const entry = known ?? this.#add(worker)
    this.#disconnect(entry)
    this.#reconcile(entry, worker)
    this.#connect(entry, peer)
    this.#answer(entry, request, worker)
    const running = `${worker.executors.length} executors and ${worker.drivers.length} drivers`
    out.log('info', `worker ${entry.id} at ${entry.hostPort} has registered, with ${entry.cores} cores, ${running}`)
    out.changed()
  }

  heartbeat(peer: PeerId, workerId: string): void {
    const { workers, out, deadlines, now, options } = this.#ground
    const worker = workers.get(workerId)
    if (worker === undefined || worker.peer !== peer) {
      // It believes that it is registered: without this connection it will register again.
      out.closePeer(peer)
      return
    }
    worker.lastHeartbeat = now
    deadlines.set(`worker/${worker.id}`, now + options.workerTimeoutMs)
    this.heardOf(worker)
  }

  /** It says something on the connection by which it has registered: so what it did not name then is not there. */
  heardOf(worker: WorkerEntry): void {
    if (worker.doubtful.size === 0) return
    const { doubtful } = worker
    worker.doubtful = new Set()
    for (const key of doubtful) {
      const executor = worker.executors.get(key)
      const driver = worker.drivers.get(key)
      if (executor !== undefined) this.#parts.executors.missing(executor)
      if (driver !== undefined) this.#parts.drivers.missing(worker, driver)
    }
  }

  peerGone(workerId: string, cause: string | undefined): void {
    const { workers, deadlines, options, now, out } = this.#ground
    const worker = workers.get(workerId)
    if (worker === undefined) return
    worker.peer = undefined
    if (worker.state === 'ALIVE') worker.state = 'UNKNOWN'
    workers.touched(worker, 'less')
    deadlines.set(`worker/${worker.id}`, now + options.workerGraceMs)
    const why = cause === undefined ? '' : ` (${cause})`
    out.log(
      'info',
      `the connection of worker ${workerId} has ended${why}; it has ${formatMs(options.workerGraceMs)} to come back`,
    )
    out.probeWorker(worker)
    out.changed()
  }

  /** Where it listened, nothing does any more: it need not be waited for. */
  gone(workerId: string): void {
    const worker = this.#ground.workers.get(workerId)
    if (worker !== undefined && worker.peer === undefined) this.lose(worker, 'its process has ended')
  }

  /** It has been silent, or away, for too long. */
  overdue(workerId: string): void {
    const { workers, options } = this.#ground
    const worker = workers.get(workerId)
    if (worker === undefined) return
    const why =
      worker.peer === undefined
        ? `its connection broke, and it did not come back within ${formatMs(options.workerGraceMs)}`
        : `it was silent for ${formatMs(options.workerTimeoutMs)}`
    this.lose(worker, why)
  }

  lose(worker: WorkerEntry, why: string): void {
    const { workers, deadlines, options, now, out, peers, awaited } = this.#ground
    const message = `worker ${worker.id} was lost: ${why}`
    out.log('warn', message)
    workers.bury(worker)
    if (worker.peer !== undefined) {
      peers.delete(worker.peer)
      out.closePeer(worker.peer)
      worker.peer = undefined
    }
    for (const executor of [...worker.executors.values()]) {
      this.#parts.executors.ended(executor, { state: 'LOST', message, workerLost: true })
    }
    this.#parts.drivers.lostWith(worker, message)
    awaited.workers.delete(worker.id)
    // Last: whoever finds the worker stored finds its drivers as they were before.
    out.unstore('worker', worker.id)
    deadlines.clear(`worker/${worker.id}`)
    deadlines.set(`dead/${worker.id}`, now + options.deadWorkerPersistence * options.workerTimeoutMs)
    out.changed()
  }

  decommission(worker: WorkerEntry): void {
    if (worker.state === 'DECOMMISSIONED') return
    const { workers, out } = this.#ground
    worker.state = 'DECOMMISSIONED'
    workers.touched(worker, 'less')
    const message = `worker ${worker.id} is decommissioned`
    out.log('info', message)
    for (const executor of worker.executors.values()) {
      this.#parts.executors.disown(executor, { state: 'DECOMMISSIONED', message })
    }
    out.store(worker.toRecord())
    out.toWorker(worker.peer, { method: 'decommission' })
    out.changed()
  }

  watchAnew(): void {
    const { workers, deadlines, options, now, awaited } = this.#ground
    for (const { id, peer } of workers.all()) {
      if (awaited.workers.has(id)) continue
      deadlines.set(`worker/${id}`, now + (peer === undefined ? options.workerGraceMs : options.workerTimeoutMs))
    }
  }

  /** Why somebody who wants to be this worker cannot be it. */
  #problemWith(peer: PeerId, { workerId, token }: RegisterWorker, known: WorkerEntry | undefined): string | undefined {
    const holder = this.#ground.peers.get(peer)
    if (holder !== undefined && (holder.kind !== 'worker' || holder.id !== workerId)) {
      return `this connection is that of ${holder.kind} ${holder.id}`
    }
    if (known?.token === undefined || known.token === token) return undefined
    return `another worker is known as ${workerId}`
  }

  #keepOut({ workerId, host, port }: RegisterWorker, holder: WorkerEntry, request: RequestId): void {
    const { out, options } = this.#ground
    out.answer(request, { type: 'standby', masterUrl: options.masterUrl })
    if (holder.rival === workerId) return
    holder.rival = workerId
    out.log('warn', `worker ${workerId} must wait: ${holder.id}, which is connected, has its address ${host}:${port}`)
  }

  #add(worker: RegisterWorker): WorkerEntry {
    const { workerId: id, token, host, port, cores, memoryMiB, webUiUrl } = worker
    const entry = new WorkerEntry({ id, token, host, port, cores, memoryMiB, webUiUrl })
    this.#ground.workers.add(entry)
    this.#ground.deadlines.clear(`dead/${id}`)
    this.#ground.out.store(entry.toRecord())
    return entry
  }

  /** Until its report has been worked in, nothing is sent to it. */
  #disconnect(worker: WorkerEntry): void {
    if (worker.peer === undefined) return
    this.#ground.peers.delete(worker.peer)
    this.#ground.out.closePeer(worker.peer)
    worker.peer = undefined
  }

  #connect(worker: WorkerEntry, peer: PeerId): void {
    const { peers, now, deadlines, options, workers, awaited } = this.#ground
    peers.set(peer, { kind: 'worker', id: worker.id })
    worker.peer = peer
    worker.lastHeartbeat = now
    if (worker.state !== 'DECOMMISSIONED') worker.state = 'ALIVE'
    awaited.workers.delete(worker.id)
    deadlines.set(`worker/${worker.id}`, now + options.workerTimeoutMs)
    workers.touched(worker, 'more')
  }

  /** What it runs and what we believe that it runs become one. */
  #reconcile(worker: WorkerEntry, report: RegisterWorker): void {
    const { applications, workers } = this.#ground
    const { executors, drivers } = report
    workers.moved(worker, report)
    if (report.isDecommissioned === true) worker.state = 'DECOMMISSIONED'
    const reported = new Set(executors.map(({ appId, executorId: id }) => executorKey({ appId, id })))
    for (const { driverId, attempt } of drivers) reported.add(attemptKey(driverId, attempt))
    const believed = [...worker.executors.keys(), ...worker.drivers.keys()]
    worker.doubtful = new Set(believed.filter((key) => !reported.has(key)))
    for (const executor of executors) {
      const isThere = !hasExecutorEnded(executor.state) && isFitId(executor.appId)
      if (isThere && applications.get(executor.appId) === undefined) this.#parts.applications.expect(executor.appId)
      this.#parts.executors.report(worker, executor)
    }
    for (const driver of drivers) this.#parts.drivers.report(worker, driver)
  }

  #answer(worker: WorkerEntry, request: RequestId, { executors, isDecommissioned }: RegisterWorker): void {
    const { options, epoch, out, applications } = this.#ground
    const unknown = [...worker.executors.values()].filter((held) => held.application === undefined)
    const stale = [...worker.drivers.values()].filter((held) => held.isStale)
    out.answer(request, {
      type: 'registered',
      masterUrl: options.masterUrl,
      masterWebUiUrl: options.masterWebUiUrl,
      epoch,
      heartbeatIntervalMs: Math.max(1, Math.floor(options.workerTimeoutMs / 4)),
      unknownExecutors: unknown.map(({ appId, id: executorId }) => ({ appId, executorId })),
      unknownDrivers: stale.map(({ driverId, attempt }) => ({ driverId, attempt })),
    })
    for (const held of worker.executors.values()) {
      if (held.killReason !== undefined) this.#parts.executors.kill(held, held.killReason)
    }
    this.#parts.drivers.repeatKills(worker)
    if (worker.state === 'DECOMMISSIONED' && isDecommissioned !== true) {
      out.toWorker(worker.peer, { method: 'decommission' })
    }
    const ids = new Set(executors.map(({ appId }) => appId))
    for (const appId of ids) {
      if (applications.active(appId) === undefined) out.toWorker(worker.peer, { method: 'applicationFinished', appId })
    }
  }
}
