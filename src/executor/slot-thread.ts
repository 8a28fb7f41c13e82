import { existsSync } from 'node:fs'
import { MessageChannel, Worker } from 'node:worker_threads'
import { FiresteelError, toWireError } from '../common/errors/index.js'
import { getLogger } from '../common/log/index.js'
import { type BlockingHandler, serveBlockingCalls } from './blocking-call.js'
import { endGraceMs, threadEnded, threadStarted } from './end-threads.js'
import { isThreadAlive, killChildren } from './os-thread.js'
import type { SlotData } from './slot.js'
import { claimWords, SlotClaims } from './slot-claims.js'
import { controlWords, killMark, killWord, lookWord } from './slot-watch.js'
import type { FromSlot, ToSlot } from './task-message.js'

export interface SlotThreadOptions {
  readonly entry: string
  readonly data: Omit<SlotData, 'calls' | 'callWord' | 'control'>
  /** V8's limit for the thread's old generation, MiB. */
  readonly maxHeapMiB: number
  readonly onMessage: (message: FromSlot) => void
  /** The thread ended without being asked to. */
  readonly onLost: (reason: Error) => void
  readonly onCall: BlockingHandler
  /** The task that runs on it, in words; undefined when none does. */
  readonly task: () => string | undefined
}

const log = getLogger('Executor')

/** Larger than V8's own choice: batches of decoded records then mostly die young (decoding is up to twice as fast). */
const youngGenerationMiB = 64

/** One worker thread as the executor's main thread sees it. */
export class SlotThread {
  /** Keys of the stages it has been sent. */
  readonly stages = new Set<string>()
  readonly #worker: Worker
  readonly claims: SlotClaims
  readonly #control: Int32Array
  readonly #task: () => string | undefined
  /** The system's number of the thread, once it has told it. */
  #osThread: number | undefined
  /** What it ran when it was asked to end. */
  #lastTask: string | undefined
  #ending: Promise<void> | undefined
  #hasEnded = false
  #isStuck = false

  constructor(options: SlotThreadOptions) {
    this.#task = options.task
    if (!existsSync(options.entry)) throw new FiresteelError('FS_EXECUTOR_ENTRY_MISSING', { file: options.entry })
    const control = new SharedArrayBuffer((controlWords + claimWords) * 4)
    const callWord = new SharedArrayBuffer(4)
    const { port1, port2 } = new MessageChannel()
    this.#control = new Int32Array(control)
    this.claims = new SlotClaims(this.#control.subarray(controlWords))
    serveBlockingCalls(port1, new Int32Array(callWord), options.onCall)
    const data: SlotData = { ...options.data, calls: port2, callWord, control }
    this.#worker = new Worker(options.entry, {
      workerData: data,
      transferList: [port2],
      name: `firesteel slot ${options.data.slot}`,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMiB, maxYoungGenerationSizeMb: youngGenerationMiB },
    })
    this.#worker.on('message', (message: FromSlot) => {
      if (message.type === 'ready') this.#osThread = message.osThread
      options.onMessage(message)
    })
    let cause: Error | undefined
    this.#worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error))
    })
    // After the listeners: adding one makes the thread hold the process again.
    this.#worker.unref()
    threadStarted(this)
    this.#worker.on('exit', (code) => {
      port1.close()
      this.#hasEnded = true
      threadEnded(this)
      if (this.#ending === undefined) options.onLost(cause ?? new Error(`the thread exited with code ${code}`))
    })
  }

  post(message: ToSlot): void {
    this.#worker.postMessage(message)
  }

  /** Keeps the process alive while a task runs. */
  set busy(isBusy: boolean) {
    if (isBusy) this.#worker.ref()
    else this.#worker.unref()
  }

  /** Asks the running task to end at its next look. */
  requestKill(taskId: number): void {
    Atomics.store(this.#control, killWord, killMark(taskId))
  }

  /** Grows with each look of the running task. */
  get looks(): number {
    return Atomics.load(this.#control, lookWord)
  }

  /** Bytes of heap in use, where Node can tell from the outside; undefined elsewhere. */
  async heapNow(): Promise<number | undefined> {
    const worker = this.#worker as Worker & { getHeapStatistics?: () => Promise<{ used_heap_size: number }> }
    return worker.getHeapStatistics?.().then(
      (heap) => heap.used_heap_size,
      () => 0,
    )
  }

  /** What runs on it, or ran when it was asked to end. */
  get task(): string | undefined {
    return this.#lastTask ?? this.#task()
  }

  /** Whether it was asked to end and waited for in vain. */
  get isStuck(): boolean {
    return this.#isStuck
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Whether Node would wait for it before it lets the process exit. */
  get holdsProcess(): boolean {
    if (this.#hasEnded) return false
    return this.#osThread === undefined ? this.#isStuck : isThreadAlive(this.#osThread)
  }

  /**
   * Ends the thread; takes some milliseconds. A thread in a call into the system ends when that returns: if it waits for a process that the
   * task has started, the process is killed; else, after a while, the thread is left to itself.
   */
  terminate(task = this.#task()): Promise<void> {
    this.#lastTask ??= task
    this.#ending ??= this.#end()
    return this.#ending
  }

  async #end(): Promise<void> {
    const ended = this.#worker.terminate()
    if (await settlesIn(endGraceMs, ended)) return
    if (this.killChildren() && (await settlesIn(endGraceMs, ended))) return
    this.#isStuck = true
    log.warn(
      `${this.task ?? 'a task thread'} does not end: it is in a call that cannot be interrupted, such as a read that waits; ` +
        'its thread is left to itself until the call returns',
    )
    this.#worker.unref()
  }

  /** Kills the processes that its task has started, and returns whether there were any. */
  killChildren(): boolean {
    const pids = this.#osThread === undefined ? [] : killChildren(this.#osThread)
    if (pids.length === 0) return false
    log.warn(`killed process ${pids.join(', ')}, started by ${this.task ?? 'a task'}, whose thread did not end`)
    return true
  }
}

async function settlesIn(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

/** What ended a thread, as the error of the task that ran on it. */
export function threadLoss(
  error: Error,
  facts: { task: number; heapMiB: number; executorMiB: number; slots: number },
): FiresteelError {
  if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const { task, heapMiB, executorMiB, slots } = facts
    return new FiresteelError('FS_TASK_OUT_OF_MEMORY', { task, heapMiB, limitMiB: heapMiB, executorMiB, slots })
  }
  const wire = toWireError(error)
  return new FiresteelError(
    'FS_TASK_THREAD_EXIT',
    { task: facts.task, reason: `${wire.name}: ${wire.message}` },
    { cause: error },
  )
}
