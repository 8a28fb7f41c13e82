import type { JobId, ShuffleId, StageId } from '../../common/index.js'
import type { JobSpec, LineageNode, ShuffleDependency } from '../lineage.js'
import type { StageInfo } from './dag-messages.js'

/** A job that has not ended. */
export interface ActiveJob {
  readonly spec: JobSpec
  /** By output index. */
  readonly isFinished: Uint8Array
  numFinished: number
  resultStage: ResultStage | undefined
}

interface StageBase {
  readonly id: StageId
  readonly rdd: LineageNode
  /** The map stages it reads from; their ids are lower than its own. */
  readonly parents: readonly MapStage[]
  /** The active jobs that need it. */
  readonly jobs: Set<JobId>
  state: 'idle' | 'waiting' | 'running'
  /** The number of the next attempt; the current or last one is the one before. */
  nextAttempt: number
  /** Attempts that ended with a fetch failure since the stage last succeeded. */
  readonly failedAttempts: Set<number>
  /** What earlier attempts deliver late is not taken: it was made from input that has been thrown away. */
  oldestValidAttempt: number
  /** Tasks of the last attempt. */
  numTasks: number
}

export interface MapStage extends StageBase {
  readonly kind: 'map'
  readonly shuffleId: ShuffleId
  readonly shuffle: ShuffleDependency
  /** Whether consumers may have read its outputs: it was complete since they were last thrown away. */
  wasComplete: boolean
}

export interface ResultStage extends StageBase {
  readonly kind: 'result'
  readonly job: ActiveJob
}

export type Stage = MapStage | ResultStage

/** Whether running the stage again may give other records than the first time. */
export function isIndeterminate(stage: Stage): boolean {
  return stage.rdd.isDeterministic === false
}

export function stageName(stage: Stage): string {
  return `${stage.rdd.name} at ${stage.rdd.callSite}`
}

/** The facts of a stage's current (or next) attempt. */
export function stageInfo(stage: Stage): StageInfo {
  const { id, kind, rdd, nextAttempt, parents, jobs } = stage
  const size = stage.kind === 'map' ? stage.shuffle.numMaps : stage.job.spec.partitions.length
  return {
    stageId: id,
    attempt: Math.max(0, nextAttempt - 1),
    kind,
    name: stageName(stage),
    numTasks: nextAttempt === 0 ? size : stage.numTasks,
    parentIds: parents.map((parent) => parent.id),
    jobIds: [...jobs],
    rddId: rdd.id,
    rddName: rdd.name,
    ...(stage.kind === 'map' ? { shuffleId: stage.shuffleId } : {}),
  }
}
