import { toWireError } from '../common/errors/index.js'
import { distFile } from '../common/index.js'
import { MemoryPool, unifiedMemoryBytes } from '../memory/index.js'
import { newTaskMetrics } from '../pipeline/index.js'
import type { RpcEnvironment, RpcMessage, RpcPeer } from '../rpc/index.js'
import {
  driverEndpoint,
  executorEndpoint,
  type HeartbeatMessage,
  type KillMessage,
  type LaunchMessage,
  type RegisterExecutor,
  type ShuffleReadRequest,
  type StageMessage,
  shuffleEndpoint,
  type WireOutcome,
} from './executor-messages.js'
import type { ExecutorOptions } from './executor-options.js'
import { ExecutorStorage } from './executor-storage.js'
import { fetchFailure } from './fetch-failure.js'
import { FilesClient } from './files/index.js'
import { askMapOutputs, type ToldOutputs } from './map-output-messages.js'
import { OwnOutputs } from './own-outputs.js'
import { ResultStore } from './result-store.js'
import { lostOutput, ShuffleFetches, serveShufflePart } from './shuffle-fetch.js'
import { ShuffleInputs } from './shuffle-inputs.js'
import { SlotAnswers } from './slot-answers.js'
import { SlotPool } from './slot-pool.js'
import { StatusOutbox } from './status-outbox.js'
import type { ShuffleLocations, SlotOutcome, SlotTaskEnd, StageBinary, TaskDescription } from './task-message.js'

interface Running {
  readonly task: TaskDescription
  readonly stage: StageBinary | undefined
  /** What the task was told of the outputs it reads; those that are known by now may be others. */
  shuffles: readonly ShuffleLocations[]
  /** Set when it was asked to end before it reached its slot. */
  killReason?: string
}

/**
 * An executor: the main thread's side. It only talks: takes stages and tasks from the driver, hands them to its slot threads, answers the
 * slots' questions, serves blocks to other executors, and sends heartbeats. User code never runs here, so that however busy
 * the slots are, the executor is heard. One class serves the driver's own process and executor processes alike.
 */
