import type { ShuffleLocations } from './task-message.js'

/** The outputs of one shuffle as the driver tells them: one entry per map partition. */
export interface MapOutputStatuses {
  readonly epoch: number
  readonly outputs: readonly (MapOutputStatus | null)[]
}

/** Where one map output is and how long its parts are. */
export interface MapOutputStatus {
  readonly taskId: number
  readonly executorId: string
  readonly host: string
  readonly path: string
  readonly lengths: readonly number[]
}

interface KnownOutput {
  readonly status: MapOutputStatus
  /** Start of each reduce partition in the file; one more entry than partitions. */
  readonly offsets: Float64Array
}

interface KnownShuffle {
  readonly epoch: number
  readonly isComplete: boolean
  readonly outputs: readonly (KnownOutput | undefined)[]
}

/** Copies of the driver's statuses, one shuffle at a time, with the offsets that reading needs. */
export class MapOutputs {
  readonly #shuffles = new Map<number, KnownShuffle>()
  readonly #asked = new Map<number, Promise<void>>()
  readonly #ask: (shuffleId: number) => Promise<MapOutputStatuses>

  constructor(ask: (shuffleId: number) => Promise<MapOutputStatuses>) {
    this.#ask = ask
  }

  /**
   * Whether a copy of at least this epoch is here. One with holes will not do: epochs grow when outputs are lost, not when they are made
   * again, and nobody starts a task that reads them before they are.
   */
  has(shuffleId: number, epoch: number): boolean {
    const known = this.#shuffles.get(shuffleId)
    return known !== undefined && known.epoch >= epoch && known.isComplete
  }

  /** Fetches a copy of at least this epoch. It has holes still where outputs were lost since. */
  async fetch(shuffleId: number, epoch: number): Promise<void> {
    await this.#fetch(shuffleId)
    // An answer that was under way already may have been given before the task was sent.
    if (!this.has(shuffleId, epoch)) await this.#fetch(shuffleId)
  }

  /** Callers that come while an answer is under way share it. */
  #fetch(shuffleId: number): Promise<void> {
    const asked = this.#asked.get(shuffleId)
    if (asked !== undefined) return asked
    const promise = this.#ask(shuffleId)
      .then((statuses) => this.#keep(shuffleId, statuses))
      .finally(() => this.#asked.delete(shuffleId))
    this.#asked.set(shuffleId, promise)
    return promise
  }

  forget(shuffleId: number): void {
    this.#shuffles.delete(shuffleId)
  }

  /** Where the parts of a reduce partition are; `isReachable` says whether a file can be opened here. Missing maps are left to the reader. */
  locate(
    shuffleId: number,
    reducePartition: number,
    isReachable: (status: MapOutputStatus) => boolean,
  ): ShuffleLocations & { missing: number[] } {
    const found = {
      shuffleId,
      reducePartition,
      mapIds: [] as number[],
      mapTaskIds: [] as number[],
      executorIds: [] as string[],
      paths: [] as string[],
      offsets: [] as number[],
      lengths: [] as number[],
      missing: [] as number[],
    }
    const outputs = this.#shuffles.get(shuffleId)?.outputs ?? []
    for (let mapId = 0; mapId < outputs.length; mapId++) {
      const known = outputs[mapId]
      if (known === undefined) {
        found.missing.push(mapId)
        continue
      }
      const length = known.status.lengths[reducePartition] as number
      if (length === 0) continue
      found.mapIds.push(mapId)
      found.mapTaskIds.push(known.status.taskId)
      found.executorIds.push(known.status.executorId)
      found.paths.push(isReachable(known.status) ? known.status.path : '')
      found.offsets.push(known.offsets[reducePartition] as number)
      found.lengths.push(length)
    }
    return found
  }

  #keep(shuffleId: number, statuses: MapOutputStatuses): void {
    const outputs = statuses.outputs.map((status) => {
      if (status === null) return undefined
      const offsets = new Float64Array(status.lengths.length + 1)
      for (let i = 0; i < status.lengths.length; i++)
        offsets[i + 1] = (offsets[i] as number) + (status.lengths[i] as number)
      return { status, offsets }
    })
    const isComplete = !outputs.includes(undefined)
    this.#shuffles.set(shuffleId, { epoch: statuses.epoch, isComplete, outputs })
  }
}
