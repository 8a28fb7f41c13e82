import type { TaskMetrics } from '../pipeline/index.js'
import type { ResourceInformation, TaskResources } from './slot-resources.js'
import type { TaskDescription } from './task-message.js'

/** Called when a task ends. */
export type TaskCompletionListener = (context: TaskContext) => void
/** Called when a task fails, before the completion listeners. */
export type TaskFailureListener = (context: TaskContext, error: unknown) => void

/** What a slot knows of the task that it runs. */
export interface TaskSurroundings {
  readonly metrics: TaskMetrics
  readonly isKilled: () => boolean
  /** Custom resources of the slot; none unless given. */
  readonly resources?: TaskResources
}

let current: TaskContext | undefined

/** What a task may know of itself; `TaskContext.get()` inside a function that runs on an executor. */
export class TaskContext {
  readonly #task: TaskDescription
  readonly #isKilled: () => boolean
  readonly #completionListeners: TaskCompletionListener[] = []
  readonly #failureListeners: TaskFailureListener[] = []
  readonly #metrics: TaskMetrics
  readonly #resources: TaskResources
  #isCompleted = false

  constructor(task: TaskDescription, { metrics, isKilled, resources = {} }: TaskSurroundings) {
    this.#task = task
    this.#metrics = metrics
    this.#isKilled = isKilled
    this.#resources = resources
  }

  /** The context of the task that runs on this thread; undefined outside of tasks. */
  static get(): TaskContext | undefined {
    return current
  }

  /** The partition of the running task; 0 outside of tasks, as in Spark. */
  static getPartitionId(): number {
    return current?.partitionId() ?? 0
  }

  /** @internal */
  static enter(context: TaskContext | undefined): void {
    current = context
  }

  stageId(): number {
    return this.#task.stageId
  }

  stageAttemptNumber(): number {
    return this.#task.stageAttempt
  }

  partitionId(): number {
    return this.#task.partition
  }

  /** From 0; grows with each further try of the task. */
  attemptNumber(): number {
    return this.#task.attemptNumber
  }

  /** Unique among all task attempts of the application. */
  taskAttemptId(): number {
    return this.#task.taskId
  }

  cpus(): number {
    return this.#task.cpus
  }

  isCompleted(): boolean {
    return this.#isCompleted
  }

  /** Whether the task has been asked to end. Long computations without records may ask and return early. */
  isInterrupted(): boolean {
    return this.#isKilled()
  }

  /** A local property of the thread of the driver that submitted the job. */
  getLocalProperty(key: string): string | undefined {
    return this.#task.properties[key]
  }

  /** Custom resources of the task by name, as many as `spark.task.resource.{name}.amount` says; no other task uses them meanwhile. */
  resources(): ReadonlyMap<string, ResourceInformation> {
    return new Map(Object.entries(this.#resources))
  }

  taskMetrics(): Readonly<TaskMetrics> {
    return this.#metrics
  }

  /** Listeners run in the reverse order of their registration, on success, failure and cancellation alike. */
  addTaskCompletionListener(listener: TaskCompletionListener): this {
    this.#completionListeners.push(listener)
    return this
  }

  addTaskFailureListener(listener: TaskFailureListener): this {
    this.#failureListeners.push(listener)
    return this
  }

  /** @internal Runs the listeners; the first error they throw is given back. */
  end(failure: { readonly error: unknown } | undefined): unknown {
    this.#isCompleted = true
    let thrown: unknown
    const run = (call: () => void): void => {
      try {
        call()
      } catch (error) {
        thrown ??= error
      }
    }
    if (failure !== undefined) {
      for (const listener of this.#failureListeners.reverse()) run(() => listener(this, failure.error))
    }
    for (const listener of this.#completionListeners.reverse()) run(() => listener(this))
    return thrown
  }
}
