import type { ExecutorId, TaskId } from '../../../common/index.js'
import type { Launch, SchedulerEffect, SchedulerEvent, TaskAttempt } from '../../../scheduler/index.js'
import { type Check, hold } from './check.js'

/** Slots are given once, on executors that live and take tasks; an attempt starts and ends once, and is killed in between. */
export class SlotCheck implements Check {
  readonly outstanding = new Map<TaskId, TaskAttempt>()
  readonly killed = new Set<TaskId>()
  launches = 0
  readonly #takenBy = new Map<string, TaskId>()
  readonly #executors = new Map<ExecutorId, { isDraining: boolean }>()
  /** By task of a stage attempt: how many of its attempts run. */
  readonly #copies = new Map<string, number>()

  told(event: SchedulerEvent): void {
    if (event.type === 'executorAdded' && !this.#executors.has(event.executorId)) {
      this.#executors.set(event.executorId, { isDraining: false })
    }
    if (event.type === 'executorDraining') this.#executors.set(event.executorId, { isDraining: event.isDraining })
    if (event.type === 'executorLost') this.#executors.delete(event.executorId)
  }

  saw(effect: SchedulerEffect): void {
    if (effect.type === 'launch') this.#launched(effect)
    if (effect.type === 'taskEnded') this.#ended(effect.attempt)
    if (effect.type !== 'killTask') return
    const { taskId, slot } = effect
    hold(slot === -1 || this.outstanding.has(taskId), () => `task ${taskId} is killed but does not run`)
    this.killed.add(taskId)
  }

  over(): void {
    hold(this.#takenBy.size === 0, () => 'slots are still taken')
  }

  #launched({ attempt }: Launch): void {
    const { taskId, executorId, speculative } = attempt
    this.launches++
    const executor = this.#executors.get(executorId)
    hold(executor !== undefined, () => `task ${taskId} is launched on executor ${executorId}, which is gone`)
    hold(executor?.isDraining !== true, () => `task ${taskId} is launched on draining executor ${executorId}`)
    const place = `${executorId}#${attempt.slot}`
    hold(!this.#takenBy.has(place), () => `slot ${place} is given twice`)
    this.#takenBy.set(place, taskId)
    const copies = this.#copies.get(taskKey(attempt)) ?? 0
    hold(copies === (speculative ? 1 : 0), () => `task ${taskId} is launched while ${copies} attempts of it run`)
    this.#copies.set(taskKey(attempt), copies + 1)
    this.outstanding.set(taskId, attempt)
  }

  #ended(attempt: TaskAttempt): void {
    const { taskId, executorId, slot } = attempt
    hold(this.outstanding.delete(taskId), () => `task ${taskId} ended twice, or never ran`)
    this.#takenBy.delete(`${executorId}#${slot}`)
    this.#copies.set(taskKey(attempt), (this.#copies.get(taskKey(attempt)) ?? 0) - 1)
  }
}

/** Names a task within the attempt of its stage. */
export function taskKey({ stageId, stageAttempt, partition }: TaskAttempt): string {
  return `${stageId}.${stageAttempt}:${partition}`
}
