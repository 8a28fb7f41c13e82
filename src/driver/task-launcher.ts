import type { Closure } from '../closure/index.js'
import type { ShuffleId } from '../common/index.js'
import type { TaskDescription } from '../executor/index.js'
import {
  type AnyRdd,
  type CompiledStage,
  compileStage,
  type JobRequest,
  type ShuffleDependencySpec,
  taskData,
} from '../rdd/index.js'
import type { TaskAttempt, TaskSet } from '../scheduler/index.js'
import type { ExecutorBackend } from './executor-backend.js'

export interface TaskLauncherOptions {
  readonly backend: ExecutorBackend
  readonly taskCpus: number
  /** Version of the added files. */
  readonly filesVersion: () => number
  /** Told of a stage's closures before any of its tasks is sent. */
  readonly onClosures: (closures: readonly Closure[]) => void
  /** How a shuffle of an active stage is written. */
  readonly shuffle: (shuffleId: ShuffleId) => ShuffleDependencySpec | undefined
  /** What the action of an active job asked for. */
  readonly requestOf: (jobId: TaskSet['jobId']) => JobRequest | undefined
}

/** Sends tasks to executors, and what they need first: the plan of their stage, made once for each of its attempts. */
export class TaskLauncher {
  readonly #options: TaskLauncherOptions
  readonly #stages = new Map<string, CompiledStage>()

  constructor(options: TaskLauncherOptions) {
    this.#options = options
  }

  /** How many plans are kept. */
  get size(): number {
    return this.#stages.size
  }

  /** Adds a task to the executor's next launch message. @throws FS_RPC_MESSAGE_TOO_LARGE */
  launch(attempt: TaskAttempt, taskSet: TaskSet, mapEpoch: number): void {
    const { backend } = this.#options
    // A later attempt gets a plan of its own: a checkpoint may have cut the lineage meanwhile.
    const key = attempt.stageAttempt === 0 ? String(attempt.stageId) : `${attempt.stageId}.${attempt.stageAttempt}`
    const stage = this.#compiled(key, taskSet)
    backend.sendStage(attempt.executorId, key, stage)
    const { tree, attachments } = taskData(taskSet.rdd as AnyRdd, attempt.partition, stage.specs)
    const files = this.#options.filesVersion()
    const task: TaskDescription = {
      taskId: attempt.taskId,
      stageKey: key,
      stageId: attempt.stageId,
      stageAttempt: attempt.stageAttempt,
      jobId: attempt.jobId,
      partition: attempt.partition,
      attemptNumber: attempt.attemptNumber,
      slot: attempt.slot,
      tree,
      properties: taskSet.properties,
      mapEpoch,
      cpus: this.#options.taskCpus,
      ...(files > 0 ? { files } : {}),
    }
    backend.launch(attempt.executorId, task, attachments)
  }

  /** Forgets the plans of all attempts of a stage, here and on the executors. */
  forgetStage(stageId: number): void {
    const key = String(stageId)
    for (const attempt of this.#stages.keys()) {
      if (attempt !== key && !attempt.startsWith(`${key}.`)) continue
      this.#stages.delete(attempt)
      this.#options.backend.forgetStage(attempt)
    }
  }

  #compiled(key: string, taskSet: TaskSet): CompiledStage {
    let stage = this.#stages.get(key)
    if (stage === undefined) {
      stage = this.#compile(taskSet)
      this.#options.onClosures(stage.closures)
      this.#stages.set(key, stage)
    }
    return stage
  }

  #compile(taskSet: TaskSet): CompiledStage {
    const rdd = taskSet.rdd as AnyRdd
    if (taskSet.kind === 'result') {
      const { sink, closures } = this.#options.requestOf(taskSet.jobId) as JobRequest
      return compileStage(rdd, sink, closures)
    }
    const shuffle = this.#options.shuffle(taskSet.shuffleId as ShuffleId)
    if (shuffle === undefined) throw new Error(`shuffle ${taskSet.shuffleId} of an active stage is not known`)
    const sink = { kind: 'shuffle', shuffleId: shuffle.shuffleId, write: shuffle.write() } as const
    return compileStage(rdd, sink, shuffle.closures)
  }
}
