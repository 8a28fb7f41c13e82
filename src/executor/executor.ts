import { existsSync } from 'node:fs'
import { FiresteelError, toWireError } from '../common/errors/index.js'
import { distFile } from '../common/index.js'
import { MemoryPool, unifiedMemoryBytes } from '../memory/index.js'
import type { StagePlan } from '../pipeline/index.js'
import { newTaskMetrics } from '../pipeline/index.js'
import type { RpcEnvironment, RpcMessage, RpcPeer } from '../rpc/index.js'
import {
  driverEndpoint,
  executorEndpoint,
  type FetchFailedOutcome,
  type HeartbeatMessage,
  type KillMessage,
  type LaunchMessage,
  type RegisterExecutor,
  type ShuffleReadRequest,
  type StageMessage,
  shuffleEndpoint,
  type TaskStatusMessage,
  type WireOutcome,
} from './executor-messages.js'
import { ExecutorStorage } from './executor-storage.js'
import { HeapWatch, type WatchedSlot } from './heap-watch.js'
import { type MapOutputStatus, type MapOutputStatuses, MapOutputs } from './map-outputs.js'
import { OwnOutputs } from './own-outputs.js'
import { ResultStore } from './result-store.js'
import { ShuffleFetches, type ShuffleFetchOptions, serveShufflePart } from './shuffle-fetch.js'
import { SlotThread, threadLoss } from './slot-thread.js'
import type { FromSlot, ShuffleLocations, SlotOutcome, StageBinary, TaskDescription } from './task-message.js'

export interface ExecutorOptions {
  readonly executorId: string
  readonly host: string
  readonly slots: number
  readonly memoryBytes: number
  readonly memoryFraction: number
  readonly storageFraction: number
  /** Folders for shuffle output and spills; they exist, and the owner of the executor removes them. */
  readonly localDirs: readonly string[]
  /** Compression of shuffle data and spills. */
  readonly codec: string
  readonly heartbeatIntervalMs: number
  readonly askTimeoutMs: number
  /** How long a killed task may go on before its thread is ended. */
  readonly killGraceMs: number
  /** Larger results are stored and fetched instead of being sent along. */
  readonly maxDirectResultBytes: number
  readonly readHostLocalDisk: boolean
  readonly shuffleFetch: ShuffleFetchOptions
  readonly moduleBase?: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the driver is dialled for bulk data; none in the driver's own process. */
  readonly driverAddress?: { readonly host: string; readonly port: number }
  /** Address other executors fetch from. */
  readonly data?: { readonly host: string; readonly port: number }
}

