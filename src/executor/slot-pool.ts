import { FiresteelError } from '../common/errors/index.js'
import type { MemoryPool } from '../memory/index.js'
import type { BlockingHandler } from './blocking-call.js'
import { HeapWatch, type WatchedSlot } from './heap-watch.js'
import type { SlotData } from './slot.js'
import { SlotQueue } from './slot-queue.js'
import type { TaskResources } from './slot-resources.js'
import { SlotThread, threadLoss } from './slot-thread.js'
import type { FromSlot, SlotTask, SlotTaskEnd, StageBinary, TaskDescription, ToSlot } from './task-message.js'

export interface SlotPoolOptions {
  readonly slots: number
  readonly entry: string
  readonly memoryBytes: number
  readonly pool: MemoryPool
  /** How long a killed task may go on before its thread is ended. */
  readonly killGraceMs: number
  /** What each thread is given. */
  readonly data: Omit<SlotData, 'slot' | 'memory' | 'calls' | 'callWord' | 'control' | 'heapLimitBytes' | 'resources'>
  /** Custom resources of each slot; none unless given. */
  readonly resourcesOf?: (slot: number) => TaskResources
  readonly onEnded: (end: SlotTaskEnd) => void
  readonly onKilled: (taskId: number, reason: string) => void
  readonly onFailed: (taskId: number, error: unknown) => void
  readonly onCall: BlockingHandler
}

interface Slot {
  readonly index: number
  thread: SlotThread | undefined
  readonly queue: SlotQueue
}

interface Killing {
  readonly reason: string
  readonly timer: NodeJS.Timeout
}

/** A task that has run for this long does not keep others waiting behind it. */
const longTaskMs = 50
const recallEveryMs = 25
const heapLookEveryMs = 100

