import { type ExecutorId, systemClock } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import type { HeartbeatMessage, TaskStatusMessage } from '../executor/index.js'
import type { ListenerBus } from '../listener/index.js'
import type { RpcMessage } from '../rpc/index.js'
import type { ExecutorLossCause, ExecutorProvider, ManagerContext } from '../scheduler/index.js'
import type { DriverStorage } from './driver-storage.js'
import type { BackendEvents, ExecutorBackend, RegisteredExecutor } from './executor-backend.js'
import { ExecutorStarts } from './executor-starts.js'
import type { SchedulerShell } from './scheduler-shell.js'

/** What is told of executors, or knows of them. */
export interface ExecutorParties {
  readonly bus: ListenerBus
  readonly provider: ExecutorProvider
  readonly backend: ExecutorBackend
  readonly storage: DriverStorage
  readonly shell: SchedulerShell
}

/** What a manager says of the executors it starts. */
export type ManagerWord = Pick<ManagerContext, 'executorStarting' | 'executorEnded' | 'noMoreExecutors' | 'waiting'>

const log = getLogger('SparkContext')

/**
 * The life of executors: what their manager says of it, and they themselves through the backend, told to scheduler, storage, listeners and
 * log. The parties are made with it in hand, so they are introduced to it afterwards, before any executor is asked for.
 */
export class ExecutorLifecycle implements BackendEvents, ManagerWord {
  readonly #starts = new ExecutorStarts()
  #introduced: ExecutorParties | undefined
  #isStopped = false

  introduce(parties: ExecutorParties): void {
    this.#introduced = parties
  }

  /** From now on, executors end because the application does: nobody is told. */
  stop(): void {
    this.#isStopped = true
  }

  get #parties(): ExecutorParties {
    if (this.#introduced === undefined) throw new Error('an executor was heard of before any was asked for')
    return this.#introduced
  }

  // --- the manager's word

  executorStarting(id: ExecutorId): void {
    this.#starts.starting(id)
    this.#noteStarts()
  }

  executorEnded(id: ExecutorId, cause: ExecutorLossCause): void {
    const { backend } = this.#parties
    if (backend.get(id) === undefined && !backend.isGone(id)) {
      if (this.#starts.ended(id, cause)) log.warn(`executor ${id} ended before it registered: ${cause.message}`)
      this.#noteStarts()
    }
    backend.lose(id, cause)
  }

  waiting(reason: string | undefined): void {
    this.#starts.waiting = reason
    this.#noteStarts()
  }

  noMoreExecutors(message: string): void {
    this.#parties.shell.handle({ type: 'noMoreExecutors', message })
  }

  /** A waiting job is told of executors that are on their way, and of those that never came. */
  #noteStarts(): void {
    this.#parties.shell.handle({ type: 'executorsAwaited', note: this.#starts.note })
  }

  // --- the executors' own, through the backend

  added({ id, info }: RegisteredExecutor): void {
    const { bus, provider, storage, shell } = this.#parties
    this.#starts.registered(id)
    provider.registered?.(id)
    storage.executorAdded(info)
    const { host, slots, memoryBytes } = info
    bus.post(() => ({ type: 'executorAdded', time: systemClock.now(), executorId: id, host, slots, memoryBytes }))
    shell.handle({ type: 'executorAdded', executorId: id, host, slots })
  }

  lost(id: ExecutorId, cause: ExecutorLossCause): void {
    const { bus, storage, shell } = this.#parties
    storage.executorLost(id)
    if (this.#isStopped) return
    const running = shell.runningOn(id)
    const tasks = running.length === 0 ? 'no task was running there' : `running there: task ${running.join(', ')}`
    const { code, message } = cause
    log.warn(`lost executor ${id}: ${message} (${code}); ${tasks}`)
    bus.post(() => ({
      type: 'executorRemoved',
      time: systemClock.now(),
      executorId: id,
      cause: code,
      reason: message,
      running,
    }))
    shell.handle({ type: 'executorLost', executorId: id, cause, outputsLost: true })
  }

  statuses(
    executor: RegisteredExecutor,
    statuses: readonly TaskStatusMessage[],
    attachments: readonly Uint8Array[],
  ): void {
    this.#parties.shell.taskStatuses(executor, statuses, attachments)
  }

  heartbeat({ id }: RegisteredExecutor, { heapBytes, rssBytes, storageBytes, running }: HeartbeatMessage): void {
    const { bus, shell } = this.#parties
    const metrics = { heapBytes, rssBytes, storageBytes, running }
    bus.post(() => ({ type: 'executorMetricsUpdate', time: systemClock.now(), executorId: id, ...metrics }))
    shell.executorReport(id, running)
  }

  mapOutputs(shuffleId: number): AsyncIterable<RpcMessage> {
    return this.#parties.shell.mapOutputs(shuffleId)
  }

  canCommit(request: { stageId: number; partition: number; attemptNumber: number; taskId: number }): boolean {
    return this.#parties.shell.canCommit(request)
  }
}
