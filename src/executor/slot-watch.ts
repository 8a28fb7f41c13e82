import { FiresteelError } from '../common/errors/index.js'
import type { HeapGauge } from '../memory/index.js'

/** Words of the control buffer that a slot shares with its executor's main thread. */
export const controlWords = 2
/** The id of the task that is to end, in the low 32 bits; 0 for none. */
export const killWord = 0
/** Grows with each look of the running task: a stuck thread does not move it. */
export const lookWord = 1

const heapLookEveryMs = 20
/** Buffers beyond the thread's share of the memory that a task may hold: values of broadcasts, blocks in flight. */
const bufferSlackBytes = 512 * 1048576

/** The running task's conscience: looks between batches whether it was killed or its heap has passed its share. */
export class SlotWatch {
  readonly #control: Int32Array
  readonly #heap: HeapGauge
  #taskId = 0
  #heapLookedAt = 0

  constructor(control: Int32Array, heap: HeapGauge) {
    this.#control = control
    this.#heap = heap
  }

  begin(taskId: number): void {
    this.#taskId = taskId
  }

  end(): void {
    this.#taskId = 0
  }

  isKilled(): boolean {
    return Atomics.load(this.#control, killWord) === killMark(this.#taskId)
  }

  /** @throws FS_TASK_KILLED when the task was asked to end; FS_TASK_HEAP_LIMIT when its heap has passed its share. */
  tick(): void {
    Atomics.add(this.#control, lookWord, 1)
    if (this.isKilled()) throw new FiresteelError('FS_TASK_KILLED', { reason: 'asked to end' })
    const now = performance.now()
    if (now - this.#heapLookedAt < heapLookEveryMs) return
    this.#heapLookedAt = now
    const { used, limit, external } = this.#heap.sample()
    if (used > limit) this.#overflow(used, limit)
    if (external > limit + bufferSlackBytes) this.#overflow(external, limit)
  }

  #overflow(used: number, limit: number): never {
    throw new FiresteelError('FS_TASK_HEAP_LIMIT', {
      task: this.#taskId,
      heapMiB: Math.round(used / 1048576),
      limitMiB: Math.round(limit / 1048576),
    })
  }
}

/** A task's mark in the kill word; never 0. */
export function killMark(taskId: number): number {
  return (taskId + 1) | 0
}
