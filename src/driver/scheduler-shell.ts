import { FiresteelError, toWireError } from '../common/errors/index.js'
import type { Clock, Timer } from '../common/index.js'
import { type ExecutorId, type JobId, jobId, type ShuffleId, type TaskId, taskId } from '../common/index.js'
import type { TaskDescription, TaskStatusMessage } from '../executor/index.js'
import {
  type AnyRdd,
  type CompiledStage,
  compileStage,
  type JobRequest,
  type ShuffleDependencySpec,
  taskData,
} from '../rdd/index.js'
import type { RpcMessage } from '../rpc/index.js'
import {
  Scheduler,
  type SchedulerEffect,
  type SchedulerEvent,
  type SchedulerOptions,
  type TaskAttempt,
  type TaskSet,
} from '../scheduler/index.js'
import { decodeValue } from '../serializer/index.js'
import type { ExecutorBackend, RegisteredExecutor } from './executor-backend.js'
import { MapOutputAnswers } from './map-output-answers.js'
import { failedFetch, fetchStored, type RawResult, recordsOf, reported } from './task-result.js'

const none: readonly Uint8Array[] = []

/** What a job is given beside its request. */
export interface JobFrame {
  readonly properties: Readonly<Record<string, string>>
  readonly group?: string
  readonly tags: readonly string[]
  readonly description: string
  readonly callSite: string
}

interface ActiveJob {
  readonly id: JobId
  readonly request: JobRequest
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  stages: readonly number[]
  /** Told instead of the scheduler's word when the driver itself ended the job. */
  ownError?: unknown
  resultBytes: number
}

export interface SchedulerShellOptions {
  readonly scheduler: Partial<SchedulerOptions>
  readonly clock: Clock
  readonly backend: ExecutorBackend
  readonly maxResultBytes: number
  readonly taskCpus: number
  /** Version of the added files. */
  readonly filesVersion: () => number
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
  readonly #jobs = new Map<JobId, ActiveJob>()
  readonly #stages = new Map<string, CompiledStage>()
  readonly #timers = new Map<string, Timer>()
  readonly #pending: SchedulerEvent[] = []
  readonly #commits = new Map<string, number>()
  /** Metrics of the task whose end is being handled. */
  readonly #metrics = new Map<number, TaskStatusMessage['metrics']>()
  readonly #running = new Map<number, TaskAttempt>()
  /** Tasks that have ended, and whose results are being fetched. */
  readonly #fetching = new Map<TaskId, ExecutorId>()
  /** Set when no job may begin any more. */
  #stopReason: string | undefined
  #isHandling = false
  #nextJob = 0

  constructor(options: SchedulerShellOptions) {
    this.#options = options
    this.#scheduler = new Scheduler(options.scheduler)
    this.#mapOutputs = new MapOutputAnswers(this.#scheduler.mapOutputs)
  }

  get scheduler(): Scheduler {
    return this.#scheduler
  }

  get activeJobs(): readonly JobId[] {
    return [...this.#jobs.keys()]
  }

  /** Runs a job to its end. */
  async run(request: JobRequest, frame: JobFrame): Promise<void> {
    await request.rdd.prepare()
    request.signal?.throwIfAborted()
    if (this.#stopReason !== undefined) {
      throw new FiresteelError('FS_JOB_CANCELLED', { jobId: '(not started)', reason: this.#stopReason })
    }
    const partitions = request.partitions ?? request.rdd.partitions
    const id = jobId(this.#nextJob++)
    request.onJob?.(id)
    const ended = new Promise<void>((resolve, reject) => {
      this.#jobs.set(id, { id, request, resolve, reject, stages: [], resultBytes: 0 })
    })
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
      if (this.#isAboveLimit(id, outcome.bytes)) {
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

  /** Ends a job whose results would be larger than allowed with one that an executor holds ready: nothing of it is fetched. */
  #isAboveLimit(id: number, bytes: number): boolean {
    const { maxResultBytes } = this.#options
    const attempt = this.#running.get(id)
    const job = attempt === undefined ? undefined : this.#jobs.get(attempt.jobId)
    if (maxResultBytes === 0 || job === undefined) return false
    if (job.ownError !== undefined) return true
    if (job.resultBytes + bytes <= maxResultBytes) return false
    job.resultBytes += bytes
    this.#endJob(job, tooLarge(job, maxResultBytes))
    return true
  }

  /** Where the outputs of a shuffle are, as executors ask for it. */
  mapOutputs(shuffleId: number): AsyncIterable<RpcMessage> {
    return this.#mapOutputs.answer(shuffleId as ShuffleId, this.#options.backend)
  }

  /** One attempt of a partition's task may commit its output: the first that asks, until it is known to have failed. */
  canCommit(request: { stageId: number; partition: number; taskId: number }): boolean {
    const key = `${request.stageId}/${request.partition}`
    const holder = this.#commits.get(key)
    if (holder === undefined) this.#commits.set(key, request.taskId)
    return holder === undefined || holder === request.taskId
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
    const sizes = { jobs: this.#jobs.size, stages: this.#stages.size, commits: this.#commits.size }
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
          this.#launch(effect.attempt, effect.taskSet)
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
        const { stageId, partition, taskId: id } = effect.attempt
        if (effect.outcome.type !== 'success' && this.#commits.get(`${stageId}/${partition}`) === id) {
          this.#commits.delete(`${stageId}/${partition}`)
        }
        return
      }
      case 'partitionResult':
        this.#deliver(effect.jobId, effect.outputIndex, effect.value as RawResult)
        return
      case 'stageCompleted':
        if (!effect.willRetry) this.#forgetStage(effect.stage.stageId)
        return
      case 'jobStarted': {
        const job = this.#jobs.get(effect.job.jobId)
        if (job !== undefined) job.stages = effect.stages.map((stage) => stage.stageId)
        return
      }
      case 'jobSucceeded': {
        const job = this.#jobs.get(effect.jobId)
        this.#jobEnded(effect.jobId)
        if (job?.ownError !== undefined) job.reject(job.ownError)
        else job?.resolve()
        return
      }
      case 'jobFailed': {
        const job = this.#jobs.get(effect.jobId)
        this.#jobEnded(effect.jobId)
        job?.reject(job.ownError ?? effect.error)
        return
      }
      default:
        return
    }
  }

  /** A task that cannot be sent (too large, most of all) never can: its job fails at once. */
  #unlaunched(id: number, error: unknown): void {
    const outcome = { type: 'failed', error: toWireError(error), isFinal: true } as const
    this.#pending.push({ type: 'taskStatus', taskId: taskId(id), outcome })
  }

  #launch(attempt: TaskAttempt, taskSet: TaskSet): void {
    const { backend } = this.#options
    const rdd = taskSet.rdd as AnyRdd
    // A later attempt gets a plan of its own: a checkpoint may have cut the lineage meanwhile.
    const key = attempt.stageAttempt === 0 ? String(attempt.stageId) : `${attempt.stageId}.${attempt.stageAttempt}`
    this.#running.set(attempt.taskId, attempt)
    const stage = this.#compiled(key, taskSet)
    backend.sendStage(attempt.executorId, key, stage)
    const { tree, attachments } = taskData(rdd, attempt.partition, stage.specs)
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
      mapEpoch: this.#scheduler.mapOutputs.epoch,
      cpus: this.#options.taskCpus,
      ...(files > 0 ? { files } : {}),
    }
    backend.launch(attempt.executorId, task, attachments)
  }

  #compiled(key: string, taskSet: TaskSet): CompiledStage {
    let stage = this.#stages.get(key)
    if (stage === undefined) {
      stage = this.#compile(taskSet)
      this.#stages.set(key, stage)
    }
    return stage
  }

