import type { Closure } from '../closure/index.js'
import { FiresteelError, toWireError } from '../common/errors/index.js'
import type { Clock, Timer } from '../common/index.js'
import { type ExecutorId, type JobId, type ShuffleId, type TaskId, taskId } from '../common/index.js'
import type { TaskStatusMessage } from '../executor/index.js'
import type { JobRequest, ShuffleDependencySpec } from '../rdd/index.js'
import type { RpcMessage } from '../rpc/index.js'
import {
  Scheduler,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerOptions,
  type TaskAttempt,
} from '../scheduler/index.js'
import { ActiveJobs } from './active-jobs.js'
import type { ExecutorBackend, RegisteredExecutor } from './executor-backend.js'
import { MapOutputAnswers } from './map-output-answers.js'
import { OutputCommits } from './output-commits.js'
import { TaskLauncher } from './task-launcher.js'
import { failedFetch, fetchStored, type RawResult, reported } from './task-result.js'

const none: readonly Uint8Array[] = []

/** What a job is given beside its request. */
export interface JobFrame {
  readonly properties: Readonly<Record<string, string>>
  readonly group?: string
  readonly tags: readonly string[]
  readonly description: string
  readonly callSite: string
}

export interface SchedulerShellOptions {
  readonly scheduler: Partial<SchedulerOptions>
  readonly clock: Clock
  readonly backend: ExecutorBackend
  readonly maxResultBytes: number
  readonly taskCpus: number
  /** Version of the added files. */
  readonly filesVersion: () => number
  /** Told of a stage's closures before any of its tasks is sent. */
  readonly onClosures: (closures: readonly Closure[]) => void
  /** How a shuffle of an active stage is written. */
  readonly shuffle: (shuffleId: ShuffleId) => ShuffleDependencySpec | undefined
  /** Told of each effect, for listeners. */
  readonly onEffect: (
    effect: SchedulerEffect,
    metricsOf: (taskId: number) => TaskStatusMessage['metrics'] | undefined,
  ) => void
  /** Takes the accumulator updates of an accepted task. */
  readonly onAccepted: (
    attempt: TaskAttempt,
    updates: readonly { id: number; value: Uint8Array }[],
    isFirst: boolean,
  ) => void
}

/**
 * The thin shell around the scheduling cores: turns what happens outside into events, performs the effects, and gives
 * actions their results.
 */
export class SchedulerShell {
  readonly #scheduler: Scheduler
  readonly #options: SchedulerShellOptions
  readonly #mapOutputs: MapOutputAnswers
  readonly #jobs: ActiveJobs
  readonly #launcher: TaskLauncher
  readonly #commits = new OutputCommits()
  readonly #timers = new Map<string, Timer>()
  readonly #pending: SchedulerEvent[] = []
  /** Metrics of the task whose end is being handled. */
  readonly #metrics = new Map<number, TaskStatusMessage['metrics']>()
  readonly #running = new Map<number, TaskAttempt>()
  /** Tasks that have ended, and whose results are being fetched. */
  readonly #fetching = new Map<TaskId, ExecutorId>()
  /** Set when no job may begin any more. */
  #stopReason: string | undefined
  #isHandling = false

