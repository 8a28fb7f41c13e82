import {
  type ExecutorReport,
  type ExecutorState,
  type ExecutorUpdated,
  hasExecutorEnded,
} from '../../../cluster/standalone/protocol/index.js'
import type { ApplicationEntry, EndedExecutor } from './application-entry.js'
import type { Ground } from './ground.js'
import { executorKey, type HeldExecutor } from './holding.js'
import type { WorkerEntry } from './worker-entry.js'

/** One that has run for as long as this was started well. */
const startedWellMs = 10_000
/** Quick failures on one worker after which the next start there waits, where nothing else ends the row. */
const quickFailuresAtOnce = 3
const longestPauseMs = 60_000

interface ExecutorEnd {
  readonly state: ExecutorState
  readonly message?: string
  readonly exitCode?: number
  readonly cause?: ExecutorUpdated['cause']
  readonly workerLost?: boolean
}

/** Executors: launched, taken over from an earlier leader, ended. */
export class ExecutorKeeper {
  readonly #ground: Ground
  /** An application's executors fail and fail. */
  readonly #onHopeless: (application: ApplicationEntry, message: string) => void

  constructor(ground: Ground, onHopeless: (application: ApplicationEntry, message: string) => void) {
    this.#ground = ground
    this.#onHopeless = onHopeless
  }

  launch(application: ApplicationEntry, worker: WorkerEntry, cores: number): void {
    const { out, workers, now } = this.#ground
    const { description, template } = application
    if (template === undefined) throw new Error(`application ${application.id} has not registered`)
    if (application.reserveExecutor()) out.store(application.toRecord())
    const { memoryPerExecutorMiB: memoryMiB, resourcesPerExecutor } = description
    const executor: HeldExecutor = {
      appId: application.id,
      id: application.nextExecutor(),
      worker,
      application,
      state: 'LAUNCHING',
      launchedAt: now,
      cores,
      memoryMiB,
      resources: worker.chooseAddresses(resourcesPerExecutor),
    }
    worker.holdExecutor(executor)
    workers.touched(worker, 'less')
    application.addExecutor(executor)
    application.launches++
    application.state = 'RUNNING'
    const { appId, id: executorId, resources } = executor
    this.#tellAdded(application, executor)
    out.toWorker(worker.peer, {
      method: 'launchExecutor',
      appId,
      executorId,
      application: description,
      template,
      cores,
      memoryMiB,
      resources,
    })
    out.changed()
  }

  /** What a worker says of an executor, be it when it registers or in between. */
  report(worker: WorkerEntry, report: ExecutorReport): void {
    const held = worker.executors.get(executorKey({ appId: report.appId, id: report.executorId }))
    const hasEnded = hasExecutorEnded(report.state)
    if (held === undefined) {
      if (hasEnded) this.#endedUnheld(worker, report)
      else this.#found(worker, report)
      return
    }
    if (hasEnded) {
      this.ended(held, report)
      return
    }
    if (held.state === report.state || held.state === 'RUNNING') return
    held.state = report.state
    this.#tellUpdated(held.application, { executorId: held.id, state: held.state })
    this.#ground.out.changed()
  }

  /** A worker has come back without it, although it was told to launch it: the order was lost with the connection. */
  missing(executor: HeldExecutor): void {
    const message = `worker ${executor.worker.id} has registered again without it`
    this.ended(executor, { state: 'LOST', message })
  }

  /** The executor holds nothing any more. */
  ended(executor: HeldExecutor, end: ExecutorEnd): void {
    const { worker, application } = executor
    worker.releaseExecutor(executor)
    this.#ground.workers.touched(worker, 'more')
    this.#ground.out.changed()
    if (application === undefined) return
    this.#takeFrom(application, executor, end)
    if (isFailure(executor, end)) this.#failed(application, executor, end)
    else if (executor.killReason === undefined) application.lastEnd = end.message
  }

  /** No application has it any more; it holds its place until its worker has ended it. */
  disown(executor: HeldExecutor, end: ExecutorEnd): void {
    const { application } = executor
    if (application !== undefined) this.#takeFrom(application, executor, end)
    executor.state = end.state
  }

