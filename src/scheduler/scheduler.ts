import type { DagEffect, DagEvent } from './dag/dag-messages.js'
import { DagScheduler } from './dag/dag-scheduler.js'
import type { MapOutputTracker } from './dag/map-output-tracker.js'
import { defaultSchedulerOptions, type SchedulerOptions } from './options.js'
import type { PendingReason } from './pending-reason.js'
import { TaskScheduler } from './task-set/task-scheduler.js'
import type { TaskSchedulerEffect, TaskSchedulerEvent } from './task-set/task-scheduler-messages.js'

type InternalDagEvent = { type: 'taskEnded' | 'taskSetDone' | 'taskSetFailed' }
type InternalTaskEvent = { type: 'submitTaskSet' | 'cancelTaskSets' | 'outputCompleted' }

/** What the outside tells the scheduler: both cores' events but for those that they send each other. */
export type SchedulerEvent = Exclude<DagEvent, InternalDagEvent> | Exclude<TaskSchedulerEvent, InternalTaskEvent>

/** What the outside has to do. `taskEnded` is for listeners only: the DAG scheduler has seen it already. */
export type SchedulerEffect =
  | Exclude<DagEffect, InternalTaskEvent>
  | Exclude<TaskSchedulerEffect, { type: 'taskSetDone' | 'taskSetFailed' }>

/**
 * Both scheduling cores wired to each other: the DAG scheduler turns jobs into stages and their task sets, the task
 * scheduler places tasks on executors. A driver needs this class alone:
 *
 *     for (const effect of scheduler.handle({ type: 'jobSubmitted', job }, clock.now())) perform(effect)
 *
 * Events may be handed in at any time, but not from within `handle`. Pure: no I/O, clock or randomness.
 */
export class Scheduler {
  readonly #dag: DagScheduler
  readonly #tasks: TaskScheduler

  constructor(options: Partial<SchedulerOptions> = {}) {
    const complete = { ...defaultSchedulerOptions, ...options }
    this.#dag = new DagScheduler(complete)
    this.#tasks = new TaskScheduler(complete)
  }

  /** Where map outputs are: answers the reducers' questions. The scheduler alone changes it. */
  get mapOutputs(): MapOutputTracker {
    return this.#dag.mapOutputs
  }

  /** Takes one event, at a time in ms that never goes back, and says what has to be done, in order. */
  handle(event: SchedulerEvent, now: number): SchedulerEffect[] {
    const out: SchedulerEffect[] = []
    switch (event.type) {
      case 'executorLost':
        // The DAG first, so that the outputs are gone before tasks are queued again and tell of their end.
        this.#fromDag(this.#dag.handle(event, now), now, out)
        this.#fromTasks(this.#tasks.handle(event, now), now, out)
        break
      case 'timerDue':
        if (event.key.startsWith('dag.')) this.#fromDag(this.#dag.handle(event, now), now, out)
        else this.#fromTasks(this.#tasks.handle(event, now), now, out)
        break
      case 'jobSubmitted':
      case 'cancelJob':
      case 'cancelJobGroup':
      case 'cancelJobsWithTag':
      case 'cancelStage':
      case 'cancelAllJobs':
      case 'shuffleRemoved':
        this.#fromDag(this.#dag.handle(event, now), now, out)
        break
      default:
        this.#fromTasks(this.#tasks.handle(event, now), now, out)
    }
    return out
  }

  /** Why tasks are waiting, if any are. */
  pendingReasons(now: number): PendingReason[] {
    return [...this.#tasks.pendingReasons(now), ...this.#dag.pendingReasons()]
  }

  /** Throws when a job has left anything behind. Call it when no job is active and every task has ended. */
  assertEmpty(): void {
    this.#dag.assertEmpty()
    this.#tasks.assertEmpty()
  }

  #fromDag(effects: DagEffect[], now: number, out: SchedulerEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'submitTaskSet':
        case 'cancelTaskSets':
        case 'outputCompleted':
          this.#fromTasks(this.#tasks.handle(effect, now), now, out)
          break
        default:
          out.push(effect)
      }
    }
  }

  #fromTasks(effects: TaskSchedulerEffect[], now: number, out: SchedulerEffect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'taskEnded':
          out.push(effect)
          this.#fromDag(this.#dag.handle(effect, now), now, out)
          break
        case 'taskSetDone':
        case 'taskSetFailed':
          this.#fromDag(this.#dag.handle(effect, now), now, out)
          break
        default:
          out.push(effect)
      }
    }
  }
}
