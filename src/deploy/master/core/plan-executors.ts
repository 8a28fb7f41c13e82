import type { Need, WorkerEntry } from './worker-entry.js'

export interface ExecutorDemand {
  /** Cores that the application may still have; Infinity for all there are. */
  readonly cores: number
  /** Executors that it may still have. */
  readonly executors: number
  /** Of one executor; absent: one executor on each worker takes what it can get. */
  readonly coresPerExecutor?: number
  readonly memoryMiB: number
  readonly resources: Need['resources']
  readonly spreadOut: boolean
}

export interface Placement {
  readonly worker: WorkerEntry
  /** Of all its new executors together. */
  cores: number
  executors: number
}

/**
 * Where the executors of an application go: the rule of Spark's standalone master. Workers are visited in the order given, again and again
 * until nothing more fits. Spread out, each visit adds one executor (or one core to the single executor of that worker); packed, each visit
 * adds all that fits. Workers are read no further than the demand reaches, so a small application costs little in a large cluster.
 */
export function planExecutors(demand: ExecutorDemand, workers: Iterable<WorkerEntry>): Placement[] {
  return new Plan(demand).over(workers)
}

class Plan {
  readonly #demand: ExecutorDemand
  readonly #unit: number
  readonly #isGreedy: boolean
  #cores: number
  #executors: number

  constructor(demand: ExecutorDemand) {
    this.#demand = demand
    this.#unit = demand.coresPerExecutor ?? 1
    this.#isGreedy = demand.coresPerExecutor === undefined
    this.#cores = demand.cores
    this.#executors = demand.executors
  }

  over(workers: Iterable<WorkerEntry>): Placement[] {
    const placements: Placement[] = []
    for (const worker of workers) {
      if (this.#cores < this.#unit || this.#executors <= 0) break
      const placement: Placement = { worker, cores: 0, executors: 0 }
      if (!this.#canAdd(placement)) continue
      this.#visit(placement)
      placements.push(placement)
    }
    let open = placements.filter((placement) => this.#canAdd(placement))
    while (open.length > 0) {
      for (const placement of open) if (this.#canAdd(placement)) this.#visit(placement)
      open = open.filter((placement) => this.#canAdd(placement))
    }
    return placements
  }

  #visit(placement: Placement): void {
    do this.#add(placement)
    while (!this.#demand.spreadOut && this.#canAdd(placement))
  }

  #canAdd({ worker, cores, executors }: Placement): boolean {
    if (this.#cores < this.#unit || worker.coresFree - cores < this.#unit) return false
    if (this.#isGreedy && executors > 0) return true
    const { memoryMiB, resources } = this.#demand
    if (this.#executors <= 0 || worker.memoryFreeMiB < memoryMiB * (executors + 1)) return false
    return worker.hasAddresses(resources, executors + 1)
  }

  #add(placement: Placement): void {
    this.#cores -= this.#unit
    placement.cores += this.#unit
    if (this.#isGreedy && placement.executors > 0) return
    placement.executors++
    this.#executors--
  }
}
