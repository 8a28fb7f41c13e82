import type { SparkListener, SparkListenerEvent, StageDescription } from '../listener/index.js'

/** How far a job is. */
export interface JobInfo {
  readonly jobId: number
  readonly status: 'running' | 'succeeded' | 'failed'
  readonly description: string
  readonly group: string | undefined
  readonly tags: readonly string[]
  readonly stageIds: readonly number[]
  readonly submissionTime: number
  readonly completionTime: number | undefined
}

/** How far a stage is; numbers of its latest attempt. */
export interface StageInfo {
  readonly stageId: number
  readonly currentAttemptId: number
  readonly name: string
  readonly submissionTime: number
  readonly completionTime: number | undefined
  readonly status: 'pending' | 'active' | 'complete' | 'failed'
  readonly numTasks: number
  readonly numActiveTasks: number
  readonly numCompletedTasks: number
  readonly numFailedTasks: number
}

/** An executor that is registered. */
export interface ExecutorInfo {
  readonly executorId: string
  readonly host: string
  readonly slots: number
  readonly numRunningTasks: number
  readonly memoryBytes: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/**
 * What an application is doing and has done, as its events tell. Jobs and stages that have ended are kept up to a number; the oldest go
 * first.
 */
export class AppStatus implements SparkListener {
  readonly #jobs = new Map<number, Mutable<JobInfo>>()
  readonly #stages = new Map<number, Mutable<StageInfo>>()
  readonly #executors = new Map<string, Mutable<ExecutorInfo>>()
  readonly #retained: number

  /** `retained` jobs that have ended are kept, and as many stages; default 1,000. */
  constructor(retained = 1000) {
    this.#retained = retained
  }

  get jobs(): Iterable<JobInfo> {
    return this.#jobs.values()
  }

  get stages(): Iterable<StageInfo> {
    return this.#stages.values()
  }

  get executors(): Iterable<ExecutorInfo> {
    return this.#executors.values()
  }

  job(id: number): JobInfo | undefined {
    return this.#jobs.get(id)
  }

  stage(id: number): StageInfo | undefined {
    return this.#stages.get(id)
  }

  onEvent(event: SparkListenerEvent): void {
    switch (event.type) {
      case 'jobStart':
        this.#jobs.set(event.jobId, {
          jobId: event.jobId,
          status: 'running',
          description: event.description,
          group: event.group,
          tags: event.tags,
          stageIds: event.stages.map((stage) => stage.stageId),
          submissionTime: event.time,
          completionTime: undefined,
        })
        for (const stage of event.stages)
          if (!this.#stages.has(stage.stageId)) this.#addStage(stage, event.time, 'pending')
        return
      case 'jobEnd': {
        const job = this.#jobs.get(event.jobId)
        if (job === undefined) return
        job.status = event.error === undefined ? 'succeeded' : 'failed'
        job.completionTime = event.time
        this.#forgetOldest()
        return
      }
      case 'stageSubmitted':
        this.#addStage(event.stage, event.time, 'active')
        return
      case 'stageCompleted': {
        const stage = this.#stages.get(event.stage.stageId)
        if (stage === undefined) return
        stage.status = event.failure === undefined ? 'complete' : 'failed'
        stage.completionTime = event.time
        return
      }
      case 'taskStart': {
        const stage = this.#stages.get(event.task.stageId)
        if (stage !== undefined && stage.currentAttemptId === event.task.stageAttempt) stage.numActiveTasks++
        const executor = this.#executors.get(event.task.executorId)
        if (executor !== undefined) executor.numRunningTasks++
        return
      }
      case 'taskEnd': {
        const executor = this.#executors.get(event.task.executorId)
        if (executor !== undefined) executor.numRunningTasks--
        const stage = this.#stages.get(event.task.stageId)
        if (stage === undefined || stage.currentAttemptId !== event.task.stageAttempt) return
        stage.numActiveTasks--
        if (event.outcome === 'success') stage.numCompletedTasks++
        else stage.numFailedTasks++
        return
      }
      case 'executorAdded': {
        const { executorId, host, slots, memoryBytes } = event
        this.#executors.set(executorId, { executorId, host, slots, memoryBytes, numRunningTasks: 0 })
        return
      }
      case 'executorRemoved':
        this.#executors.delete(event.executorId)
        return
      default:
        return
    }
  }

  #addStage(stage: StageDescription, time: number, status: StageInfo['status']): void {
    this.#stages.set(stage.stageId, {
      stageId: stage.stageId,
      currentAttemptId: stage.attempt,
      name: stage.name,
      submissionTime: time,
      completionTime: undefined,
      status,
      numTasks: stage.numTasks,
      numActiveTasks: 0,
      numCompletedTasks: 0,
      numFailedTasks: 0,
    })
  }

  #forgetOldest(): void {
    for (const job of this.#jobs.values()) {
      if (this.#jobs.size <= this.#retained) break
      if (job.status !== 'running') this.#jobs.delete(job.jobId)
    }
    if (this.#stages.size <= 2 * this.#retained) return
    const inUse = new Set([...this.#jobs.values()].flatMap((job) => job.stageIds))
    for (const stage of this.#stages.values()) if (!inUse.has(stage.stageId)) this.#stages.delete(stage.stageId)
  }
}
