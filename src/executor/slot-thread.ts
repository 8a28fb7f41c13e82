import { existsSync } from 'node:fs'
import { MessageChannel, Worker } from 'node:worker_threads'
import { FiresteelError, toWireError } from '../common/errors/index.js'
import { type BlockingHandler, serveBlockingCalls } from './blocking-call.js'
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
}

/** Larger than V8's own choice: batches of decoded records then mostly die young (decoding is up to twice as fast). */
const youngGenerationMiB = 64

/** One worker thread as the executor's main thread sees it. */
export class SlotThread {
  /** Keys of the stages it has been sent. */
  readonly stages = new Set<string>()
  readonly #worker: Worker
  readonly claims: SlotClaims
  readonly #control: Int32Array
  #isStopping = false

  constructor(options: SlotThreadOptions) {
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
    this.#worker.unref()
    this.#worker.on('message', options.onMessage)
    let cause: Error | undefined
    this.#worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error))
    })
    this.#worker.on('exit', (code) => {
      port1.close()
      if (!this.#isStopping) options.onLost(cause ?? new Error(`the thread exited with code ${code}`))
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

  /** Ends the thread, whatever it does; takes some milliseconds. */
  async terminate(): Promise<void> {
    this.#isStopping = true
    await this.#worker.terminate()
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
