import { type ExecutorId, executorId } from '../common/index.js'
import {
  driverEndpoint,
  executorEndpoint,
  type HeartbeatMessage,
  type MapOutputsRequest,
  type RegisterExecutor,
  type StageMessage,
  type TaskDescription,
  type TaskStatusesMessage,
  type TaskStatusMessage,
} from '../executor/index.js'
import type { CompiledStage } from '../rdd/index.js'
import type { RpcEnvironment, RpcMessage, RpcPeer } from '../rpc/index.js'
import type { ExecutorLossCause } from '../scheduler/index.js'

/** An executor that has registered. */
export interface RegisteredExecutor {
  readonly id: ExecutorId
  readonly info: RegisterExecutor
  readonly peer: RpcPeer
  readonly stages: Set<string>
  heardAt: number
  lastHeartbeat?: HeartbeatMessage
}

/** What the backend tells its owner. */
export interface BackendEvents {
  added(executor: RegisteredExecutor): void
  lost(id: ExecutorId, cause: ExecutorLossCause): void
  /** Some tasks have ended; their attachments come one after another. */
  statuses(
    executor: RegisteredExecutor,
    statuses: readonly TaskStatusMessage[],
    attachments: readonly Uint8Array[],
  ): void
  heartbeat(executor: RegisteredExecutor, heartbeat: HeartbeatMessage): void
  mapOutputs(shuffleId: number): AsyncIterable<RpcMessage>
  canCommit(request: { stageId: number; partition: number; attemptNumber: number; taskId: number }): boolean
}

interface LaunchBatch {
  tasks: { task: TaskDescription; attachments: number }[]
  attachments: Uint8Array[]
  bytes: number
}

/** Bytes of attachments that one launch message holds, unless one task alone has more. */
const launchBytes = 8 * 1048576

/** A task that did not reach its executor. */
export interface UnsentTask {
  readonly taskId: number
  readonly error: unknown
}

/**
 * The driver's side of its executors: takes registrations, statuses and heartbeats, sends stages and tasks. Whatever manager started
 * them, and whatever transport lies between.
 */
export class ExecutorBackend {
  readonly #events: BackendEvents
  readonly #executors = new Map<ExecutorId, RegisteredExecutor>()
  readonly #gone = new Map<ExecutorId, ExecutorLossCause>()
  readonly #batches = new Map<RegisteredExecutor, LaunchBatch>()
  readonly #unsent: UnsentTask[] = []
  readonly #now: () => number

  constructor(rpc: RpcEnvironment, events: BackendEvents, now: () => number) {
    this.#events = events
    this.#now = now
    const from = (peer: RpcPeer): RegisteredExecutor | undefined => this.#byPeer.get(peer)
    rpc.register(driverEndpoint, {
      register: (message, { peer }) => this.#register(message.body as RegisterExecutor, peer),
      taskStatuses: (message, { peer }) => {
        const executor = from(peer)
        if (executor === undefined) return
        executor.heardAt = this.#now()
        const { statuses } = message.body as TaskStatusesMessage
        events.statuses(executor, statuses, message.attachments ?? [])
      },
      heartbeat: (message, { peer }) => {
        const executor = from(peer)
        if (executor === undefined) return
        executor.heardAt = this.#now()
        executor.lastHeartbeat = message.body as HeartbeatMessage
        events.heartbeat(executor, executor.lastHeartbeat)
      },
      mapOutputs: (message) => events.mapOutputs((message.body as MapOutputsRequest).shuffleId),
      canCommit: (message) => ({ body: events.canCommit(message.body as Parameters<BackendEvents['canCommit']>[0]) }),
    })
  }

  readonly #byPeer = new Map<RpcPeer, RegisteredExecutor>()

  get executors(): Iterable<RegisteredExecutor> {
    return this.#executors.values()
  }

  get(id: ExecutorId): RegisteredExecutor | undefined {
    return this.#executors.get(id)
  }

  /** Whether an executor has been taken for lost, or ended before it registered. */
  isGone(id: ExecutorId): boolean {
    return this.#gone.has(id)
  }

