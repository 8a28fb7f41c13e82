import type { ExecutorTable } from './executor-table.js'
import type { LocalityWaits } from './locality.js'
import { level, type PendingTasks } from './pending-tasks.js'

/**
 * How far from its data a task set may run its tasks by now (delay scheduling). Waiting begins when a slot that could run
 * one of the tasks is left free for the sake of locality. A level once waited for in vain is not waited for again, until
 * an executor joins: the set pays each wait once, not once a task.
 */
export class LocalityDelay {
  readonly #waits: readonly number[]
  #paid = [false, false, false, true, false, true]
  #refusedSince: number | undefined

  constructor(waits: LocalityWaits) {
    this.#waits = [waits.slot, waits.process, waits.node, 0, waits.rack, 0]
  }

  /** The worst level allowed at `now`. Tasks without preference may run at any time. */
  allowed(pending: PendingTasks, executors: ExecutorTable, now: number): number {
    let current: number = level.slot
    while (current < level.any) {
      if (!this.#paid[current] && waitsAt(current, pending, executors)) {
        const wait = this.#waits[current] as number
        if (wait > 0 && (this.#refusedSince === undefined || now - this.#refusedSince < wait)) break
        this.#paid[current] = true
        if (this.#refusedSince !== undefined) this.#refusedSince += wait
      }
      current++
    }
    return current
  }

  /**
   * To be told after each round of offers whether slots were left free although tasks are pending. Returns how long from
   * now the level will rise, or undefined if it needs no look.
   */
  offered(isRefusing: boolean, allowedLevel: number, now: number): number | undefined {
    if (!isRefusing || allowedLevel >= level.any) {
      this.#refusedSince = undefined
      return undefined
    }
    this.#refusedSince ??= now
    return Math.max(0, this.#refusedSince + (this.#waits[allowedLevel] as number) - now)
  }

  /** A better place may have come: wait for each level anew. */
  reset(): void {
    this.#paid = [false, false, false, true, false, true]
    this.#refusedSince = undefined
  }
}

/** Whether tasks are pending for which staying at this level rather than the next makes a difference. */
function waitsAt(current: number, pending: PendingTasks, executors: ExecutorTable): boolean {
  const bySlot = pending.countAt(level.slot)
  const byProcess = pending.countAt(level.process)
  const byNode = pending.countAt(level.node)
  switch (current) {
    case level.slot:
      return bySlot > 0
    case level.process:
      return bySlot + byProcess > 0
    case level.node:
      return byNode > 0 || (bySlot + byProcess > 0 && executors.hasSharedHost)
    case level.rack:
      return pending.countAt(level.rack) > 0 || (bySlot + byProcess + byNode > 0 && executors.hasRacks)
    default:
      return false
  }
}