/** The slot threads of an executor: gives them tasks, takes tasks back from behind long ones, ends and replaces threads. */
export class SlotPool {
  readonly #options: SlotPoolOptions
  readonly #slots: readonly Slot[]
  readonly #stages = new Map<string, StageBinary>()
  readonly #slotOf = new Map<number, Slot>()
  readonly #killing = new Map<number, Killing>()
  readonly #ending = new Set<SlotThread>()
  readonly #heapMiB: number
  readonly #heapWatch: HeapWatch
  readonly #outbox = new Map<Slot, SlotTask[]>()
  #recallTimer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: SlotPoolOptions) {
    this.#options = options
    this.#slots = Array.from({ length: options.slots }, (_, index) => ({
      index,
      thread: undefined,
      queue: new SlotQueue(),
    }))
    this.#heapMiB = Math.max(64, Math.floor(options.memoryBytes / options.slots / 1048576))
    this.#heapWatch = new HeapWatch({
      intervalMs: heapLookEveryMs,
      slotLimitBytes: 2 * this.#heapMiB * 1048576 + garbageBytes,
      growthLimitBytes: 2 * this.#heapMiB * 1048576 + growthSlackBytes,
      processBytes: slotsBytes,
      running: () => this.#watched(),
      onOverflow: (watched, heapBytes) => this.#overflow(watched, heapBytes),
    })
  }

  /** Starts all threads, so that they are warm when tasks come. */
  start(): void {
    for (const slot of this.#slots) this.#thread(slot)
    this.#heapWatch.start()
    this.#recallTimer = setInterval(() => this.#recall(), recallEveryMs)
    this.#recallTimer.unref()
  }

  /** Ends all threads; resolves when they have ended, or are given up. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#heapWatch.stop()
    clearInterval(this.#recallTimer)
    for (const { timer } of this.#killing.values()) clearTimeout(timer)
    const threads = [...this.#ending, ...this.#slots.flatMap((slot) => slot.thread ?? [])]
    await Promise.all(threads.map((thread) => thread.terminate()))
  }

  addStage(stage: StageBinary): void {
    this.#stages.set(stage.key, stage)
  }

  forgetStage(key: string): void {
    this.#stages.delete(key)
    for (const { thread } of this.#slots) if (thread?.stages.delete(key)) thread.post({ type: 'forgetStage', key })
  }

  /** Tells every thread. */
  post(message: ToSlot): void {
    for (const { thread } of this.#slots) thread?.post(message)
  }

  /** Gives a slot a task; it is sent with the next `flush`. */
  run(index: number, task: Omit<SlotTask, 'claim'>): void {
    const slot = this.#slots[index] as Slot
    const claim = this.#thread(slot).claims.offer()
    this.#give(slot, { ...task, claim })
  }

  /** Sends what `run` gave, in one message for each slot. */
  flush(): void {
    for (const [slot, tasks] of this.#outbox) {
      const thread = this.#thread(slot)
      thread.busy = true
      thread.post({ type: 'tasks', tasks })
    }
    this.#outbox.clear()
  }

  /** Asks a task to end; one that does not look up in time takes its thread with it. */
  kill(taskId: number, reason: string, interrupt: boolean): void {
    const slot = this.#slotOf.get(taskId)
    if (slot === undefined || this.#killing.has(taskId)) return
    const queued = slot.queue.get(taskId)
    if (queued !== undefined && slot.thread?.claims.recall(queued.claim)) {
      this.#forget(taskId)
      this.#options.onKilled(taskId, reason)
      return
    }
    slot.thread?.requestKill(taskId)
    const graceMs = interrupt ? Math.min(50, this.#options.killGraceMs) : this.#options.killGraceMs
    this.#killing.set(taskId, { reason, timer: setTimeout(() => this.#killHard(slot, taskId), graceMs) })
  }

  /** Why a task was asked to end, if it was. */
  killReason(taskId: number): string | undefined {
    return this.#killing.get(taskId)?.reason
  }

  #give(slot: Slot, task: SlotTask): void {
    const thread = this.#thread(slot)
    const stage = this.#stages.get(task.task.stageKey)
    if (stage !== undefined && !thread.stages.has(stage.key)) {
      thread.stages.add(stage.key)
      thread.post({ type: 'stage', stage })
    }
    slot.queue.push(task, performance.now())
    this.#slotOf.set(task.task.taskId, slot)
    const outbox = this.#outbox.get(slot)
    if (outbox === undefined) this.#outbox.set(slot, [task])
    else outbox.push(task)
  }

  #forget(taskId: number): void {
    const slot = this.#slotOf.get(taskId)
    this.#slotOf.delete(taskId)
    slot?.queue.remove(taskId, performance.now())
    const killing = this.#killing.get(taskId)
    if (killing !== undefined) clearTimeout(killing.timer)
    this.#killing.delete(taskId)
  }

  #thread(slot: Slot): SlotThread {
    if (slot.thread !== undefined) return slot.thread
    const { entry, data, pool, onCall } = this.#options
    const thread: SlotThread = new SlotThread({
      entry,
      maxHeapMiB: this.#heapMiB + Math.max(1024, 2 * this.#heapMiB),
      data: {
        ...data,
        slot: slot.index,
        memory: pool.buffer,
        heapLimitBytes: this.#heapMiB * 1048576,
        resources: this.#options.resourcesOf?.(slot.index),
      },
      onMessage: (message) => this.#fromSlot(slot, thread, message),
      onLost: (error) => this.#lost(slot, thread, error),
      onCall,
      task: () => describe(slot.queue.head?.task),
    })
    slot.thread = thread
    return thread
  }

  #fromSlot(slot: Slot, thread: SlotThread, message: FromSlot): void {
    if (message.type === 'ready' || slot.thread !== thread) return
    for (const end of message.tasks) {
      if (!this.#slotOf.has(end.taskId)) continue
      this.#options.onEnded(end)
      this.#forget(end.taskId)
      // What the task kept alive may have to go with the thread.
      if (end.outcome.kind === 'failed' && end.outcome.error.code === 'FS_TASK_HEAP_LIMIT') this.#replace(slot)
    }
    if (slot.queue.length === 0 && slot.thread !== undefined) slot.thread.busy = false
  }

  /** The task did not look up in time: its thread is ended, and a new one takes its place. */
  #killHard(slot: Slot, taskId: number): void {
    const reason = this.#killing.get(taskId)?.reason ?? 'asked to end'
    const task = slot.queue.get(taskId)?.task
    if (task === undefined) return
    this.#forget(taskId)
    this.#replace(slot, task)
    this.#options.onKilled(taskId, reason)
  }

  /** Ends a thread; what it had been sent besides the task that is to blame goes to its successor. */
  #replace(slot: Slot, culprit?: TaskDescription): void {
    const { thread } = slot
    slot.thread = undefined
    this.#options.pool.slotLost(slot.index)
    if (thread !== undefined) {
      // Until it has really ended its memory is still there, and must not be held against the threads that go on.
      this.#ending.add(thread)
      void thread.terminate(describe(culprit))
    }
    this.#resend(slot)
  }

  #resend(slot: Slot): void {
    if (this.#isStopped) return
    this.#outbox.delete(slot)
    const waiting = slot.queue.clear()
    this.#thread(slot)
    for (const { claim: _, ...task } of waiting) this.run(slot.index, task)
    this.flush()
  }

  #lost(slot: Slot, thread: SlotThread, error: Error): void {
    if (slot.thread !== thread || this.#isStopped) return
    slot.thread = undefined
    this.#options.pool.slotLost(slot.index)
    const head = slot.queue.head
    if (head !== undefined) {
      const { taskId } = head.task
      this.#forget(taskId)
      const { memoryBytes, slots } = this.#options
      const facts = { task: taskId, heapMiB: this.#heapMiB, executorMiB: toMiB(memoryBytes), slots }
      this.#options.onFailed(taskId, threadLoss(error, facts))
    }
    this.#resend(slot)
  }

  /** Tasks that wait behind a long one go to slots that have nothing to do. */
  #recall(): void {
    const now = performance.now()
    for (const slot of this.#slots) {
      for (const task of slot.queue.stuck(now, longTaskMs)) {
        const idle = this.#slots.find((other) => other.queue.length === 0)
        if (idle === undefined) return
        if (!slot.thread?.claims.recall(task.claim)) continue
        slot.queue.remove(task.task.taskId, now)
        const { claim: _, ...rest } = task
        this.run(idle.index, rest)
        this.flush()
      }
    }
  }

  #watched(): WatchedSlot[] {
    for (const thread of this.#ending) if (thread.hasEnded) this.#ending.delete(thread)
    if (this.#ending.size > 0) return []
    return this.#slots.flatMap(({ index, thread, queue }) => {
      const head = queue.head
      if (thread === undefined || head === undefined) return []
      const reportedHeap = this.#options.pool.slotUse(index).heap
      const runningForMs = performance.now() - queue.headSince
      const { looks } = thread
      const heapNow = () => thread.heapNow()
      return [{ slot: index, taskId: head.task.taskId, runningForMs, looks, reportedHeap, heapNow }]
    })
  }

  /** A thread's heap has passed its share and it did not look up: it is ended, and its task fails by name. */
  #overflow({ slot: index, taskId }: WatchedSlot, heapBytes: number): void {
    const slot = this.#slotOf.get(taskId)
    if (slot === undefined || slot.index !== index) return
    const { memoryBytes, slots } = this.#options
    const facts = {
      task: taskId,
      heapMiB: toMiB(heapBytes),
      limitMiB: this.#heapMiB,
      executorMiB: toMiB(memoryBytes),
      slots,
    }
    const task = slot.queue.get(taskId)?.task
    this.#forget(taskId)
    this.#replace(slot, task)
    this.#options.onFailed(taskId, new FiresteelError('FS_TASK_OUT_OF_MEMORY', facts))
  }
}

function describe(task: TaskDescription | undefined): string | undefined {
  return task === undefined ? undefined : `task ${task.taskId} (partition ${task.partition} of stage ${task.stageId})`
}

/** Beyond twice a thread's share: what V8 leaves uncollected in a young heap. */
const garbageBytes = 128 * 1048576
/** Beyond twice a thread's share: garbage, and what other threads take meanwhile. */
const growthSlackBytes = 256 * 1048576

/** Bytes of this process that are not the main thread's own: in local mode that is the user's program. */
function slotsBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage()
  return rss - heapTotal - external
}

const toMiB = (bytes: number): number => Math.round(bytes / 1048576)