interface Running {
  readonly task: TaskDescription
  readonly slot: number
  readonly stage: StageBinary | undefined
  readonly startedAt: number
  killReason?: string
  killTimer?: NodeJS.Timeout
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
  readonly #threads: (SlotThread | undefined)[]
  readonly #stages = new Map<string, StageBinary>()
  readonly #running = new Map<number, Running>()
  readonly #mapOutputs: MapOutputs
  readonly #fetches: ShuffleFetches
  readonly #results: ResultStore
  readonly #storage: ExecutorStorage
  readonly #ownOutputs = new OwnOutputs()
  readonly #heapMiB: number
  readonly #heapWatch: HeapWatch
  readonly #ending = new Set<SlotThread>()
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
    this.#threads = new Array(options.slots)
    this.#heapMiB = Math.max(64, Math.floor(options.memoryBytes / options.slots / 1048576))
    this.#mapOutputs = new MapOutputs((shuffleId) => this.#askMapOutputs(shuffleId))
    this.#fetches = new ShuffleFetches(rpc, options.shuffleFetch, options.executorId)
    this.#results = new ResultStore()
    this.#heapWatch = new HeapWatch({
      intervalMs: 100,
      slotLimitBytes: this.#heapMiB * 1048576,
      processLimitBytes: slotsBytes() + options.memoryBytes + processSlackBytes,
      processBytes: slotsBytes,
      running: () => this.#watchedSlots(),
      onOverflow: (watched, heapBytes) => this.#overflow(watched, heapBytes),
    })
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
    const { executorId, host, slots, data, memoryBytes } = this.#options
    const registration: RegisterExecutor = {
      executorId,
      host,
      slots,
      data,
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
    for (let slot = 0; slot < slots; slot++) this.#thread(slot)
    this.#heartbeat = setInterval(() => this.#beat(), this.#options.heartbeatIntervalMs)
    this.#heartbeat.unref()
    this.#heapWatch.start()
  }

  /** Ends all threads; running tasks are not reported. */
  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    clearInterval(this.#heartbeat)
    this.#heapWatch.stop()
    for (const running of this.#running.values()) clearTimeout(running.killTimer)
    await Promise.all(this.#threads.map((thread) => thread?.terminate()))
    this.#fetches.close()
    await this.#storage.close()
  }

  get memory(): MemoryPool {
    return this.#pool
  }

  #thread(slot: number): SlotThread {
    const existing = this.#threads[slot]
    if (existing !== undefined) return existing
    const { executorId, localDirs, codec, moduleBase, askTimeoutMs, environment } = this.#options
    const thread = new SlotThread({
      entry: distFile('executor-slot.js'),
      maxHeapMiB: this.#heapMiB + Math.max(1024, 2 * this.#heapMiB),
      data: {
        slot,
        executorId,
        memory: this.#pool.buffer,
        localDirs,
        codec,
        moduleBase,
        heapLimitBytes: this.#heapMiB * 1048576,
        askTimeoutMs,
        environment,
      },
      onMessage: (message) => this.#fromSlot(slot, message),
      onLost: (error) => this.#threadLost(slot, thread, error),
      onCall: (method, argument) => this.#answer(method, argument),
    })
    this.#threads[slot] = thread
    return thread
  }

  // --- from the driver

  #addStage(message: RpcMessage): void {
    const { key, plan, closures } = message.body as StageMessage
    const attachments = message.attachments ?? []
    this.#stages.set(key, {
      key,
      plan,
      closures: closures.map((hash, i) => ({ hash, bytes: attachments[i] as Uint8Array })),
    })
  }

  #forgetStage(key: string): void {
    this.#stages.delete(key)
    for (const thread of this.#threads) {
      if (thread?.stages.delete(key)) thread.post({ type: 'forgetStage', key })
    }
  }

  #forgetBroadcast(id: number): void {
    this.#storage.forgetBroadcast(id)
    for (const thread of this.#threads) thread?.post({ type: 'forgetBroadcast', id })
  }

  #forgetShuffle(shuffleId: number): void {
    this.#mapOutputs.forget(shuffleId)
    this.#ownOutputs.remove(shuffleId)
  }

  #launch(message: RpcMessage): void {
    const { tasks } = message.body as LaunchMessage
    const all = message.attachments ?? []
    let at = 0
    for (const { task, attachments } of tasks) {
      this.#begin(task, all.slice(at, at + attachments))
      at += attachments
    }
  }

  #begin(task: TaskDescription, attachments: readonly Uint8Array[]): void {
    const stage = this.#stages.get(task.stageKey)
    this.#running.set(task.taskId, { task, slot: task.slot, stage, startedAt: performance.now() })
    if (stage === undefined) {
      this.#fail(task.taskId, new Error(`stage ${task.stageKey} did not reach executor ${this.#options.executorId}`))
      return
    }
    const stale = stage.plan.shuffles.filter((id) => !this.#mapOutputs.has(id, task.mapEpoch))
    if (stale.length === 0) {
      this.#toSlot(task, stage, attachments)
      return
    }
    Promise.all(stale.map((id) => this.#mapOutputs.fetch(id))).then(
      () => this.#toSlot(task, stage, attachments),
      (error: unknown) => this.#fail(task.taskId, error),
    )
  }

  #toSlot(task: TaskDescription, stage: StageBinary, attachments: readonly Uint8Array[]): void {
    const running = this.#running.get(task.taskId)
    if (running === undefined || this.#isStopped) return
    const located = this.#locate(stage.plan, task)
    if ('missing' in located) {
      this.#fetchFailed(task, located.missing)
      return
    }
    const thread = this.#thread(task.slot)
    if (!thread.stages.has(stage.key)) {
      thread.stages.add(stage.key)
      thread.post({ type: 'stage', stage })
    }
    thread.busy = true
    thread.post({ type: 'task', task, attachments, shuffles: located.shuffles })
  }

  /** Locations of every shuffle part that the task's partition tree reads. */
  #locate(plan: StagePlan, task: TaskDescription): { shuffles: ShuffleLocations[] } | { missing: FetchFailedOutcome } {
    const shuffles: ShuffleLocations[] = []
    for (const { shuffleId, partition } of shuffleReads(plan, task)) {
      const locations = this.#mapOutputs.locate(shuffleId, partition, (status) => this.#isReachable(status))
      const missing = locations.missing[0]
      if (missing !== undefined) {
        const error = new FiresteelError('FS_SHUFFLE_FETCH_FAILED', {
          shuffleId,
          mapId: missing,
          reduceId: partition,
          executorId: '(none)',
          cause: 'missing',
          reason: 'no executor has the map output any more',
        })
        return {
          missing: {
            kind: 'fetchFailed',
            shuffleId,
            mapPartition: missing,
            reducePartition: partition,
            scope: 'output',
            error: toWireError(error),
          },
        }
      }
      shuffles.push(locations)
    }
    return { shuffles }
  }

  #isReachable(status: MapOutputStatus): boolean {
    if (status.executorId === this.#options.executorId) return true
    return this.#options.readHostLocalDisk && status.host === this.#options.host && existsSync(status.path)
  }

  #kill({ taskId, reason, interrupt }: KillMessage): void {
    const running = this.#running.get(taskId)
    if (running === undefined || running.killReason !== undefined) return
    running.killReason = reason
    const thread = this.#threads[running.slot]
    thread?.requestKill(taskId)
    const graceMs = interrupt ? Math.min(50, this.#options.killGraceMs) : this.#options.killGraceMs
    running.killTimer = setTimeout(() => this.#killHard(taskId), graceMs)
  }

  /** The task did not look up in time: its thread is ended, and a new one takes its place. */
  #killHard(taskId: number): void {
    const running = this.#running.get(taskId)
    if (running === undefined) return
    this.#replaceThread(running.slot)
    this.#report(taskId, { kind: 'killed', reason: running.killReason ?? 'asked to end' })
  }

  #replaceThread(slot: number): void {
    const thread = this.#threads[slot]
    this.#threads[slot] = undefined
    this.#pool.slotLost(slot)
    if (thread !== undefined) {
      // Until it has really ended its memory is still there, and must not be held against the threads that go on.
      this.#ending.add(thread)
      void thread.terminate().finally(() => this.#ending.delete(thread))
    }
    if (!this.#isStopped) this.#thread(slot)
  }

  /** Streams a part of one of this executor's own map outputs to another executor. */
  #serve({ shuffleId, mapId, reducePartition }: ShuffleReadRequest): AsyncIterable<RpcMessage> {
    const part = this.#ownOutputs.part(shuffleId, mapId, reducePartition)
    if (part === undefined) {
      throw Object.assign(new Error(`map output ${mapId} of shuffle ${shuffleId} is not here`), { code: 'ENOENT' })
    }
    return serveShufflePart(part)
  }

  // --- from the slots

  #fromSlot(slot: number, message: FromSlot): void {
    if (message.type === 'ready') return
    const thread = this.#threads[slot]
    if (thread !== undefined) thread.busy = false
    const running = this.#running.get(message.taskId)
    if (running === undefined) return
    clearTimeout(running.killTimer)
    this.#running.delete(message.taskId)
    const { outcome, metrics, updates } = message
    if (outcome.kind === 'shuffle') this.#ownOutputs.add(running.stage, running.task, outcome)
    const wire = this.#wireOutcome(running, outcome)
    const attachments = wire.kind === 'batches' || wire.kind === 'value' ? [...bytesOf(outcome)] : []
    for (const update of updates) attachments.push(update.value)
    const status: TaskStatusMessage = {
      taskId: message.taskId,
      outcome: wire,
      metrics,
      updates: updates.map((u) => u.id),
    }
    this.#driver.send(driverEndpoint, 'taskStatus', { body: status, attachments })
    if (outcome.kind === 'failed' && outcome.error.code === 'FS_TASK_HEAP_LIMIT') this.#replaceThread(slot)
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
      case 'killed':
        return { kind: 'killed', reason: running.killReason ?? outcome.reason }
      case 'failed':
        return fetchFailure(outcome.error, (shuffleId, mapId) => this.#mapOutputs.output(shuffleId, mapId)) ?? outcome
      default:
        return outcome
    }
  }

  #watchedSlots(): WatchedSlot[] {
    if (this.#ending.size > 0) return []
    return [...this.#running.values()].flatMap(({ task, slot, startedAt }) => {
      const thread = this.#threads[slot]
      if (thread === undefined) return []
      const runningForMs = performance.now() - startedAt
      const reportedHeap = this.#pool.slotUse(slot).heap
      return [{ slot, taskId: task.taskId, runningForMs, reportedHeap, heapNow: () => thread.heapNow() }]
    })
  }

  /** A thread's heap has passed its share and it did not look up: it is ended, and its task fails by name. */
  #overflow({ slot, taskId }: WatchedSlot, heapBytes: number): void {
    if (!this.#running.has(taskId)) return
    const { memoryBytes, slots } = this.#options
    const details = {
      task: taskId,
      heapMiB: toMiB(heapBytes),
      limitMiB: this.#heapMiB,
      executorMiB: toMiB(memoryBytes),
      slots,
    }
    this.#fail(taskId, new FiresteelError('FS_TASK_OUT_OF_MEMORY', details))
    this.#replaceThread(slot)
  }

  #threadLost(slot: number, thread: SlotThread, error: Error): void {
    if (this.#threads[slot] !== thread || this.#isStopped) return
    this.#threads[slot] = undefined
    const running = [...this.#running.values()].find((r) => r.slot === slot)
    this.#pool.slotLost(slot)
    if (running !== undefined) {
      const { memoryBytes, slots } = this.#options
      const facts = {
        task: running.task.taskId,
        heapMiB: this.#heapMiB,
        executorMiB: Math.round(memoryBytes / 1048576),
        slots,
      }
      this.#fail(running.task.taskId, threadLoss(error, facts))
    }
    this.#thread(slot)
  }

  /** Answers what a slot asks. */
  #answer(method: string, argument: unknown): unknown {
    switch (method) {
      case 'getBlock':
        return this.#storage.get((argument as { block: string }).block)
      case 'putBlock': {
        const { block, ...options } = argument as { block: string; level: string; batches: Uint8Array[]; slot: number }
        return this.#storage.put(block, options)
      }
      case 'broadcast':
        return this.#storage.broadcast((argument as { id: number }).id)
      case 'openFetch':
        return this.#fetches.open(argument as Parameters<ShuffleFetches['open']>[0])
      case 'nextPiece':
        return this.#fetches.next((argument as { fetch: number }).fetch)
      case 'closeFetch':
        return this.#fetches.closeFetch((argument as { fetch: number }).fetch)
      case 'canCommit':
        return this.#driver
          .ask(driverEndpoint, 'canCommit', { body: argument }, { timeoutMs: this.#options.askTimeoutMs })
          .then((answer) => answer.body)
      default:
        throw new Error(`a slot asked for ${method}, which is not known`)
    }
  }

  // --- to the driver

  async #askMapOutputs(shuffleId: number): Promise<MapOutputStatuses> {
    const options = { timeoutMs: this.#options.askTimeoutMs }
    const answer = await this.#driver.ask(driverEndpoint, 'mapOutputs', { body: { shuffleId } }, options)
    const { statuses, addresses } = answer.body as {
      statuses: MapOutputStatuses
      addresses: Record<string, { host: string; port: number }>
    }
    this.#fetches.know(addresses)
    return statuses
  }

  #fail(taskId: number, error: unknown): void {
    this.#report(taskId, { kind: 'failed', error: toWireError(error) })
  }

  #fetchFailed(task: TaskDescription, outcome: FetchFailedOutcome): void {
    this.#report(task.taskId, outcome)
  }

  #report(taskId: number, outcome: WireOutcome): void {
    const running = this.#running.get(taskId)
    if (running === undefined) return
    clearTimeout(running.killTimer)
    this.#running.delete(taskId)
    const status: TaskStatusMessage = { taskId, outcome, metrics: newTaskMetrics(), updates: [] }
    this.#driver.send(driverEndpoint, 'taskStatus', { body: status })
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

