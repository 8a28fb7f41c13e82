import { existsSync } from 'node:fs'
import { sizeOfCode } from '../shuffle/index.js'
import type { MapExecutor, MapOutputList } from './map-output-list.js'
import type { OwnOutputs } from './own-outputs.js'
import type { ServedPart } from './shuffle-fetch.js'
import { shuffleFilePath } from './shuffle-file-path.js'
import { type ShuffleLocations, unknownOffset } from './task-message.js'

/** What is known of the outputs of one shuffle. */
interface KnownOutputs {
  readonly epoch: number
  readonly list: MapOutputList
}

export interface MapOutputsOptions {
  readonly executorId: string
  /** This executor's own files, whose parts it knows exactly. */
  readonly own: OwnOutputs
  /** Asks the driver. */
  readonly ask: (shuffleId: number) => Promise<KnownOutputs>
  /** Whether files of another executor may be read from the disk, if they are there. */
  readonly isNear: (executor: MapExecutor) => boolean
}

/** Copies of the driver's statuses, one shuffle at a time. */
export class MapOutputs {
  readonly #shuffles = new Map<number, KnownOutputs>()
  readonly #asked = new Map<number, Promise<void>>()
  readonly #options: MapOutputsOptions

  constructor(options: MapOutputsOptions) {
    this.#options = options
  }

  /**
   * Whether a copy of at least this epoch is here. One with holes will not do: epochs grow when outputs are lost, not when they are made
   * again, and nobody starts a task that reads them before they are.
   */
  has(shuffleId: number, epoch: number): boolean {
    const known = this.#shuffles.get(shuffleId)
    return known !== undefined && known.epoch >= epoch && known.list.missing.length === 0
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
    const promise = this.#options
      .ask(shuffleId)
      .then(({ epoch, list }) => void this.#shuffles.set(shuffleId, { epoch, list }))
      .finally(() => this.#asked.delete(shuffleId))
    this.#asked.set(shuffleId, promise)
    return promise
  }

  forget(shuffleId: number): void {
    this.#shuffles.delete(shuffleId)
  }

  /** Where the parts of a reduce partition are. `missing` names maps without an output, whose parts are not among them. */
  locate(shuffleId: number, reducePartition: number): ShuffleLocations & { readonly missing: readonly number[] } {
    const list = this.#shuffles.get(shuffleId)?.list
    const mapIds: number[] = []
    const offsets: number[] = []
    const lengths: number[] = []
    const paths: string[] = []
    const isNear = list?.executors.map((executor) => this.#options.isNear(executor)) ?? []
    list?.sizes.forEach(reducePartition, (mapId, code) => {
      const own = this.#own(list, { shuffleId, mapId, reducePartition })
      const path = own?.path ?? (isNear[list.executorOf(mapId)] ? this.#fileOf(list, shuffleId, mapId) : '')
      mapIds.push(mapId)
      paths.push(path)
      offsets.push(own?.offset ?? unknownOffset)
      lengths.push(own?.length ?? sizeOfCode(code))
    })
    return {
      shuffleId,
      reducePartition,
      mapIds: new Uint32Array(mapIds),
      mapTaskIds: Float64Array.from(mapIds, (mapId) => list?.taskOf(mapId) ?? -1),
      executorIds: list?.executors.map(({ id }) => id) ?? [],
      executorOf: Uint32Array.from(mapIds, (mapId) => list?.executorOf(mapId) ?? 0),
      paths,
      offsets: new Float64Array(offsets),
      lengths: new Float64Array(lengths),
      missing: list?.missing ?? [],
    }
  }

  #own(
    list: MapOutputList,
    part: { shuffleId: number; mapId: number; reducePartition: number },
  ): ServedPart | undefined {
    const { shuffleId, mapId, reducePartition } = part
    const { executorId, own } = this.#options
    if (list.executors[list.executorOf(mapId)]?.id !== executorId) return undefined
    // Should it not be known here any more, its file is: reading that one says what is wrong.
    return (
      own.part(shuffleId, mapId, reducePartition) ?? {
        path: this.#pathOf(list, shuffleId, mapId),
        offset: unknownOffset,
        length: 0,
      }
    )
  }

  /** Path of a file on this machine, if it is there; else empty. */
  #fileOf(list: MapOutputList, shuffleId: number, mapId: number): string {
    const path = this.#pathOf(list, shuffleId, mapId)
    return existsSync(path) ? path : ''
  }

  #pathOf(list: MapOutputList, shuffleId: number, mapId: number): string {
    const { localDirs } = list.executors[list.executorOf(mapId)] as MapExecutor
    return shuffleFilePath(localDirs, { shuffleId, mapId, taskId: list.taskOf(mapId), file: list.fileOf(mapId) })
  }
}
