import type { Pools } from '../pool/pools.js'
import type { ExecutorState, ExecutorTable } from './executor-table.js'
import { level } from './pending-tasks.js'
import type { TaskSetManager } from './task-set-manager.js'

/** One task to be launched: which, where, and at which locality level. */
export interface Place {
  readonly set: TaskSetManager
  readonly executor: ExecutorState
  readonly index: number
  readonly at: number
  /** The busy slot that it is queued on, where none is free. */
  readonly aheadOn?: number
}

type Launch = (place: Place) => void

/**
 * Offers free slots to the task sets in the order of the pools: within a set level of locality by level, within a level one
 * task an executor in turn, so that tasks spread evenly.
 *
 * One invariant makes it cheap: after each round, every free slot has been refused by every set that has pending tasks. So
 * a round offers only what has become free since; or everything, when tasks have become pending or time has let the
 * locality level of a set rise.
 */
export class Offers {
  readonly #executors: ExecutorTable
  readonly #pools: Pools<TaskSetManager>
  readonly #queueAhead: number
  /** Where the round robin over executors goes on. */
  #cursor: number
  /** What the next round is to offer: everything, or these. */
  #isAllDue = false
  readonly #due: ExecutorState[] = []
  /** Whether some set leaves free slots for the sake of locality. */
  #isRefusing = false
  #timerAt: number | undefined

  constructor(
    executors: ExecutorTable,
    pools: Pools<TaskSetManager>,
    options: { readonly seed: number; readonly queueAhead: number },
  ) {
    this.#executors = executors
    this.#pools = pools
    this.#queueAhead = options.queueAhead
    this.#cursor = Math.abs(Math.trunc(options.seed))
  }

  /** Everything free is to be offered in the next round. */
  toAll(): void {
    this.#isAllDue = true
  }

  /** This executor is to be offered in the next round: it has become free. */
  toOne(executor: ExecutorState): void {
    this.#due.push(executor)
  }

  /** The timer that `round` asked for is due. */
  timerDue(): void {
    this.#timerAt = undefined
    this.#isAllDue = true
  }

  /** Offers what is due. Returns in how many ms a timer is to fire, when one is to be set. */
  round(now: number, launch: Launch): number | undefined {
    if (this.#isAllDue) this.#offerAll(now, launch)
    else if (this.#due.length === 0) return undefined
    else for (const executor of this.#due) this.#offerOne(executor, now, launch)
    this.#isAllDue = false
    this.#due.length = 0
    return this.#noteRefusals(now)
  }

  #offerOne(executor: ExecutorState, now: number, launch: Launch): void {
    if (this.#executors.get(executor.id) !== executor) return
    while (this.#executors.isReady(executor)) {
      // Under FAIR the order changes with each launch.
      const set = this.#pools.ordered().find((one) => this.#launchBest(one, executor, now, launch))
      if (set === undefined) return
    }
    if (this.#queueAhead > 0) this.#offerAhead(executor, now, launch)
  }

  /**
   * Queues short tasks on the busy slots of an executor that has just ended one. Only of sets with so many tasks left that
   * nobody is kept waiting for them.
   */
  #offerAhead(executor: ExecutorState, now: number, launch: Launch): void {
    const set = this.#pools.ordered()[0]
    if (set === undefined || !set.isQuick) return
    const reserve = this.#executors.totalSlots * (this.#queueAhead + 1)
    while (set.pending.count > reserve) {
      const aheadOn = this.#executors.slotAhead(executor, this.#queueAhead)
      if (aheadOn === undefined) return
      if (!this.#launchBest(set, executor, now, (place) => launch({ ...place, aheadOn }))) return
    }
  }

  /** Launches one task of the set on the executor, the most local there is. */
  #launchBest(set: TaskSetManager, executor: ExecutorState, now: number, launch: Launch): boolean {
    for (let at = 0; at <= level.any; at++) {
      if (!this.#mayLaunch(set, at, now)) continue
      const index = set.find(executor, at)
      if (index < 0) continue
      launch({ set, executor, index, at })
      return true
    }
    return launchSpeculative(set, executor, launch)
  }

  #mayLaunch(set: TaskSetManager, at: number, now: number): boolean {
    if (!set.pending.mayHave(at)) return false
    return at === level.noPref || at <= set.delay.allowed(set.pending, this.#executors, now)
  }

  #offerAll(now: number, launch: Launch): void {
    if (this.#executors.ready === 0) return
    if (this.#pools.mode === 'FAIR') {
      this.#offerFairly(now, launch)
      return
    }
    for (const set of this.#pools.ordered()) {
      if (this.#executors.ready === 0) return
      this.#launchMany(set, Number.POSITIVE_INFINITY, now, launch)
    }
  }

  /** One task at a time, as each launch changes whose turn it is. A set that has refused all offers is done with. */
  #offerFairly(now: number, launch: Launch): void {
    const refused = new Set<TaskSetManager>()
    while (this.#executors.ready > 0) {
      const set = this.#pools.ordered().find((candidate) => !refused.has(candidate))
      if (set === undefined) return
      if (this.#launchMany(set, 1, now, launch) === 0) refused.add(set)
    }
  }

  /** Launches up to `limit` tasks of the set, the most local first, one on each executor in turn. Returns how many. */
  #launchMany(set: TaskSetManager, limit: number, now: number, launch: Launch): number {
    let launched = 0
    for (let at = 0; at <= level.any && launched < limit; at++) {
      if (!this.#mayLaunch(set, at, now)) continue
      launched += this.#inTurn(limit - launched, (executor) => {
        const index = set.find(executor, at)
        if (index >= 0) launch({ set, executor, index, at })
        return index >= 0
      })
    }
    if (launched === limit || set.numPending === set.pending.count) return launched
    return launched + this.#inTurn(limit - launched, (executor) => launchSpeculative(set, executor, launch))
  }

  /** Goes round the executors until `limit` launches were made, or none of them takes one more. */
  #inTurn(limit: number, launchOn: (executor: ExecutorState) => boolean): number {
    const executors = this.#executors.list
    let launched = 0
    let misses = 0
    while (launched < limit && misses < executors.length && this.#executors.ready > 0) {
      this.#cursor = (this.#cursor + 1) % executors.length
      const executor = executors[this.#cursor] as ExecutorState
      if (this.#executors.isReady(executor) && launchOn(executor)) {
        launched++
        misses = 0
      } else misses++
    }
    return launched
  }

  /** Sets that leave slots free wait for better ones. Returns when the first of their levels rises, if a timer is needed. */
  #noteRefusals(now: number): number | undefined {
    const isAnyReady = this.#executors.ready > 0
    if (!isAnyReady && !this.#isRefusing) return undefined
    this.#isRefusing = false
    let nextMs = Number.POSITIVE_INFINITY
    for (const set of this.#pools.ordered()) {
      const allowed = set.delay.allowed(set.pending, this.#executors, now)
      const riseMs = set.delay.offered(isAnyReady && set.pending.count > 0, allowed, now)
      if (riseMs === undefined) continue
      this.#isRefusing = true
      nextMs = Math.min(nextMs, riseMs)
    }
    if (nextMs === Number.POSITIVE_INFINITY) return undefined
    if (this.#timerAt !== undefined && this.#timerAt <= now + nextMs) return undefined
    this.#timerAt = now + nextMs
    return nextMs
  }
}

/** Launches a second attempt of a task that runs elsewhere. */
function launchSpeculative(set: TaskSetManager, executor: ExecutorState, launch: Launch): boolean {
  const index = set.findSpeculative(executor)
  if (index < 0) return false
  launch({ set, executor, index, at: level.any })
  return true
}