  constructor(options: SchedulerShellOptions) {
    this.#options = options
    this.#scheduler = new Scheduler(options.scheduler)
    this.#jobs = new ActiveJobs({
      maxResultBytes: options.maxResultBytes,
      cancel: (id, reason) => this.handle({ type: 'cancelJob', jobId: id, reason }),
    })
    this.#launcher = new TaskLauncher({ ...options, requestOf: (id) => this.#jobs.requestOf(id) })
    this.#mapOutputs = new MapOutputAnswers(this.#scheduler.mapOutputs)
  }

  get scheduler(): Scheduler {
    return this.#scheduler
  }

  get activeJobs(): readonly JobId[] {
    return this.#jobs.ids
  }

  /** Runs a job to its end. */
  async run(request: JobRequest, frame: JobFrame): Promise<void> {
    await request.rdd.prepare()
    request.signal?.throwIfAborted()
    if (this.#stopReason !== undefined) {
      throw new FiresteelError('FS_JOB_CANCELLED', { jobId: '(not started)', reason: this.#stopReason })
    }
    const partitions = request.partitions ?? request.rdd.partitions
    const { id, ended } = this.#jobs.begin(request)
    request.onJob?.(id)
    const onAbort = (): void => this.handle({ type: 'cancelJob', jobId: id, reason: abortReason(request.signal) })
    request.signal?.addEventListener('abort', onAbort, { once: true })
    this.handle({ type: 'jobSubmitted', job: { jobId: id, rdd: request.rdd, partitions, ...frame } })
    try {
      await ended
    } finally {
      request.signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Takes an event; effects that lead to further events are handled after it. */
  handle(event: SchedulerEvent): void {
    this.#pending.push(event)
    this.#handlePending()
  }

  #handlePending(): void {
    if (this.#isHandling) return
    this.#isHandling = true
    try {
      do {
        for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
          for (const effect of this.#scheduler.handle(next, this.#options.clock.now())) this.#perform(effect)
        }
        for (const { taskId, error } of this.#options.backend.flush()) this.#unlaunched(taskId, error)
      } while (this.#pending.length > 0)
    } finally {
      this.#isHandling = false
    }
  }

  /** Ends of tasks as an executor tells them; what they lead to is sent together. */
  taskStatuses(
    executor: RegisteredExecutor,
    statuses: readonly TaskStatusMessage[],
    attachments: readonly Uint8Array[],
  ): void {
    let at = 0
    for (const status of statuses) {
      const own = status.attachments === 0 ? none : attachments.slice(at, at + status.attachments)
      at += status.attachments
      this.#taskStatus(executor, status, own)
    }
    this.#handlePending()
  }

  /** A task's end. Large results are fetched first. */
  #taskStatus(executor: RegisteredExecutor, status: TaskStatusMessage, attachments: readonly Uint8Array[]): void {
    const { outcome } = status
    const id = taskId(status.taskId)
    this.#metrics.set(id, status.metrics)
    if (outcome.kind === 'stored') {
      if (this.#isRefused(id, outcome.bytes)) {
        this.#options.backend.send(executor.id, 'dropResult', { taskId: id })
        this.#pending.push({
          type: 'taskStatus',
          taskId: id,
          outcome: { type: 'killed', reason: 'too large a result' },
        })
      } else this.#fetch(executor, status, attachments)
      return
    }
    const runTimeMs = status.metrics.executorRunTime
    this.#pending.push({ type: 'taskStatus', taskId: id, outcome: reported(status, attachments), runTimeMs })
  }

  #fetch(executor: RegisteredExecutor, status: TaskStatusMessage, attachments: readonly Uint8Array[]): void {
    const id = taskId(status.taskId)
    this.#fetching.set(id, executor.id)
    void fetchStored(executor, status, attachments)
      .finally(() => this.#fetching.delete(id))
      .then(
        (fetched) => this.handle({ type: 'taskStatus', taskId: id, outcome: { type: 'success', value: fetched } }),
        (error: unknown) => {
          // The executor's loss, which follows, says what became of the task.
          if (executor.peer.closed) return
          this.handle({ type: 'taskStatus', taskId: id, outcome: failedFetch(error) })
        },
      )
  }

  /** Whether a result that its executor holds ready is one too many for its job: nothing of it is fetched. */
  #isRefused(id: number, bytes: number): boolean {
    const attempt = this.#running.get(id)
    return attempt !== undefined && this.#jobs.refuses(attempt.jobId, bytes)
  }

  /** Where the outputs of a shuffle are, as executors ask for it. */
  mapOutputs(shuffleId: number): AsyncIterable<RpcMessage> {
    return this.#mapOutputs.answer(shuffleId as ShuffleId, this.#options.backend)
  }

  /** Whether a task may commit its output. */
  canCommit(request: { stageId: number; partition: number; taskId: number }): boolean {
    return this.#commits.mayCommit(request)
  }

  /** Forgets a shuffle that nothing refers to any more. Returns whether its outputs, if there are any, may go. */
  removeShuffle(shuffleId: ShuffleId): boolean {
    if (!this.#scheduler.mapOutputs.hasShuffle(shuffleId)) return false
    this.handle({ type: 'shuffleRemoved', shuffleId })
    return !this.#scheduler.mapOutputs.hasShuffle(shuffleId)
  }

  /** How much of jobs that have ended is still here: nothing should be. */
  get leftovers(): Readonly<Record<string, number>> {
    const { mapOutputs } = this.#scheduler
    const sizes = { jobs: this.#jobs.size, stages: this.#launcher.size, commits: this.#commits.size }
    return {
      ...sizes,
      metrics: this.#metrics.size,
      running: this.#running.size,
      shuffles: mapOutputs.shuffles().length,
    }
  }

  /** Whether jobs are active and none of their tasks runs. */
  get isWaiting(): boolean {
    return this.#jobs.size > 0 && this.#running.size === 0
  }

  /** What an executor says it runs: heals lost messages. Tasks whose results are on their way are no longer named, but not lost. */
  executorReport(executor: ExecutorId, running: readonly number[]): void {
    const fetched = [...this.#fetching].flatMap(([task, on]) => (on === executor ? [task] : []))
    this.handle({ type: 'executorReport', executorId: executor, running: [...running.map(taskId), ...fetched] })
  }

  isRunning(task: number): boolean {
    return this.#running.has(task)
  }

  /** Tasks that were launched on an executor and have not ended. */
  runningOn(executor: ExecutorId): number[] {
    return [...this.#running.values()].flatMap((task) => (task.executorId === executor ? [task.taskId] : []))
  }

  /** Ends every job and timer. */
  stop(reason: string): void {
    this.#stopReason = reason
    this.handle({ type: 'cancelAllJobs', reason })
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }

  #perform(effect: SchedulerEffect): void {
    this.#options.onEffect(effect, (id) => this.#metrics.get(id))
    switch (effect.type) {
      case 'launch':
        try {
          this.#running.set(effect.attempt.taskId, effect.attempt)
          this.#launcher.launch(effect.attempt, effect.taskSet, this.#scheduler.mapOutputs.epoch)
        } catch (error) {
          this.#unlaunched(effect.attempt.taskId, error)
        }
        return
      case 'killTask':
        this.#options.backend.send(effect.executorId, 'kill', {
          taskId: effect.taskId,
          reason: effect.reason,
          interrupt: effect.interrupt,
        })
        return
      case 'setTimer':
        this.#setTimer(effect.key, effect.delayMs)
        return
      case 'taskAccepted': {
        const { status, attachments } = effect.value as RawResult
        const updates = attachments.slice(attachments.length - status.updates.length)
        this.#options.onAccepted(
          effect.attempt,
          status.updates.map((id, i) => ({ id, value: updates[i] as Uint8Array })),
          effect.isFirst,
        )
        return
      }
      case 'taskEnded': {
        this.#metrics.delete(effect.attempt.taskId)
        this.#running.delete(effect.attempt.taskId)
        if (effect.outcome.type !== 'success') this.#commits.failed(effect.attempt)
        return
      }
      case 'partitionResult':
        this.#jobs.deliver(effect.jobId, effect.outputIndex, effect.value as RawResult)
        return
      case 'stageCompleted':
        if (!effect.willRetry) this.#forgetStage(effect.stage.stageId)
        return
      case 'jobStarted':
        this.#jobs.started(
          effect.job.jobId,
          effect.stages.map((stage) => stage.stageId),
        )
        return
      case 'jobSucceeded':
        for (const stageId of this.#jobs.succeeded(effect.jobId)) this.#forgetStage(stageId)
        return
      case 'jobFailed':
        for (const stageId of this.#jobs.failed(effect.jobId, effect.error)) this.#forgetStage(stageId)
        return
      default:
        return
    }
  }

  /** A task that cannot be sent (too large, most of all) never can: its job fails at once. */
  #unlaunched(id: number, error: unknown): void {
    const outcome = { type: 'failed', error: toWireError(error), isFinal: true } as const
    this.#pending.push({ type: 'taskStatus', taskId: taskId(id), outcome })
  }

  #forgetStage(stageId: number): void {
    this.#launcher.forgetStage(stageId)
    this.#commits.forgetStage(stageId)
  }

  #setTimer(key: string, delayMs: number): void {
    this.#timers.get(key)?.cancel()
    const due = (): void => {
      this.#timers.delete(key)
      this.handle({ type: 'timerDue', key })
    }
    this.#timers.set(key, this.#options.clock.after(delayMs, due))
  }
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason.message : String(reason ?? 'aborted')
}
