import { FiresteelError, toWireError } from '../common/errors/index.js'
import type { StagePlan } from '../pipeline/index.js'
import type { FetchFailedOutcome } from './executor-messages.js'
import type { MapExecutor } from './map-output-list.js'
import type { ToldOutputs } from './map-output-messages.js'
import { MapOutputs } from './map-outputs.js'
import type { OwnOutputs } from './own-outputs.js'
import { shuffleReads } from './shuffle-reads.js'
import type { ShuffleLocations, TaskDescription } from './task-message.js'

export interface ShuffleInputsOptions {
  readonly executorId: string
  readonly host: string
  /** Whether files of other executors on this host are read from the disk. */
  readonly readHostLocalDisk: boolean
  readonly own: OwnOutputs
  /** Asks the driver for the outputs of a shuffle. */
  readonly ask: (shuffleId: number) => Promise<ToldOutputs>
}

/** Where the map outputs are that this executor's tasks read. */
export class ShuffleInputs {
  readonly #options: ShuffleInputsOptions
  readonly #mapOutputs: MapOutputs

  constructor(options: ShuffleInputsOptions) {
    this.#options = options
    const { executorId, own, ask } = options
    this.#mapOutputs = new MapOutputs({ executorId, own, ask, isNear: (executor) => this.#isNear(executor) })
  }

  /** What has to be known before the task can begin and is not: resolves when it is. Nothing when all of it is known. */
  missing(plan: StagePlan, { mapEpoch }: TaskDescription): Promise<void>[] {
    const stale = plan.shuffles.filter((id) => !this.#mapOutputs.has(id, mapEpoch))
    return stale.map((id) => this.#mapOutputs.fetch(id, mapEpoch))
  }

  forget(shuffleId: number): void {
    this.#mapOutputs.forget(shuffleId)
  }

  /** Locations of every shuffle part that the task's partition tree reads, or why it cannot be read. */
  locate(plan: StagePlan, task: TaskDescription): { shuffles: ShuffleLocations[] } | { missing: FetchFailedOutcome } {
    const shuffles: ShuffleLocations[] = []
    for (const { shuffleId, partition } of shuffleReads(plan, task)) {
      const locations = this.#mapOutputs.locate(shuffleId, partition)
      const mapId = locations.missing[0]
      if (mapId !== undefined) return { missing: lostEverywhere({ shuffleId, mapId, reduceId: partition }) }
      shuffles.push(locations)
    }
    return { shuffles }
  }

  #isNear({ host }: MapExecutor): boolean {
    return this.#options.readHostLocalDisk && host === this.#options.host
  }
}

function lostEverywhere(part: { shuffleId: number; mapId: number; reduceId: number }): FetchFailedOutcome {
  const error = new FiresteelError('FS_SHUFFLE_FETCH_FAILED', {
    ...part,
    executorId: '(none)',
    cause: 'missing',
    reason: 'no executor has the map output any more',
  })
  const { shuffleId, reduceId: reducePartition } = part
  return { kind: 'fetchFailed', shuffleId, reducePartition, scope: 'output', error: toWireError(error) }
}
