import type { FetchFailedOutcome } from './executor-messages.js'
import type { MapOutputStatus } from './map-outputs.js'

interface FetchFacts {
  readonly shuffleId: number
  readonly mapId: number
  readonly reduceId: number
  readonly executorId: string
  readonly cause: 'missing' | 'corrupt' | 'network'
}

/** Turns the error of a failed fetch into the outcome that makes the driver run the lost map tasks again. */
export function fetchFailure(
  error: { code?: string; details?: Readonly<Record<string, unknown>> },
  outputOf: (shuffleId: number, mapId: number) => MapOutputStatus | undefined,
): FetchFailedOutcome | undefined {
  if (error.code !== 'FS_SHUFFLE_FETCH_FAILED' || error.details === undefined) return undefined
  const { shuffleId, mapId, reduceId, executorId, cause } = error.details as unknown as FetchFacts
  return {
    kind: 'fetchFailed',
    shuffleId,
    mapPartition: mapId,
    mapTaskId: outputOf(shuffleId, mapId)?.taskId,
    executorId,
    reducePartition: reduceId,
    scope: cause === 'network' ? 'executor' : 'output',
    error: error as FetchFailedOutcome['error'],
  }
}