/** Beyond the executor's memory: code, stacks, buffers of the network, and garbage that is not collected yet. */
const processSlackBytes = 128 * 1048576

/** Bytes of this process that are not the main thread's own: in local mode that is the user's program. */
function slotsBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage()
  return rss - heapTotal - external
}

const toMiB = (bytes: number): number => Math.round(bytes / 1048576)

function bytesOf(outcome: SlotOutcome): readonly Uint8Array[] {
  if (outcome.kind === 'batches') return outcome.batches
  return outcome.kind === 'value' ? [outcome.bytes] : []
}

/** Which parts of which shuffles a task reads: the partition tree says the partition at each reading node. */
function* shuffleReads(plan: StagePlan, task: TaskDescription): Generator<{ shuffleId: number; partition: number }> {
  if (plan.shuffles.length === 0) return
  const seen = new Set<string>()
  type Visit = { node: number; tree: TaskDescription['tree'] }
  const todo: Visit[] = [{ node: plan.root, tree: task.tree }]
  for (let visit = todo.pop(); visit !== undefined; visit = todo.pop()) {
    const { tree } = visit
    const { operator, inputs } = plan.nodes[visit.node] as StagePlan['nodes'][number]
    const own =
      operator.op === 'shuffle'
        ? [operator.shuffleId]
        : operator.op === 'cogroup'
          ? cogroupShuffles(operator.sides)
          : []
    for (const shuffleId of own) {
      const key = `${shuffleId}/${tree.index}`
      if (seen.has(key)) continue
      seen.add(key)
      yield { shuffleId, partition: tree.index }
    }
    if (operator.op === 'union')
      todo.push({ node: inputs[tree.branch ?? 0] as number, tree: tree.inputs?.[0] as Visit['tree'] })
    else if (operator.op === 'coalesce')
      for (const child of tree.inputs ?? []) todo.push({ node: inputs[0] as number, tree: child })
    else if (tree.inputs !== undefined && inputs.length === tree.inputs.length && isManySided(operator.op)) {
      inputs.forEach((node, i) => {
        todo.push({ node, tree: tree.inputs?.[i] as Visit['tree'] })
      })
    } else for (const node of inputs) todo.push({ node, tree })
  }
}