  #compile(taskSet: TaskSet): CompiledStage {
    const rdd = taskSet.rdd as AnyRdd
    if (taskSet.kind === 'result') {
      const { request } = this.#jobs.get(taskSet.jobId) as ActiveJob
      return compileStage(rdd, request.sink, request.closures)
    }
    const shuffle = this.#options.shuffle(taskSet.shuffleId as ShuffleId)
    if (shuffle === undefined) throw new Error(`shuffle ${taskSet.shuffleId} of an active stage is not known`)
    const sink = { kind: 'shuffle', shuffleId: shuffle.shuffleId, write: shuffle.write() } as const
    return compileStage(rdd, sink, shuffle.closures)
  }

  #jobEnded(id: JobId): void {
    const job = this.#jobs.get(id)
    this.#jobs.delete(id)
    const others = [...this.#jobs.values()]
    for (const stageId of job?.stages ?? []) {
      if (!others.some((other) => other.stages.includes(stageId))) this.#forgetStage(stageId)
    }
  }

  #forgetStage(stageId: number): void {
    const key = String(stageId)
    for (const attempt of this.#stages.keys()) {
      if (attempt !== key && !attempt.startsWith(`${key}.`)) continue
      this.#stages.delete(attempt)
      this.#options.backend.forgetStage(attempt)
    }
    for (const commit of this.#commits.keys()) if (commit.startsWith(`${key}/`)) this.#commits.delete(commit)
  }

  #setTimer(key: string, delayMs: number): void {
    this.#timers.get(key)?.cancel()
    const due = (): void => {
      this.#timers.delete(key)
      this.handle({ type: 'timerDue', key })
    }
    this.#timers.set(key, this.#options.clock.after(delayMs, due))
  }

  #deliver(id: JobId, index: number, { status, attachments }: RawResult): void {
    const job = this.#jobs.get(id)
    if (job === undefined || job.ownError !== undefined) return
    const { outcome } = status
    try {
      if (outcome.kind === 'count') {
        job.request.onResult(index, outcome.count)
        return
      }
      const results = attachments.slice(0, attachments.length - status.updates.length)
      job.resultBytes += results.reduce((sum, bytes) => sum + bytes.byteLength, 0)
      if (this.#options.maxResultBytes > 0 && job.resultBytes > this.#options.maxResultBytes) {
        this.#endJob(job, tooLarge(job, this.#options.maxResultBytes))
        return
      }
      if (outcome.kind === 'value') job.request.onResult(index, decodeValue(results[0] as Uint8Array))
      else job.request.onResult(index, recordsOf(results))
    } catch (error) {
      this.#endJob(job, error)
    }
  }

  #endJob(job: ActiveJob, error: unknown): void {
    job.ownError = error
    this.handle({ type: 'cancelJob', jobId: job.id, reason: error instanceof Error ? error.message : String(error) })
  }
}

function tooLarge(job: ActiveJob, limit: number): FiresteelError {
  const details = { operation: job.request.operation, bytes: job.resultBytes, limit }
  return new FiresteelError('FS_JOB_RESULT_TOO_LARGE', details)
}

function abortReason(signal: AbortSignal | undefined): string {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason.message : String(reason ?? 'aborted')
}
