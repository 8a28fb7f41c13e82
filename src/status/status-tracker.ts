import type { AppStatus, ExecutorInfo, JobInfo, StageInfo } from './app-status.js'

/** Spark's low-level status API: what is running now, by id. */
export class StatusTracker {
  readonly #status: AppStatus

  constructor(status: AppStatus) {
    this.#status = status
  }

  /** Jobs of a group, running and ended; without a group those that have none. */
  getJobIdsForGroup(group?: string): number[] {
    return [...this.#status.jobs].filter((job) => job.group === group).map((job) => job.jobId)
  }

  getJobIdsForTag(tag: string): number[] {
    return [...this.#status.jobs].filter((job) => job.tags.includes(tag)).map((job) => job.jobId)
  }

  getActiveJobIds(): number[] {
    return [...this.#status.jobs].filter((job) => job.status === 'running').map((job) => job.jobId)
  }

  getActiveStageIds(): number[] {
    return [...this.#status.stages].filter((stage) => stage.status === 'active').map((stage) => stage.stageId)
  }

  /** Undefined when there is no such job, or it ended too long ago. */
  getJobInfo(jobId: number): JobInfo | undefined {
    const job = this.#status.job(jobId)
    return job && { ...job }
  }

  getStageInfo(stageId: number): StageInfo | undefined {
    const stage = this.#status.stage(stageId)
    return stage && { ...stage }
  }

  getExecutorInfos(): ExecutorInfo[] {
    return [...this.#status.executors].map((executor) => ({ ...executor }))
  }
}
