import type { DagEffect, DagEvent } from './dag/dag-messages.js'
import { DagScheduler } from './dag/dag-scheduler.js'
import type { MapOutputTracker } from './dag/map-output-tracker.js'
import { defaultSchedulerOptions, type SchedulerOptions } from './options.js'
import type { PendingReason } from './pending-reason.js'
import type { PoolState } from './pool/pool-config.js'
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
    const queue: (DagEffect | TaskSchedulerEffect)[] = []
    if (isForDag(event)) append(queue, this.#dag.handle(event, now))
    if (isForTasks(event)) append(queue, this.#tasks.handle(event, now))
    // First in, first out: what one core answers to the other comes after all that was said before.
    for (let i = 0; i < queue.length; i++) {
      const effect = queue[i] as DagEffect | TaskSchedulerEffect
      switch (effect.type) {
        case 'submitTaskSet':
        case 'cancelTaskSets':
        case 'outputCompleted':
          append(queue, this.#tasks.handle(effect, now))
          break
        case 'taskEnded':
          out.push(effect)
          append(queue, this.#dag.handle(effect, now))
          break
        case 'taskSetDone':
        case 'taskSetFailed':
          append(queue, this.#dag.handle(effect, now))
          break
        default:
          out.push(effect)
      }
    }
    // Only now, so that slots go to what is wanted after all that.
    append(out, this.#tasks.offer(now))
    return out
  }

  /** Why tasks are waiting, if any are. */
  pendingReasons(): PendingReason[] {
    return [...this.#tasks.pendingReasons(), ...this.#dag.pendingReasons()]
  }

  /** The pools and how busy they are, by name. */
  pools(): PoolState[] {
    return this.#tasks.pools()
  }

  /** Throws when a job has left anything behind. Call it when no job is active and every task has ended. */
  assertEmpty(): void {
    this.#dag.assertEmpty()
    this.#tasks.assertEmpty()
  }
}

function isForDag(event: SchedulerEvent): event is Exclude<DagEvent, InternalDagEvent> {
  switch (event.type) {
    case 'jobSubmitted':
    case 'cancelJob':
    case 'cancelJobGroup':
    case 'cancelJobsWithTag':
    case 'cancelStage':
    case 'cancelAllJobs':
    case 'abortJob':
    case 'shuffleRemoved':
    case 'executorLost':
      return true
    case 'timerDue':
      return event.key.startsWith('dag.')
    default:
      return false
  }
}

function isForTasks(event: SchedulerEvent): event is Exclude<TaskSchedulerEvent, InternalTaskEvent> {
  return event.type === 'executorLost' || !isForDag(event)
}

function append<T>(queue: T[], more: readonly T[]): void {
  for (const item of more) queue.push(item)
}
