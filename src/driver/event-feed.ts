import { toWireError } from '../common/errors/index.js'
import type { TaskStatusMessage } from '../executor/index.js'
import type { ListenerBus, StageDescription, TaskDescriptionEvent, TaskEnd } from '../listener/index.js'
import type { SchedulerEffect, StageInfo, TaskAttempt, TaskOutcome } from '../scheduler/index.js'

/** Tells listeners what the scheduler does. */
export class EventFeed {
  readonly #bus: ListenerBus
  readonly #now: () => number

  constructor(bus: ListenerBus, now: () => number) {
    this.#bus = bus
    this.#now = now
  }

  /** `metricsOf` gives what a task counted, as its executor reported. */
  effect(effect: SchedulerEffect, metricsOf: (taskId: number) => TaskStatusMessage['metrics'] | undefined): void {
    if (!this.#bus.isListening) return
    const time = this.#now()
    switch (effect.type) {
      case 'jobStarted': {
        const { jobId, description, callSite, group, tags, properties } = effect.job
        const stages = effect.stages.map(describeStage)
        this.#bus.post(() => ({
          type: 'jobStart',
          time,
          jobId,
          description,
          callSite,
          group,
          tags,
          stages,
          properties,
        }))
        return
      }
      case 'jobSucceeded':
        this.#bus.post(() => ({ type: 'jobEnd', time, jobId: effect.jobId }))
        return
      case 'jobFailed':
        this.#bus.post(() => ({ type: 'jobEnd', time, jobId: effect.jobId, error: toWireError(effect.error) }))
        return
      case 'stageSubmitted':
        this.#bus.post(() => ({
          type: 'stageSubmitted',
          time,
          stage: describeStage(effect.stage),
          properties: effect.properties,
        }))
        return
      case 'stageCompleted':
        this.#bus.post(() => ({
          type: 'stageCompleted',
          time,
          stage: describeStage(effect.stage),
          failure: effect.failure,
          willRetry: effect.willRetry,
        }))
        return
      case 'launch':
        this.#bus.post(() => ({ type: 'taskStart', time, task: describeTask(effect.attempt) }))
        return
      case 'taskEnded':
        this.#bus.post(() => ({
          type: 'taskEnd',
          time,
          task: describeTask(effect.attempt),
          metrics: metricsOf(effect.attempt.taskId) as unknown as Record<string, number> | undefined,
          ...describeOutcome(effect.outcome),
        }))
        return
      default:
        return
    }
  }
}

function describeStage(stage: StageInfo): StageDescription {
  const { stageId, attempt, kind, name, numTasks, parentIds, rddId, rddName, shuffleId } = stage
  return { stageId, attempt, kind, name, numTasks, parentIds, rddId, rddName, shuffleId }
}

function describeTask(attempt: TaskAttempt): TaskDescriptionEvent {
  const {
    taskId,
    stageId,
    stageAttempt,
    jobId,
    partition,
    attemptNumber,
    executorId,
    host,
    slot,
    locality,
    speculative,
  } = attempt
  return {
    taskId,
    stageId,
    stageAttempt,
    jobId,
    partition,
    attemptNumber,
    executorId,
    host,
    slot,
    locality: String(locality),
    speculative,
    launchTime: attempt.launchedAt,
  }
}

function describeOutcome(outcome: TaskOutcome): Pick<TaskEnd, 'outcome' | 'reason' | 'error'> {
  switch (outcome.type) {
    case 'success':
      return { outcome: 'success' }
    case 'failed':
      return { outcome: 'failed', reason: outcome.error.message, error: outcome.error }
    case 'killed':
      return { outcome: 'killed', reason: outcome.reason }
    case 'executorLost':
      return { outcome: outcome.type, reason: outcome.cause.message }
    default:
      return { outcome: outcome.type, reason: outcome.message }
  }
}