  kill(executor: HeldExecutor, reason: string): void {
    executor.killReason ??= reason
    const { appId, id: executorId, worker } = executor
    this.#ground.out.toWorker(worker.peer, { method: 'killExecutor', appId, executorId, reason: executor.killReason })
  }

  /** An application has registered: it is told of all its executors again, as what was said last may have been lost. */
  tellAll(application: ApplicationEntry): void {
    for (const executor of application.executors.values()) {
      this.#tellAdded(application, executor)
      if (executor.state === 'RUNNING') this.#tellUpdated(application, { executorId: executor.id, state: 'RUNNING' })
    }
  }

  /** Ends those that were kept for an application until it registered, and that have ended as far as it knows. */
  endUnwanted(application: ApplicationEntry): void {
    for (const executor of [...application.executors.values()]) {
      if (!application.wasToldEndOf(executor.id)) continue
      this.disown(executor, { state: 'LOST', message: 'its application was told of its end before' })
      this.kill(executor, 'its application was told of its end before')
    }
  }

  /** Tells an application of the end of those that it believes to be there and that are not. Called when all workers have been heard. */
  tellMissing(application: ApplicationEntry): void {
    for (const id of application.believed) {
      if (application.executors.has(id)) continue
      const known = application.ended.find(({ view }) => view.id === id)
      if (known === undefined) application.noteUnknownEnd(id)
      const { state, message, exitCode } = known?.view ?? { state: 'LOST', message: 'no worker runs it any more' }
      this.#tellUpdated(application, {
        executorId: id,
        state,
        message,
        exitCode,
        workerLost: known?.workerLost ?? false,
      })
    }
    application.believed = []
  }

  /** A worker runs what it was not known to run: it belongs to an application that is or will be there, or has to go. */
  #found(worker: WorkerEntry, report: ExecutorReport): void {
    const { applications, now, out } = this.#ground
    const application = applications.active(report.appId)
    const isWanted =
      worker.state !== 'DECOMMISSIONED' &&
      application?.mayAdopt(report.executorId) === true &&
      this.#hasUse(application, report)
    const executor: HeldExecutor = {
      appId: report.appId,
      id: report.executorId,
      worker,
      application: isWanted ? application : undefined,
      state: report.state,
      launchedAt: now,
      cores: report.cores,
      memoryMiB: report.memoryMiB,
      resources: report.resources,
    }
    worker.holdExecutor(executor)
    this.#ground.workers.touched(worker, 'less')
    out.changed()
    if (application === undefined || !isWanted) {
      this.kill(executor, application === undefined ? 'its application is not known' : 'it was replaced or has ended')
      return
    }
    application.skipExecutors(Number(executor.id))
    application.addExecutor(executor)
    if (!application.isAwaited) {
      application.state = 'RUNNING'
      this.#tellAdded(application, executor)
      if (executor.state === 'RUNNING') this.#tellUpdated(application, { executorId: executor.id, state: 'RUNNING' })
    }
  }

  #hasUse(application: ApplicationEntry, { cores }: ExecutorReport): boolean {
    if (application.isAwaited) return true
    return application.coresLeft >= cores && application.executors.size < application.executorLimit
  }

  /** An executor of an earlier leader has ended, and nobody has told its application. */
  #endedUnheld(worker: WorkerEntry, report: ExecutorReport): void {
    const application = this.#ground.applications.active(report.appId)
    if (application === undefined || application.executors.has(report.executorId)) return
    if (application.knowsEndOf(report.executorId)) return
    const { appId, executorId: id, cores, memoryMiB, resources } = report
    const executor = { appId, id, worker, application, launchedAt: this.#ground.now, cores, memoryMiB, resources }
    const { message, exitCode, state, cause } = report
    application.noteEnd(id, this.#endOf({ ...executor, state }, report))
    this.#tellUpdated(application, { executorId: id, state, message, exitCode, cause, workerLost: false })
  }

  #takeFrom(application: ApplicationEntry, executor: HeldExecutor, end: ExecutorEnd): void {
    executor.application = undefined
    application.dropExecutor(executor, this.#endOf(executor, end))
    this.#ground.applications.hungrier.add(application)
    const { state, message, exitCode, cause, workerLost = false } = end
    this.#tellUpdated(application, { executorId: executor.id, state, message, exitCode, cause, workerLost })
    this.#ground.out.changed()
  }

  #endOf(executor: HeldExecutor, end: ExecutorEnd): EndedExecutor {
    const { id, worker, cores, memoryMiB, resources } = executor
    const view = {
      id,
      workerId: worker.id,
      workerHost: worker.host,
      workerPort: worker.port,
      workerWebUiUrl: worker.webUiUrl,
      cores,
      memoryMiB,
      resources,
      state: end.state,
      message: end.message,
      exitCode: end.exitCode,
    }
    return { view, endedAt: this.#ground.now, workerLost: end.workerLost ?? false }
  }

  #failed(application: ApplicationEntry, executor: HeldExecutor, end: ExecutorEnd): void {
    const { now, options, out } = this.#ground
    const isQuick = now - executor.launchedAt < startedWellMs
    application.failures = isQuick ? application.failures + 1 : 1
    const code = end.exitCode === undefined ? '' : ` (exit code ${end.exitCode})`
    application.lastEnd = `${end.message ?? `the worker said ${end.state}`}${code}, on ${executor.worker.id}`
    out.log('warn', `executor ${executor.id} of ${application.id} has failed: ${application.lastEnd}`)
    const running = [...application.executors.values()].filter(({ state }) => state === 'RUNNING')
    const max = options.maxExecutorRetries
    const hasStarted = running.some(({ launchedAt }) => now - launchedAt >= startedWellMs)
    // Two that fail by turns would forever keep each other from being alone.
    if (max >= 0 && !hasStarted && application.failures >= (running.length === 0 ? max : 2 * max)) {
      const count = `${application.failures} executors in a row have failed`
      this.#onHopeless(application, `${count}, the last because: ${application.lastEnd}`)
      return
    }
    if (isQuick) this.#shun(application, executor.worker, max < 0 || running.length > 0)
    else application.shunned.delete(executor.worker.id)
  }

  /** An application that lives on elsewhere does not try a worker on which its executors end at once again and again. */
  #shun(application: ApplicationEntry, worker: WorkerEntry, isEndless: boolean): void {
    const failures = (application.shunned.get(worker.id)?.failures ?? 0) + 1
    const { now } = this.#ground
    const pauseMs = Math.min(longestPauseMs, 1_000 * 2 ** (failures - quickFailuresAtOnce))
    const until = isEndless && failures >= quickFailuresAtOnce ? now + pauseMs : 0
    application.shunned.set(worker.id, { failures, until })
    this.#awaitPauses(application)
  }

  /** Workers that an application had left alone may be tried again. */
  pauseOver(application: ApplicationEntry): void {
    this.#ground.applications.hungrier.add(application)
    this.#awaitPauses(application)
  }

  #awaitPauses(application: ApplicationEntry): void {
    const { now, deadlines } = this.#ground
    const pending = [...application.shunned.values()].map((shun) => shun.until).filter((time) => time > now)
    if (pending.length > 0) deadlines.set(`retry/${application.id}`, Math.min(...pending))
  }

  #tellAdded(application: ApplicationEntry, executor: HeldExecutor): void {
    const { id: executorId, worker, cores, memoryMiB } = executor
    const { id: workerId, host } = worker
    this.#ground.out.toApplication(application.peer, {
      method: 'executorAdded',
      executorId,
      workerId,
      host,
      cores,
      memoryMiB,
    })
  }

  #tellUpdated(application: ApplicationEntry | undefined, update: ExecutorUpdated): void {
    this.#ground.out.toApplication(application?.peer, { method: 'executorUpdated', ...update })
  }
}

/** Whether the end says something against the application: not what we asked for, and not what came with its worker's loss. */
function isFailure(executor: HeldExecutor, end: ExecutorEnd): boolean {
  if (executor.killReason !== undefined || end.exitCode === 0) return false
  return end.state === 'FAILED' || end.state === 'EXITED' || end.state === 'KILLED'
}
