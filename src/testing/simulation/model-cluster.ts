import { type ExecutorId, executorId, type RddId, type ShuffleId, type TaskId, type Timer } from '../../common/index.js'
import {
  type CacheView,
  executorLocation,
  type LineageNode,
  type MapOutput,
  type MapOutputTracker,
  type ReportedOutcome,
  type TaskAttempt,
  type TaskFetchFailed,
  type TaskSet,
} from '../../scheduler/index.js'
import { type ModelRdd, type ModelValue, mix, noOrigins, shufflesReadBy } from './model-rdd.js'
import type { Prng } from './prng.js'
import type { SimulationOptions } from './simulation-options.js'
import type { VirtualTime } from './virtual-time.js'

/** An executor of the model. */
export interface ModelExecutor {
  readonly id: ExecutorId
  readonly host: string
  readonly slots: number
  readonly running: Map<TaskId, Timer>
  /** Tasks it has been told of: a repeated launch is ignored. */
  readonly seen: Set<TaskId>
  isAlive: boolean
}

interface MapFile {
  readonly executor: ModelExecutor
  readonly value: ModelValue
  readonly isCorrupt: boolean
}

type Statuses = ReadonlyMap<ShuffleId, readonly (MapOutput | undefined)[]>

/** What the cluster tells: the end of a task, and the end of an executor by a task's fault. */
export interface ClusterListener {
  taskEnded(executor: ModelExecutor, attempt: TaskAttempt, outcome: ReportedOutcome): void
  poisoned(executor: ModelExecutor, attempt: TaskAttempt): void
}

class FetchFailure {
  readonly outcome: TaskFetchFailed

  constructor(outcome: TaskFetchFailed) {
    this.outcome = outcome
  }
}

/**
 * The executors of the model with their map files and caches. A task asks for the places of its input when it starts and
 * reads it when it ends: the worst moment, when what was there may have gone.
 */
export class ModelCluster implements CacheView {
  readonly executors = new Map<ExecutorId, ModelExecutor>()
  readonly #prng: Prng
  readonly #time: VirtualTime
  readonly #options: SimulationOptions
  readonly #listener: ClusterListener
  readonly #files = new Map<string, MapFile>()
  readonly #cache = new Map<string, { executor: ModelExecutor; slot: number; value: ModelValue }[]>()
  readonly #bad: (rdd: RddId, partition: number) => 'throws' | 'kills' | undefined
  #nextExecutor = 0

  constructor(parts: {
    prng: Prng
    time: VirtualTime
    options: SimulationOptions
    listener: ClusterListener
    bad: (rdd: RddId, partition: number) => 'throws' | 'kills' | undefined
  }) {
    this.#prng = parts.prng
    this.#time = parts.time
    this.#options = parts.options
    this.#listener = parts.listener
    this.#bad = parts.bad
  }

  get alive(): ModelExecutor[] {
    return [...this.executors.values()].filter((executor) => executor.isAlive)
  }

