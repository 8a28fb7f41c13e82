import {
  defaultPoolName,
  type PoolConfig,
  type PoolState,
  type PoolsConfig,
  poolProperty,
  type SchedulingMode,
} from './pool-config.js'
import { compareFair, compareFifo, type Schedulable } from './schedulable.js'

/** One pool of task sets. */
class Pool<Set extends Schedulable> implements Schedulable {
  readonly name: string
  readonly weight: number
  readonly minShare: number
  readonly priority = 0
  readonly stageId = -1
  readonly #mode: SchedulingMode
  readonly #sets: Set[] = []

  constructor(config: PoolConfig) {
    this.name = config.name
    this.weight = config.weight
    this.minShare = config.minShare
    this.#mode = config.schedulingMode
  }

  get numRunning(): number {
    let running = 0
    for (const set of this.#sets) running += set.numRunning
    return running
  }

  get numPending(): number {
    let pending = 0
    for (const set of this.#sets) pending += set.numPending
    return pending
  }

  get size(): number {
    return this.#sets.length
  }

  add(set: Set): void {
    let at = this.#sets.length
    while (at > 0 && compareFifo(this.#sets[at - 1] as Set, set) > 0) at--
    this.#sets.splice(at, 0, set)
  }

  remove(set: Set): void {
    const at = this.#sets.indexOf(set)
    if (at >= 0) this.#sets.splice(at, 1)
  }

  /** The sets with pending tasks, in the order in which they are offered slots. */
  ordered(): Set[] {
    const pending = this.#sets.filter((set) => set.numPending > 0)
    return this.#mode === 'FAIR' ? pending.sort(compareFair) : pending
  }
}

/**
 * The order in which task sets are offered slots: one queue by job under FIFO; under FAIR a level of pools that share by
 * weight and minimum share, each with an order of its own, and the pool chosen by the job's `spark.scheduler.pool`.
 */
export class Pools<Set extends Schedulable> {
  readonly mode: SchedulingMode
  readonly #configured: ReadonlyMap<string, PoolConfig>
  readonly #pools = new Map<string, Pool<Set>>()
  readonly #poolOf = new Map<Set, Pool<Set>>()

  constructor(config: PoolsConfig) {
    this.mode = config.mode
    this.#configured = new Map(config.pools.map((pool) => [pool.name, pool]))
  }

  get size(): number {
    return this.#poolOf.size
  }

  add(set: Set, properties: Readonly<Record<string, string>>): void {
    const name = this.mode === 'FIFO' ? defaultPoolName : (properties[poolProperty] ?? defaultPoolName)
    let pool = this.#pools.get(name)
    if (pool === undefined) {
      pool = new Pool(this.#configOf(name))
      this.#pools.set(name, pool)
    }
    pool.add(set)
    this.#poolOf.set(set, pool)
  }

  remove(set: Set): void {
    const pool = this.#poolOf.get(set)
    if (pool === undefined) return
    pool.remove(set)
    this.#poolOf.delete(set)
    if (pool.size === 0) this.#pools.delete(pool.name)
  }

  /** The pools known beforehand, the default one, and those in use, by name. */
  states(): PoolState[] {
    const configured = this.mode === 'FAIR' ? this.#configured.keys() : []
    const names = new Set([defaultPoolName, ...configured, ...this.#pools.keys()])
    return [...names].sort().map((name) => {
      const pool = this.#pools.get(name)
      const { size: activeStages, numRunning: runningTasks, numPending: pendingTasks } = pool ?? idle
      return { ...this.#configOf(name), activeStages, runningTasks, pendingTasks }
    })
  }

  #configOf(name: string): PoolConfig {
    const unknown: PoolConfig = { name, schedulingMode: 'FIFO', weight: 1, minShare: 0 }
    return this.mode === 'FAIR' ? (this.#configured.get(name) ?? unknown) : unknown
  }

  /** Whether any task waits for a slot. */
  get hasPending(): boolean {
    for (const set of this.#poolOf.keys()) if (set.numPending > 0) return true
    return false
  }

  /** The task sets with pending tasks, in the order in which they are offered slots at this moment. */
  ordered(): Set[] {
    if (this.#pools.size <= 1) return [...this.#pools.values()].flatMap((pool) => pool.ordered())
    const pools = [...this.#pools.values()].filter((pool) => pool.numPending > 0)
    return pools.sort(compareFair).flatMap((pool) => pool.ordered())
  }
}

const idle = { size: 0, numRunning: 0, numPending: 0 }
