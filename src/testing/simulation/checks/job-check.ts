import type { JobId, StageId, TaskId } from '../../../common/index.js'
import type {
  JobFailed,
  JobSpec,
  PartitionResult,
  SchedulerEffect,
  SchedulerEvent,
  StageCompleted,
  TaskEnded,
} from '../../../scheduler/index.js'
import { addOrigin } from '../model-cluster.js'
import { type ModelRdd, type ModelValue, Truth } from '../model-rdd.js'
import type { SimulationOptions } from '../simulation-options.js'
import { type Check, hold } from './check.js'
import { type SlotCheck, taskKey } from './slot-check.js'
import type { StageCheck } from './stage-check.js'

interface WatchedJob {
  readonly spec: JobSpec
  readonly results: Map<number, ModelValue>
  /** Of the indeterminate outputs that went into its results. */
  readonly origins: Map<string, number>
  isCancelled: boolean
  end: string | undefined
}

/** Each job ends once, with the right result, or with an error that what was done to it implies. */
export class JobCheck implements Check {
  readonly #options: SimulationOptions
  readonly #slots: SlotCheck
  readonly #stages: StageCheck
  readonly #truth = new Truth()
  readonly #jobs = new Map<JobId, WatchedJob>()
  /** By task of a stage attempt: all that went wrong, and what surely counts of it. */
  readonly #troubles = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  readonly #losses = new Map<string, number>()
  readonly #succeededTasks = new Set<string>()
  /** By stage: its attempts that ended with a fetch failure since it last succeeded. */
  readonly #fetchFailures = new Map<StageId, Set<number>>()
  #isClusterGone = false

  constructor(options: SimulationOptions, slots: SlotCheck, stages: StageCheck) {
    this.#options = options
    this.#slots = slots
    this.#stages = stages
  }

