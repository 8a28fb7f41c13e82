import type { FetchFailedOutcome } from './executor-messages.js'
import type { ShuffleLocations } from './task-message.js'

interface FetchFacts {
  readonly shuffleId: number
  readonly mapId: number
  readonly reduceId: number
  readonly executorId: string
  readonly cause: 'missing' | 'corrupt' | 'network'
}

/**
 * Turns the error of a failed fetch into the outcome that makes the driver run the lost map tasks again. `shuffles` is what the task was
 * told of the outputs: an output made since by another attempt is not to blame.
 */
export function fetchFailure(
  error: { code?: string; details?: Readonly<Record<string, unknown>> },
  shuffles: readonly ShuffleLocations[],
): FetchFailedOutcome | undefined {
  if (error.code !== 'FS_SHUFFLE_FETCH_FAILED' || error.details === undefined) return undefined
  const { shuffleId, mapId, reduceId, executorId, cause } = error.details as unknown as FetchFacts
  const read = shuffles.find((s) => s.shuffleId === shuffleId && s.reducePartition === reduceId)
  return {
    kind: 'fetchFailed',
    shuffleId,
    mapPartition: mapId,
    mapTaskId: read?.mapTaskIds[read.mapIds.indexOf(mapId)],
    executorId,
    reducePartition: reduceId,
    scope: cause === 'network' ? 'executor' : 'output',
    error: error as FetchFailedOutcome['error'],
  }
}
