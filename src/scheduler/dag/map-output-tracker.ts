import type { ExecutorId, ShuffleId, TaskId } from '../../common/index.js'

/** Where the output of one map partition is. */
export interface MapOutput {
  /** The attempt that made it. */
  readonly taskId: TaskId
  readonly executorId: ExecutorId
  readonly host: string
  /** What the map task reported of it (sizes, most of all); opaque here. */
  readonly status: unknown
}

interface ShuffleOutputs {
  readonly outputs: (MapOutput | undefined)[]
  /** Partitions whose output was ever registered. */
  readonly known: Uint8Array
  available: number
  /** Grows with every change. */
  version: number
}

/**
 * Which map partition's output is on which executor, for every shuffle alive: the state that reducers are answered from.
 * `epoch` grows whenever an output is lost, so that a copy of the statuses can be told to be stale.
 */
export class MapOutputTracker {
  readonly #shuffles = new Map<ShuffleId, ShuffleOutputs>()
  /** Shuffles with an output on the executor; may name shuffles that have none any more. */
  readonly #byExecutor = new Map<ExecutorId, Set<ShuffleId>>()
  #epoch = 0

  get epoch(): number {
    return this.#epoch
  }

  /** Makes the shuffle known; nothing happens if it is. */
  addShuffle(shuffleId: ShuffleId, numMaps: number): void {
    if (this.#shuffles.has(shuffleId)) return
    this.#shuffles.set(shuffleId, {
      outputs: new Array(numMaps),
      known: new Uint8Array(numMaps),
      available: 0,
      version: 0,
    })
  }

  hasShuffle(shuffleId: ShuffleId): boolean {
    return this.#shuffles.has(shuffleId)
  }

  /** Forgets a shuffle that nothing refers to any more; so nobody has to be told by a new epoch. */
  removeShuffle(shuffleId: ShuffleId): void {
    this.#shuffles.delete(shuffleId)
    for (const shuffles of this.#byExecutor.values()) shuffles.delete(shuffleId)
  }

  /** Returns whether no output of the partition was ever registered before. An existing output is replaced. */
  register(shuffleId: ShuffleId, partition: number, output: MapOutput): boolean {
    const shuffle = this.#get(shuffleId)
    if (shuffle.outputs[partition] === undefined) shuffle.available++
    shuffle.outputs[partition] = output
    shuffle.version++
    let shuffles = this.#byExecutor.get(output.executorId)
    if (shuffles === undefined) {
      shuffles = new Set()
      this.#byExecutor.set(output.executorId, shuffles)
    }
    shuffles.add(shuffleId)
    const isFirst = shuffle.known[partition] === 0
    shuffle.known[partition] = 1
    return isFirst
  }

  /** Drops one output, if it is still the one made by `taskId` (by any attempt when undefined). Returns whether it did. */
  unregister(shuffleId: ShuffleId, partition: number, taskId?: TaskId): boolean {
    const shuffle = this.#shuffles.get(shuffleId)
    const output = shuffle?.outputs[partition]
    if (shuffle === undefined || output === undefined) return false
    if (taskId !== undefined && output.taskId !== taskId) return false
    shuffle.outputs[partition] = undefined
    shuffle.available--
    shuffle.version++
    this.#epoch++
    return true
  }

  /** Drops all outputs of a shuffle. Returns how many there were. */
  unregisterAll(shuffleId: ShuffleId): number {
    const shuffle = this.#shuffles.get(shuffleId)
    if (shuffle === undefined || shuffle.available === 0) return 0
    const dropped = shuffle.available
    shuffle.outputs.fill(undefined)
    shuffle.available = 0
    shuffle.version++
    this.#epoch++
    return dropped
  }

  /** Drops every output of an executor made by attempts up to `latestTaskId`. Returns how many there were. */
  unregisterExecutor(executorId: ExecutorId, latestTaskId: number = Number.POSITIVE_INFINITY): number {
    const shuffles = this.#byExecutor.get(executorId)
    if (shuffles === undefined) return 0
    let dropped = 0
    for (const shuffleId of shuffles) {
      dropped += this.#drop(shuffleId, (output) => output.executorId === executorId && output.taskId <= latestTaskId)
    }
    if (latestTaskId === Number.POSITIVE_INFINITY) this.#byExecutor.delete(executorId)
    if (dropped > 0) this.#epoch++
    return dropped
  }

  /** Drops every output served from a machine. Returns how many there were. */
  unregisterHost(host: string): number {
    let dropped = 0
    for (const shuffleId of this.#shuffles.keys()) dropped += this.#drop(shuffleId, (output) => output.host === host)
    if (dropped > 0) this.#epoch++
    return dropped
  }

  /** By map partition; undefined where an output is missing. Not a copy. */
  statuses(shuffleId: ShuffleId): readonly (MapOutput | undefined)[] {
    return this.#get(shuffleId).outputs
  }

  /** Two equal answers say that `statuses` has not changed between them. */
  version(shuffleId: ShuffleId): number {
    return this.#get(shuffleId).version
  }

  numAvailable(shuffleId: ShuffleId): number {
    return this.#shuffles.get(shuffleId)?.available ?? 0
  }

  isComplete(shuffleId: ShuffleId): boolean {
    const shuffle = this.#get(shuffleId)
    return shuffle.available === shuffle.outputs.length
  }

  /** The map partitions without output, ascending. */
  missing(shuffleId: ShuffleId): number[] {
    const { outputs } = this.#get(shuffleId)
    const missing: number[] = []
    for (let partition = 0; partition < outputs.length; partition++) {
      if (outputs[partition] === undefined) missing.push(partition)
    }
    return missing
  }

  /** Whether any output was ever registered, lost or not. */
  wasEverMade(shuffleId: ShuffleId): boolean {
    return this.#shuffles.get(shuffleId)?.known.includes(1) ?? false
  }

  /** The shuffles alive. */
  shuffles(): ShuffleId[] {
    return [...this.#shuffles.keys()]
  }

  /** Forgets everything: the application is over. */
  clear(): void {
    this.#shuffles.clear()
    this.#byExecutor.clear()
  }

  #get(shuffleId: ShuffleId): ShuffleOutputs {
    const shuffle = this.#shuffles.get(shuffleId)
    if (shuffle === undefined) throw new Error(`shuffle ${shuffleId} is not known to the map output tracker`)
    return shuffle
  }

  #drop(shuffleId: ShuffleId, isLost: (output: MapOutput) => boolean): number {
    const shuffle = this.#shuffles.get(shuffleId)
    if (shuffle === undefined) return 0
    let dropped = 0
    for (let partition = 0; partition < shuffle.outputs.length; partition++) {
      const output = shuffle.outputs[partition]
      if (output === undefined || !isLost(output)) continue
      shuffle.outputs[partition] = undefined
      dropped++
    }
    shuffle.available -= dropped
    if (dropped > 0) shuffle.version++
    return dropped
  }
}