  get active(): JobSpec[] {
    return [...this.#jobs.values()].filter((job) => job.end === undefined).map((job) => job.spec)
  }

  /** `succeeded` or an error's code, by job. */
  get ends(): ReadonlyMap<JobId, string> {
    return new Map([...this.#jobs].map(([id, job]) => [id, job.end ?? 'active']))
  }

  cancelled(isMeant: (spec: JobSpec) => boolean): void {
    for (const job of this.#jobs.values()) if (isMeant(job.spec)) job.isCancelled = true
  }

  clusterGone(): void {
    this.#isClusterGone = true
  }

  told(event: SchedulerEvent): void {
    if (event.type !== 'jobSubmitted') return
    const { job: spec } = event
    this.#jobs.set(spec.jobId, { spec, results: new Map(), origins: new Map(), isCancelled: false, end: undefined })
  }

  saw(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'taskEnded':
        this.#taskEnded(effect)
        break
      case 'stageCompleted':
        this.#stageCompleted(effect)
        break
      case 'partitionResult':
        this.#result(effect)
        break
      case 'jobSucceeded':
        this.#succeeded(this.#endOf(effect.jobId, 'succeeded'))
        break
      case 'jobFailed':
        this.#failed(this.#endOf(effect.jobId, effect.error.code), effect)
        break
      default:
    }
  }

  settled(): void {
    for (const [task, failures] of this.#failures) {
      if (failures < this.#options.maxTaskFailures) continue
      const isRunning = this.#stages.running.has(task.slice(0, task.indexOf(':')))
      hold(!isRunning, () => `task ${task} has failed ${failures} times, and its stage still runs`)
    }
  }

  over(): void {
    for (const [id, job] of this.#jobs) hold(job.end !== undefined, () => `job ${id} never ended`)
  }

  #taskEnded({ attempt, outcome }: TaskEnded): void {
    const task = taskKey(attempt)
    const wasKilled = this.#slots.killed.has(attempt.taskId)
    if (outcome.type === 'success') this.#succeededTasks.add(task)
    if (outcome.type === 'fetchFailed') {
      const attempts = this.#fetchFailures.get(attempt.stageId) ?? new Set()
      this.#fetchFailures.set(attempt.stageId, attempts.add(attempt.stageAttempt))
    }
    if (outcome.type === 'executorLost') {
      const { causedByApp, culprit } = outcome.cause
      const counts = causedByApp && isBlamed(culprit, attempt.taskId) && !wasKilled
      hold(outcome.counts === counts, () => `the loss of task ${attempt.taskId} is charged wrongly`)
      if (counts) add(this.#losses, task)
    }
    const isCharged = outcome.type === 'failed' || (outcome.type === 'executorLost' && outcome.counts)
    if (!isCharged) return
    add(this.#troubles, task)
    const stage = `${attempt.stageId}.${attempt.stageAttempt}`
    if (this.#stages.running.has(stage) && !this.#succeededTasks.has(task)) add(this.#failures, task)
  }

  #stageCompleted({ stage, failure }: StageCompleted): void {
    if (failure === undefined) this.#fetchFailures.delete(stage.stageId)
  }

  #result({ jobId, outputIndex, value }: PartitionResult): void {
    const job = this.#jobs.get(jobId)
    hold(job !== undefined && job.end === undefined, () => `job ${jobId} gets a result after its end`)
    if (job === undefined) return
    hold(!job.results.has(outputIndex), () => `job ${jobId} gets result ${outputIndex} twice`)
    const result = value as ModelValue
    job.results.set(outputIndex, result)
    for (const [origin, taskId] of result.origins) addOrigin(job.origins, origin, taskId)
  }

  #endOf(jobId: JobId, end: string): WatchedJob {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new Error(`job ${jobId} ended but was never submitted`)
    hold(job.end === undefined, () => `job ${jobId} ended twice`)
    job.end = end
    return job
  }

  #succeeded({ spec, results, origins }: WatchedJob): void {
    const rdd = spec.rdd as ModelRdd
    hold(results.size === spec.partitions.length, () => `job ${spec.jobId} succeeded without all of its results`)
    for (const [index, partition] of spec.partitions.entries()) {
      if (rdd.isDeterministic === false) continue
      const isRight = results.get(index)?.hash === this.#truth.partition(rdd, partition)
      hold(isRight, () => `job ${spec.jobId} has a wrong result for partition ${partition}`)
    }
    for (const [origin, taskId] of origins) {
      hold(taskId !== -1, () => `the results of job ${spec.jobId} come from two versions of output ${origin}`)
    }
  }

  #failed(job: WatchedJob, { error }: JobFailed): void {
    hold(
      this.#isImplied(job, error),
      () => `job ${job.spec.jobId} failed though nothing implies that: ${error.message}`,
    )
  }

  #isImplied({ isCancelled }: WatchedJob, { code, details }: JobFailed['error']): boolean {
    const { maxTaskFailures, maxConsecutiveStageAttempts, clusterDies, indeterminate } = this.#options
    const task = `${details.stageId}.${details.stageAttempt}:${details.partition}`
    const troubles = this.#troubles.get(task) ?? 0
    switch (code) {
      case 'FS_JOB_FAILED':
        return troubles >= maxTaskFailures
      case 'FS_JOB_TASK_KILLS_EXECUTORS':
        return troubles >= maxTaskFailures && (this.#losses.get(task) ?? 0) > 1
      case 'FS_JOB_FETCH_FAILED':
        return (this.#fetchFailures.get(details.stageId as StageId)?.size ?? 0) >= maxConsecutiveStageAttempts
      case 'FS_JOB_CANCELLED':
        return isCancelled
      case 'FS_JOB_INDETERMINATE':
        return indeterminate
      case 'FS_JOB_EXECUTORS_GONE':
        return this.#isClusterGone && clusterDies === 'announced'
      case 'FS_JOB_NO_RESOURCES':
        return this.#isClusterGone && clusterDies === 'silently'
      default:
        return false
    }
  }
}

function isBlamed(culprit: TaskId | undefined, taskId: TaskId): boolean {
  return culprit === undefined || culprit === taskId
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