const isManySided = (op: string): boolean =>
  op === 'zip' || op === 'zipPartitions' || op === 'cartesian' || op === 'cogroup' || op === 'chain'

function cogroupShuffles(sides: readonly ({ shuffleId: number } | { input: number })[]): number[] {
  return sides.flatMap((side) => ('shuffleId' in side ? [side.shuffleId] : []))
}

interface FetchFacts {
  readonly shuffleId: number
  readonly mapId: number
  readonly reduceId: number
  readonly executorId: string
  readonly cause: 'missing' | 'corrupt' | 'network'
}

/** Turns the error of a failed fetch into the outcome that makes the driver run the lost map tasks again. */
function fetchFailure(
  error: { code?: string; details?: Readonly<Record<string, unknown>> },
  outputOf: (shuffleId: number, mapId: number) => MapOutputStatus | undefined,
): FetchFailedOutcome | undefined {
  if (error.code !== 'FS_SHUFFLE_FETCH_FAILED' || error.details === undefined) return undefined
  const { shuffleId, mapId, reduceId, executorId, cause } = error.details as unknown as FetchFacts
  return {
    kind: 'fetchFailed',
    shuffleId,
    mapPartition: mapId,
    mapTaskId: outputOf(shuffleId, mapId)?.taskId,
    executorId,
    reducePartition: reduceId,
    scope: cause === 'network' ? 'executor' : 'output',
    error: error as FetchFailedOutcome['error'],
  }
}
