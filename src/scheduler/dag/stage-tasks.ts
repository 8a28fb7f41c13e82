import type { JobId } from '../../common/index.js'
import type { CacheView } from '../lineage.js'
import type { TaskSet } from '../task-set/task-set.js'
import type { MapOutputTracker } from './map-output-tracker.js'
import { placeTasks } from './placement.js'
import type { ActiveJob, Stage } from './stage.js'

interface Context {
  readonly jobId: JobId
  readonly properties: Readonly<Record<string, string>>
  readonly mapOutputs: MapOutputTracker
  readonly cache: CacheView
}

/** The tasks of the stage's next attempt: map outputs that nobody has, results not yet delivered. */
export function missingTasks(stage: Stage, { jobId, properties, mapOutputs, cache }: Context): TaskSet {
  const { id, nextAttempt, kind, rdd } = stage
  const common = { stageId: id, stageAttempt: nextAttempt, kind, jobId, rdd, properties }
  if (stage.kind === 'map') {
    const partitions = mapOutputs.missing(stage.shuffleId)
    const locations = placeTasks(rdd, partitions, cache)
    return { ...common, shuffleId: stage.shuffleId, shuffle: stage.shuffle, partitions, outputs: partitions, locations }
  }
  const outputs = missingOutputs(stage.job)
  const partitions = outputs.map((output) => stage.job.spec.partitions[output] as number)
  return { ...common, partitions, outputs, locations: placeTasks(rdd, partitions, cache) }
}

/** The outputs of a job that have not been delivered, ascending. */
function missingOutputs({ isFinished }: ActiveJob): number[] {
  const missing: number[] = []
  for (let output = 0; output < isFinished.length; output++) if (isFinished[output] === 0) missing.push(output)
  return missing
}