export class Executor {
  readonly #options: ExecutorOptions
  readonly #rpc: RpcEnvironment
  readonly #driver: RpcPeer
  readonly #pool: MemoryPool
  readonly #slots: SlotPool
  readonly #stages = new Map<string, StageBinary>()
  readonly #running = new Map<number, Running>()
  readonly #inputs: ShuffleInputs
  readonly #fetches: ShuffleFetches
  readonly #results: ResultStore
  readonly #storage: ExecutorStorage
  readonly #ownOutputs = new OwnOutputs()
  readonly #files: FilesClient
  readonly #outbox: StatusOutbox
  #heartbeat: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: ExecutorOptions, rpc: RpcEnvironment, driver: RpcPeer) {
    this.#options = options
    this.#rpc = rpc
    this.#driver = driver
    const unified = unifiedMemoryBytes(options.memoryBytes, options.memoryFraction)
    this.#pool = MemoryPool.create({
      totalBytes: unified,
      storageFraction: options.storageFraction,
      slots: options.slots,
    })
    this.#outbox = new StatusOutbox(driver)
    this.#inputs = new ShuffleInputs({
      ...options,
      own: this.#ownOutputs,
      ask: (shuffleId) => this.#askMapOutputs(shuffleId),
    })
    this.#fetches = new ShuffleFetches(rpc, options.shuffleFetch, options.executorId)
    this.#results = new ResultStore()
    this.#storage = new ExecutorStorage({
      executorId: options.executorId,
      rpc,
      driver,
      pool: this.#pool,
      localDirs: options.localDirs,
      timeoutMs: options.askTimeoutMs,
      driverAddress: options.driverAddress,
      address: options.data,
    })
    this.#files = new FilesClient({
      executorId: options.executorId,
      rpc,
      driver,
      driverAddress: options.driverAddress,
      localDir: options.localDirs[0] as string,
      timeoutMs: options.filesTimeoutMs,
    })
    this.#slots = this.#makeSlots()
  }

  /** Registers with the driver and warms the slots up. */
  async start(): Promise<void> {
    this.#rpc.register(executorEndpoint, {
      stage: (message) => this.#addStage(message),
      launch: (message) => this.#launch(message),
      kill: (message) => this.#kill(message.body as KillMessage),
      forgetStage: (message) => this.#forgetStage((message.body as { key: string }).key),
      forgetShuffle: (message) => this.#forgetShuffle((message.body as { shuffleId: number }).shuffleId),
      forgetBroadcast: (message) => this.#forgetBroadcast((message.body as { id: number }).id),
      result: (message) => this.#results.stream((message.body as { taskId: number }).taskId),
      dropResult: (message) => this.#results.drop((message.body as { taskId: number }).taskId),
    })
    this.#rpc.register(shuffleEndpoint, { read: (message) => this.#serve(message.body as ShuffleReadRequest) })
    const { executorId, host, slots, data, memoryBytes, localDirs } = this.#options
    const registration: RegisterExecutor = {
      executorId,
      host,
      slots,
      data,
      localDirs,
      memoryBytes,
      pid: process.pid,
      storageBytes: this.#pool.totalBytes,
    }
    await this.#driver.ask(
      driverEndpoint,
      'register',
      { body: registration },
      { timeoutMs: this.#options.askTimeoutMs },
    )
    this.#slots.start()
    this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatIntervalMs)
    this.#heartbeat.unref()
  }

  /** Ends all threads; running tasks are not reported. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    clearInterval(this.#heartbeat)
    await this.#slots.stop()
    this.#fetches.close()
    await this.#storage.close()
  }

  get memory(): MemoryPool {
    return this.#pool
  }

  #makeSlots(): SlotPool {
    const { executorId, localDirs, codecs, askTimeoutMs, environment, slots, memoryBytes, killGraceMs, resourcesOf } =
      this.#options
    const { root, modules } = this.#files.folders
    const answers = new SlotAnswers({
      storage: this.#storage,
      fetches: this.#fetches,
      driver: this.#driver,
      askTimeoutMs,
    })
    return new SlotPool({
      slots,
      memoryBytes,
      killGraceMs,
      resourcesOf,
      pool: this.#pool,
      entry: distFile('executor-slot.js'),
      data: { executorId, localDirs, codecs, moduleBase: modules, filesRoot: root, askTimeoutMs, environment },
      onEnded: (end) => this.#taskEnded(end),
      onKilled: (taskId, reason) => this.#report(taskId, { kind: 'killed', reason }),
      onFailed: (taskId, error) => this.#fail(taskId, error),
      onCall: (method, argument) => answers.answer(method, argument),
    })
  }

  // --- from the driver

  #addStage(message: RpcMessage): void {
    const { key, plan, closures } = message.body as StageMessage
    const attachments = message.attachments ?? []
    const stage = { key, plan, closures: closures.map((hash, i) => ({ hash, bytes: attachments[i] as Uint8Array })) }
    this.#stages.set(key, stage)
    this.#slots.addStage(stage)
  }

  #forgetStage(key: string): void {
    this.#stages.delete(key)
    this.#slots.forgetStage(key)
  }

  #forgetBroadcast(id: number): void {
    this.#storage.forgetBroadcast(id)
    this.#slots.post({ type: 'forgetBroadcast', id })
  }

  #forgetShuffle(shuffleId: number): void {
    this.#inputs.forget(shuffleId)
    this.#ownOutputs.remove(shuffleId)
  }

  #launch(message: RpcMessage): void {
    const { tasks } = message.body as LaunchMessage
    const all = message.attachments ?? []
    let at = 0
    for (const { task, attachments } of tasks) {
      try {
        this.#begin(task, all.slice(at, at + attachments))
      } catch (error) {
        this.#fail(task.taskId, error)
      }
      at += attachments
    }
    this.#slots.flush()
    this.#outbox.flush()
  }

  #begin(task: TaskDescription, attachments: readonly Uint8Array[]): void {
    const stage = this.#stages.get(task.stageKey)
    this.#running.set(task.taskId, { task, stage, shuffles: [] })
    if (stage === undefined) {
      this.#fail(task.taskId, new Error(`stage ${task.stageKey} did not reach executor ${this.#options.executorId}`))
      return
    }
    const missing = this.#inputs.missing(stage.plan, task)
    const { files = 0 } = task
    if (missing.length === 0 && this.#files.has(files)) {
      this.#toSlot(task, stage, attachments)
      return
    }
    Promise.all([this.#files.update(files), ...missing]).then(
      () => {
        this.#toSlot(task, stage, attachments)
        this.#slots.flush()
      },
      (error: unknown) => this.#fail(task.taskId, error),
    )
  }

  #toSlot(task: TaskDescription, stage: StageBinary, attachments: readonly Uint8Array[]): void {
    const running = this.#running.get(task.taskId)
    if (running === undefined || this.#isStopped) return
    if (running.killReason !== undefined) {
      this.#report(task.taskId, { kind: 'killed', reason: running.killReason })
      return
    }
    const located = this.#inputs.locate(stage.plan, task)
    if ('missing' in located) {
      this.#report(task.taskId, located.missing)
      return
    }
    running.shuffles = located.shuffles
    this.#slots.run(task.slot, { task, attachments, shuffles: located.shuffles })
  }

  #kill({ taskId, reason, interrupt }: KillMessage): void {
    const running = this.#running.get(taskId)
    if (running === undefined) return
    running.killReason ??= reason
    this.#slots.kill(taskId, reason, interrupt)
  }

  /** Streams a part of one of this executor's own map outputs to another executor. */
  #serve({ shuffleId, mapId, reducePartition }: ShuffleReadRequest): AsyncIterable<RpcMessage> {
    const part = this.#ownOutputs.part(shuffleId, mapId, reducePartition)
    if (part === undefined) throw lostOutput(`of map ${mapId}, shuffle ${shuffleId}`, 'this executor does not have it')
    return serveShufflePart(part)
  }

  // --- from the slots

  #taskEnded({ taskId, outcome, metrics, updates }: SlotTaskEnd): void {
    const running = this.#running.get(taskId)
    if (running === undefined) return
    if (outcome.kind === 'shuffle') this.#ownOutputs.add(running.stage, running.task, outcome)
    const wire = this.#wireOutcome(running, outcome)
    this.#running.delete(taskId)
    const bytes = wire.kind === outcome.kind ? [...bytesOf(outcome)] : []
    for (const update of updates) bytes.push(update.value)
    this.#outbox.add(
      { taskId, outcome: wire, metrics, updates: updates.map((u) => u.id), attachments: bytes.length },
      bytes,
    )
  }

  #wireOutcome(running: Running, outcome: SlotOutcome): WireOutcome {
    switch (outcome.kind) {
      case 'batches':
      case 'value': {
        const bytes = bytesOf(outcome)
        const total = bytes.reduce((sum, b) => sum + b.byteLength, 0)
        const records = outcome.kind === 'batches' ? outcome.records : 1
        if (total > this.#options.maxDirectResultBytes) {
          this.#results.keep(running.task.taskId, bytes)
          return { kind: 'stored', bytes: total, of: outcome.kind, records }
        }
        if (outcome.kind === 'value') return { kind: 'value' }
        return { kind: 'batches', records, count: bytes.length }
      }
      case 'shuffle':
        return { kind: 'shuffle' }
      case 'killed':
        return { kind: 'killed', reason: this.#slots.killReason(running.task.taskId) ?? outcome.reason }
      case 'failed':
        return fetchFailure(outcome.error, running.shuffles) ?? outcome
      default:
        return outcome
    }
  }

  // --- to the driver

  async #askMapOutputs(shuffleId: number): Promise<ToldOutputs> {
    const told = await askMapOutputs(this.#driver, shuffleId, this.#options.askTimeoutMs)
    this.#fetches.know(told.addresses)
    return told
  }

  #fail(taskId: number, error: unknown): void {
    this.#report(taskId, { kind: 'failed', error: toWireError(error) })
  }

  #report(taskId: number, outcome: WireOutcome): void {
    if (!this.#running.delete(taskId)) return
    this.#outbox.add({ taskId, outcome, metrics: newTaskMetrics(), updates: [], attachments: 0 }, [])
  }

  #beat(): void {
    this.#storage.relieve()
    const memory = process.memoryUsage()
    const heartbeat: HeartbeatMessage = {
      executorId: this.#options.executorId,
      running: [...this.#running.keys()],
      heapBytes: memory.heapUsed,
      rssBytes: memory.rss,
      storageBytes: this.#storage.usedBytes,
    }
    this.#driver.send(driverEndpoint, 'heartbeat', { body: heartbeat })
  }
}

function bytesOf(outcome: SlotOutcome): readonly Uint8Array[] {
  if (outcome.kind === 'batches') return outcome.batches
  if (outcome.kind === 'value') return [outcome.bytes]
  return outcome.kind === 'shuffle' ? [outcome.status] : []
}
