import type { SlotTask } from './task-message.js'

interface Queued {
  readonly task: SlotTask
  /** When it came to the head of the queue, or was sent. */
  since: number
}

/** What one slot has been sent and has not ended, first the one that runs. */
export class SlotQueue {
  readonly #queued: Queued[] = []

  get length(): number {
    return this.#queued.length
  }

  /** The task that runs, or is about to. */
  get head(): SlotTask | undefined {
    return this.#queued[0]?.task
  }

  get headSince(): number {
    return this.#queued[0]?.since ?? 0
  }

  get(taskId: number): SlotTask | undefined {
    return this.#queued.find((queued) => queued.task.task.taskId === taskId)?.task
  }

  push(task: SlotTask, now: number): void {
    this.#queued.push({ task, since: now })
  }

  /** A task has ended, or is no longer the slot's. */
  remove(taskId: number, now: number): void {
    const at = this.#queued.findIndex((queued) => queued.task.task.taskId === taskId)
    if (at < 0) return
    this.#queued.splice(at, 1)
    const head = this.#queued[0]
    if (at === 0 && head !== undefined) head.since = now
  }

  /** The tasks behind one that has run for longer than `longMs`. */
  stuck(now: number, longMs: number): readonly SlotTask[] {
    const head = this.#queued[0]
    if (head === undefined || this.#queued.length < 2 || now - head.since < longMs) return []
    return this.#queued.slice(1).map((queued) => queued.task)
  }

  clear(): readonly SlotTask[] {
    return this.#queued.splice(0).map((queued) => queued.task)
  }
}