  start(host: string): ModelExecutor {
    const id = executorId(String(this.#nextExecutor++))
    const slots = this.#options.slotsPerExecutor
    const executor: ModelExecutor = { id, host, slots, running: new Map(), seen: new Set(), isAlive: true }
    this.executors.set(id, executor)
    return executor
  }

  /** Ends an executor without a word. */
  kill(executor: ModelExecutor): void {
    executor.isAlive = false
    for (const timer of executor.running.values()) timer.cancel()
    executor.running.clear()
  }

  /** The driver knows that the executor is gone. */
  forget(executor: ModelExecutor): void {
    this.executors.delete(executor.id)
    if (this.#cache.size === 0) return
    for (const [key, holders] of this.#cache) {
      const left = holders.filter((holder) => holder.executor !== executor)
      if (left.length === 0) this.#cache.delete(key)
      else this.#cache.set(key, left)
    }
  }

  locations(rddId: RddId, partition: number): readonly string[] {
    const holders = this.#cache.get(`${rddId}:${partition}`) ?? []
    return holders.map(({ executor, slot }) => executorLocation(executor.host, executor.id, slot))
  }

  /** The executor gets a task. */
  launch(executor: ModelExecutor, attempt: TaskAttempt, taskSet: TaskSet, mapOutputs: MapOutputTracker): void {
    if (!executor.isAlive || executor.seen.has(attempt.taskId)) return
    executor.seen.add(attempt.taskId)
    const { min, max } = this.#options.taskMs
    const isSlow = this.#hits(this.#options.slowTask)
    const statuses: Statuses = new Map(
      shufflesReadBy(taskSet.rdd).map(({ shuffleId }) => [shuffleId, [...mapOutputs.statuses(shuffleId)]]),
    )
    const timer = this.#time.after(this.#prng.between(min, max) * (isSlow ? 50 : 1), () => {
      executor.running.delete(attempt.taskId)
      const bad = this.#bad(taskSet.rdd.id, attempt.partition)
      if (bad === 'kills') this.#listener.poisoned(executor, attempt)
      else
        this.#listener.taskEnded(executor, attempt, this.#run(executor, attempt, taskSet, statuses, bad === 'throws'))
    })
    executor.running.set(attempt.taskId, timer)
  }

  /** The executor is told to end a task; some tasks do not listen, and end by themselves. */
  killTask(executor: ModelExecutor, attempt: TaskAttempt, interrupt: boolean): void {
    const timer = executor.running.get(attempt.taskId)
    if (timer === undefined || (!interrupt && this.#prng.chance(0.3))) return
    timer.cancel()
    executor.running.delete(attempt.taskId)
    this.#listener.taskEnded(executor, attempt, { type: 'killed', reason: 'asked to' })
  }

  #run(
    executor: ModelExecutor,
    attempt: TaskAttempt,
    taskSet: TaskSet,
    statuses: Statuses,
    throws: boolean,
  ): ReportedOutcome {
    if (throws) return { type: 'failed', error: { name: 'Error', message: 'bad partition' } }
    if (this.#hits(this.#options.taskFailure)) return { type: 'failed', error: { name: 'Error', message: 'bad luck' } }
    if (this.#hits(this.#options.taskFailure / 4)) return { type: 'commitDenied', message: 'another attempt commits' }
    try {
      const reading = { executor, attempt, statuses, known: new Map<string, ModelValue>() }
      const value = this.#compute(taskSet.rdd as ModelRdd, attempt.partition, reading)
      if (taskSet.shuffleId === undefined) return { type: 'success', value }
      const isCorrupt = this.#hits(this.#options.corruptOutput)
      this.#files.set(fileName(taskSet.shuffleId, attempt.partition, attempt.taskId), { executor, value, isCorrupt })
      return { type: 'success', value: attempt.taskId }
    } catch (thrown) {
      if (thrown instanceof FetchFailure) return thrown.outcome
      throw thrown
    }
  }

  #compute(rdd: ModelRdd, partition: number, reading: Reading): ModelValue {
    const key = `${rdd.id}:${partition}`
    const known = reading.known.get(key) ?? this.#cached(rdd, key)
    if (known !== undefined) return known
    let hash = mix(rdd.id, partition)
    if (rdd.isNoisy) hash = mix(hash, reading.attempt.taskId + 1)
    const origins = new Map<string, number>()
    for (const input of this.#inputs(rdd, partition, reading)) {
      hash = mix(hash, input.hash)
      for (const [origin, taskId] of input.origins) addOrigin(origins, origin, taskId)
    }
    const value = { hash, origins: origins.size === 0 ? noOrigins : origins }
    reading.known.set(key, value)
    if (rdd.isPersisted) this.#keep(key, value, reading)
    return value
  }

  *#inputs(rdd: ModelRdd, partition: number, reading: Reading): Iterable<ModelValue> {
    for (const dependency of rdd.dependencies) {
      if (dependency.kind === 'narrow') {
        for (const parent of dependency.parentPartitions(partition)) {
          yield this.#compute(dependency.parent as ModelRdd, parent, reading)
        }
      } else {
        for (let map = 0; map < dependency.numMaps; map++) {
          yield this.#fetch(dependency.shuffleId, dependency.parent, map, partition, reading)
        }
      }
    }
  }

  #fetch(shuffleId: ShuffleId, parent: LineageNode, map: number, reduce: number, reading: Reading): ModelValue {
    const output = reading.statuses.get(shuffleId)?.[map]
    const failed = { type: 'fetchFailed', shuffleId, reducePartition: reduce } as const
    if (output === undefined) throw new FetchFailure({ ...failed, message: `no output of map ${map}` })
    const { taskId, executorId } = output
    const at = { ...failed, mapPartition: map, mapTaskId: taskId, executorId }
    const file = this.#files.get(fileName(shuffleId, map, taskId))
    if (file === undefined) throw new Error(`the tracker names an output that was never made: ${shuffleId}:${map}`)
    if (this.#options.outputsDie && !file.executor.isAlive) {
      throw new FetchFailure({ ...at, scope: 'executor', message: `executor ${executorId} does not answer` })
    }
    if (file.isCorrupt) throw new FetchFailure({ ...at, scope: 'output', message: 'checksum' })
    if (this.#hits(this.#options.fetchFailure)) {
      throw new FetchFailure({ ...at, scope: this.#prng.chance(0.5) ? 'output' : 'executor', message: 'network' })
    }
    const hash = mix(file.value.hash, reduce)
    if (parent.isDeterministic !== false) return { hash, origins: file.value.origins }
    return { hash, origins: new Map([...file.value.origins, [`${shuffleId}:${map}`, taskId]]) }
  }

  #cached(rdd: ModelRdd, key: string): ModelValue | undefined {
    if (!rdd.isPersisted) return undefined
    return this.#cache.get(key)?.find((holder) => holder.executor.isAlive)?.value
  }

  #keep(key: string, value: ModelValue, { executor, attempt }: Reading): void {
    const holders = this.#cache.get(key) ?? []
    this.#cache.set(key, [...holders, { executor, slot: attempt.slot, value }])
  }

  #hits(rate: number): boolean {
    return this.#time.now() < this.#options.faultsUntilMs && this.#prng.chance(rate)
  }
}

interface Reading {
  readonly executor: ModelExecutor
  readonly attempt: TaskAttempt
  readonly statuses: Statuses
  readonly known: Map<string, ModelValue>
}

function fileName(shuffleId: ShuffleId, map: number, taskId: TaskId): string {
  return `${shuffleId}:${map}:${taskId}`
}

/** -1 says that two versions of one output went into the value. */
export function addOrigin(origins: Map<string, number>, origin: string, taskId: number): void {
  const other = origins.get(origin)
  origins.set(origin, other === undefined || other === taskId ? taskId : -1)
}
