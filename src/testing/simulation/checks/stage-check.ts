import type { StageId } from '../../../common/index.js'
import type { SchedulerEffect, SchedulerEvent, StageCompleted, StageInfo } from '../../../scheduler/index.js'
import { type Check, hold } from './check.js'
import type { SlotCheck } from './slot-check.js'

/** Stages begin and end in pairs; tasks run for stages that run; what nobody needs any more is killed; no retry without need. */
export class StageCheck implements Check {
  /** As `id.attempt`. */
  readonly running = new Set<string>()
  readonly #slots: SlotCheck
  /** Stages that came to an end in what was said to the current event. */
  readonly #ended = new Set<StageId>()
  /** Whether anything has happened yet by which a stage may have to run again. */
  #isLossFree = true

  constructor(slots: SlotCheck) {
    this.#slots = slots
  }

  told(event: SchedulerEvent): void {
    if (event.type === 'executorLost') this.#isLossFree = false
    if (event.type === 'taskStatus' && event.outcome.type === 'fetchFailed') this.#isLossFree = false
  }

  saw(effect: SchedulerEffect): void {
    if (effect.type === 'stageSubmitted') this.#submitted(effect.stage)
    if (effect.type === 'stageCompleted') this.#completed(effect)
    if (effect.type !== 'launch') return
    const { stageId, stageAttempt, taskId } = effect.attempt
    hold(
      this.running.has(`${stageId}.${stageAttempt}`),
      () => `task ${taskId} is launched for a stage that does not run`,
    )
  }

  settled(): void {
    if (this.#ended.size === 0) return
    for (const { stageId, taskId } of this.#slots.outstanding.values()) {
      const isNeedless = this.#ended.has(stageId) && !this.#slots.killed.has(taskId)
      hold(!isNeedless, () => `task ${taskId} runs on though its stage ${stageId} is over`)
    }
    this.#ended.clear()
  }

  over(): void {
    hold(this.running.size === 0, () => `stages never completed: ${[...this.running].join(', ')}`)
  }

  #submitted({ stageId, attempt }: StageInfo): void {
    const key = `${stageId}.${attempt}`
    hold(!this.running.has(key), () => `stage ${key} is submitted twice`)
    hold(attempt === 0 || !this.#isLossFree, () => `stage ${key} runs again though nothing was lost`)
    this.running.add(key)
    this.#ended.delete(stageId)
  }

  #completed({ stage, willRetry }: StageCompleted): void {
    const { stageId, attempt } = stage
    hold(this.running.delete(`${stageId}.${attempt}`), () => `stage ${stageId}.${attempt} completes but does not run`)
    if (!willRetry) this.#ended.add(stageId)
  }
}
