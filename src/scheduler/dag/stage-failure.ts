import type { TaskFetchFailed } from '../task-set/task-outcome.js'
import type { StageFailure } from '../task-set/task-scheduler-messages.js'
import type { TaskAttempt } from '../task-set/task-set.js'
import { type Stage, stageName } from './stage.js'

/** The failure of a stage whose attempts have ended with a fetch failure once too often, this one being the last. */
export function unfetchable(
  stage: Stage,
  { partition }: TaskAttempt,
  { shuffleId, message }: TaskFetchFailed,
): StageFailure {
  const attempts = stage.failedAttempts.size
  const facts = { stageId: stage.id, stageName: stageName(stage), attempts, shuffleId, partition }
  return { code: 'FS_JOB_FETCH_FAILED', details: { ...facts, lastError: message } }
}