  /** Where executors serve blocks. */
  addresses(): Record<string, { host: string; port: number }> {
    const addresses: Record<string, { host: string; port: number }> = {}
    for (const { id, info } of this.#executors.values()) if (info.data !== undefined) addresses[id] = info.data
    return addresses
  }

  /** Sends a stage to an executor unless it has it. @throws FS_RPC_MESSAGE_TOO_LARGE */
  sendStage(id: ExecutorId, key: string, stage: CompiledStage): void {
    const executor = this.#executors.get(id)
    if (executor === undefined || executor.stages.has(key)) return
    const { plan, closures } = stage
    const body: StageMessage = { key, plan, closures: closures.map((closure) => closure.hash) }
    executor.peer.send(executorEndpoint, 'stage', { body, attachments: closures.map((closure) => closure.bytes) })
    executor.stages.add(key)
  }

  /** Adds a task to the executor's next launch message. */
  launch(id: ExecutorId, task: TaskDescription, attachments: readonly Uint8Array[]): void {
    const executor = this.#executors.get(id)
    if (executor === undefined) return
    let batch = this.#batches.get(executor)
    const bytes = attachments.reduce((sum, attachment) => sum + attachment.byteLength, 0)
    // A large one goes alone, so that it alone is to blame when it cannot be sent.
    if (batch !== undefined && batch.bytes + bytes > launchBytes) {
      this.#batches.delete(executor)
      this.#send(executor, batch)
      batch = undefined
    }
    if (batch === undefined) {
      batch = { tasks: [], attachments: [], bytes: 0 }
      this.#batches.set(executor, batch)
    }
    batch.tasks.push({ task, attachments: attachments.length })
    batch.attachments.push(...attachments)
    batch.bytes += bytes
  }

  /** Sends what was launched. Returns the tasks that could not be sent, with the error of each. */
  flush(): readonly UnsentTask[] {
    for (const [executor, batch] of this.#batches) this.#send(executor, batch)
    this.#batches.clear()
    return this.#unsent.splice(0)
  }

  #send(executor: RegisteredExecutor, { tasks, attachments }: LaunchBatch): void {
    try {
      executor.peer.send(executorEndpoint, 'launch', { body: { tasks }, attachments })
    } catch (error) {
      for (const { task } of tasks) this.#unsent.push({ taskId: task.taskId, error })
    }
  }

  send(id: ExecutorId, method: string, body: unknown): void {
    this.#executors.get(id)?.peer.send(executorEndpoint, method, { body })
  }

  sendAll(method: string, body: unknown): void {
    for (const executor of this.#executors.values()) executor.peer.send(executorEndpoint, method, { body })
  }

  /** All executors forget a stage. */
  forgetStage(key: string): void {
    for (const executor of this.#executors.values()) {
      if (executor.stages.delete(key)) executor.peer.send(executorEndpoint, 'forgetStage', { body: { key } })
    }
  }

  /** Takes an executor for lost; the first cause counts. */
  lose(id: ExecutorId, cause: ExecutorLossCause): void {
    if (this.#gone.has(id)) return
    this.#gone.set(id, cause)
    const executor = this.#executors.get(id)
    if (executor === undefined) return
    this.#executors.delete(id)
    this.#byPeer.delete(executor.peer)
    this.#batches.delete(executor)
    void executor.peer.close()
    this.#events.lost(id, cause)
  }

  /** Nobody listened for so long: silence meanwhile means nothing. */
  excuse(ms: number): void {
    for (const executor of this.#executors.values()) executor.heardAt += ms
  }

  /** Executors that have not been heard of for `timeoutMs`. */
  silent(timeoutMs: number): RegisteredExecutor[] {
    const now = this.#now()
    return [...this.#executors.values()].filter((executor) => now - executor.heardAt > timeoutMs)
  }

  #register(info: RegisterExecutor, peer: RpcPeer): RpcMessage {
    const id = executorId(info.executorId)
    if (this.#executors.has(id) || this.#gone.has(id)) throw new Error(`executor id ${id} was used before`)
    const executor: RegisteredExecutor = { id, info, peer, stages: new Set(), heardAt: this.#now() }
    this.#executors.set(id, executor)
    this.#byPeer.set(peer, executor)
    // A closed connection alone waits a little for the manager's word, which knows the real cause.
    peer.onClose((cause) => {
      const message = cause === undefined ? 'it closed its connection' : `its connection broke: ${cause.message}`
      setTimeout(() => this.lose(id, { code: 'network', message, causedByApp: true }), lossGraceMs).unref()
    })
    this.#events.added(executor)
    return { body: {} }
  }
}

const lossGraceMs = 300
