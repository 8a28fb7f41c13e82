import type { ExecutorId, JobId, TaskId } from '../../common/index.js'
import type {
  JobFailed,
  JobSpec,
  Launch,
  MapOutputTracker,
  PartitionResult,
  SchedulerEffect,
  StageInfo,
  TaskAttempt,
  TaskEnded,
} from '../../scheduler/index.js'
import { addOrigin } from './model-cluster.js'
import { type ModelRdd, type ModelValue, Truth } from './model-rdd.js'
import type { SimulationOptions } from './simulation-options.js'

interface WatchedJob {
  readonly spec: JobSpec
  readonly results: Map<number, ModelValue>
  /** Of the indeterminate outputs that went into its results. */
  readonly origins: Map<string, number>
  isCancelled: boolean
  end: 'succeeded' | 'failed' | undefined
}

/**
 * Watches a simulation and holds the scheduler to its promises: each job ends once, with the right result or an error that
 * what was done to it implies; no slot is given twice; nothing runs that need not.
 */
export class Referee {
  readonly #options: SimulationOptions
  readonly #mapOutputs: MapOutputTracker
  readonly #truth = new Truth()
  readonly #jobs = new Map<JobId, WatchedJob>()
  /** By executor and slot: the attempt that has it. */
  readonly #slots = new Map<string, TaskId>()
  readonly #outstanding = new Map<TaskId, TaskAttempt>()
  readonly #knownExecutors = new Map<ExecutorId, { isDraining: boolean }>()
  /** By stage attempt and partition: failures reported, executors lost under it. */
  readonly #failures = new Map<string, number>()
  readonly #losses = new Map<string, number>()
  /** By stage: its attempts that ended with a fetch failure. */
  readonly #fetchFailures = new Map<number, Set<number>>()
  readonly #runningStages = new Set<string>()
  #launches = 0
  #isClusterGone = false

  constructor(options: SimulationOptions, mapOutputs: MapOutputTracker) {
    this.#options = options
    this.#mapOutputs = mapOutputs
  }

  get outstanding(): readonly TaskAttempt[] {
    return [...this.#outstanding.values()]
  }

  get launches(): number {
    return this.#launches
  }

  get ends(): ReadonlyMap<JobId, string> {
    return new Map([...this.#jobs].map(([id, job]) => [id, job.end ?? 'active']))
  }

  /** Whether every job has ended and every attempt has been seen to its end. */
  get isOver(): boolean {
    return this.#outstanding.size === 0 && this.activeJobs.length === 0
  }

  get activeJobs(): JobSpec[] {
    return [...this.#jobs.values()].filter((job) => job.end === undefined).map((job) => job.spec)
  }

  jobSubmitted(spec: JobSpec): void {
    this.#jobs.set(spec.jobId, { spec, results: new Map(), origins: new Map(), isCancelled: false, end: undefined })
  }

  jobsCancelled(isMeant: (spec: JobSpec) => boolean): void {
    for (const job of this.#jobs.values()) if (isMeant(job.spec)) job.isCancelled = true
  }

  clusterGone(): void {
    this.#isClusterGone = true
  }

  executorAdded(id: ExecutorId): void {
    this.#knownExecutors.set(id, { isDraining: false })
  }

  executorDraining(id: ExecutorId): void {
    this.#knownExecutors.set(id, { isDraining: true })
  }

  executorLost(id: ExecutorId): void {
    this.#knownExecutors.delete(id)
  }

  /** Looks at each effect in the order given. */
  see(effect: SchedulerEffect): void {
    switch (effect.type) {
      case 'launch':
        this.#launched(effect)
        break
      case 'killTask':
        check(
          effect.slot === -1 || this.#outstanding.has(effect.taskId),
          `task ${effect.taskId} is killed but does not run`,
        )
        break
      case 'taskEnded':
        this.#taskEnded(effect)
        break
      case 'taskAccepted':
        check(!this.#outstanding.has(effect.attempt.taskId), `task ${effect.attempt.taskId} is accepted before its end`)
        break
      case 'partitionResult':
        this.#result(effect)
        break
      case 'jobSucceeded':
        this.#succeeded(this.#endOf(effect.jobId, 'succeeded'))
        break
      case 'jobFailed':
        this.#failed(this.#endOf(effect.jobId, 'failed'), effect)
        break
      case 'stageSubmitted':
        this.#stageSubmitted(effect.stage)
        break
      case 'stageCompleted':
        this.#stageCompleted(effect.stage)
        break
      default:
    }
  }

  /** At the very end: nothing may be left. */
  over(): void {
    check(this.#slots.size === 0, 'slots are still taken')
    check(this.#runningStages.size === 0, `stages never completed: ${[...this.#runningStages].join(', ')}`)
    for (const [id, job] of this.#jobs) check(job.end !== undefined, `job ${id} never ended`)
  }

  #launched({ attempt, taskSet }: Launch): void {
    this.#launches++
    const { taskId, executorId, slot, stageId, stageAttempt } = attempt
    const executor = this.#knownExecutors.get(executorId)
    check(executor !== undefined, `task ${taskId} is launched on executor ${executorId}, which is gone`)
    check(executor?.isDraining !== true, `task ${taskId} is launched on draining executor ${executorId}`)
    const place = `${executorId}#${slot}`
    check(!this.#slots.has(place), `slot ${place} is given twice`)
    this.#slots.set(place, taskId)
    this.#outstanding.set(taskId, attempt)
    check(this.#runningStages.has(`${stageId}.${stageAttempt}`), `task ${taskId} of a stage that does not run`)
    if (taskSet.shuffleId !== undefined && !attempt.speculative) {
      const output = this.#mapOutputs.statuses(taskSet.shuffleId)[attempt.partition]
      check(
        output === undefined,
        `map task ${taskId} makes output ${attempt.partition} of stage ${stageId} again, which is there`,
      )
    }
  }

  #taskEnded({ attempt, outcome }: TaskEnded): void {
    check(this.#outstanding.delete(attempt.taskId), `task ${attempt.taskId} ended twice`)
    this.#slots.delete(`${attempt.executorId}#${attempt.slot}`)
    const task = `${attempt.stageId}.${attempt.stageAttempt}:${attempt.partition}`
    if (outcome.type === 'failed') this.#failures.set(task, (this.#failures.get(task) ?? 0) + 1)
    if (outcome.type === 'executorLost' && outcome.counts) this.#losses.set(task, (this.#losses.get(task) ?? 0) + 1)
    if (outcome.type === 'fetchFailed') {
      const attempts = this.#fetchFailures.get(attempt.stageId) ?? new Set()
      this.#fetchFailures.set(attempt.stageId, attempts.add(attempt.stageAttempt))
    }
  }

  #result({ jobId, outputIndex, value }: PartitionResult): void {
    const job = this.#jobs.get(jobId)
    check(job !== undefined && job.end === undefined, `job ${jobId} gets a result after its end`)
    if (job === undefined) return
    check(!job.results.has(outputIndex), `job ${jobId} gets result ${outputIndex} twice`)
    const result = value as ModelValue
    job.results.set(outputIndex, result)
    for (const [origin, taskId] of result.origins) addOrigin(job.origins, origin, taskId)
  }

  #endOf(jobId: JobId, end: 'succeeded' | 'failed'): WatchedJob {
    const job = this.#jobs.get(jobId)
    if (job === undefined) throw new Error(`job ${jobId} ended but was never submitted`)
    check(job.end === undefined, `job ${jobId} ended twice`)
    job.end = end
    return job
  }

  #succeeded({ spec, results, origins }: WatchedJob): void {
    const rdd = spec.rdd as ModelRdd
    check(results.size === spec.partitions.length, `job ${spec.jobId} succeeded without all of its results`)
    for (const [index, partition] of spec.partitions.entries()) {
      if (rdd.isDeterministic === false) continue
      const right = this.#truth.partition(rdd, partition)
      check(results.get(index)?.hash === right, `job ${spec.jobId} has a wrong result for partition ${partition}`)
    }
    for (const [origin, taskId] of origins) {
      check(taskId !== -1, `the results of job ${spec.jobId} come from two versions of output ${origin}`)
    }
  }

  #failed({ spec, isCancelled }: WatchedJob, { error }: JobFailed): void {
    const { maxTaskFailures, maxConsecutiveStageAttempts } = this.#options
    const { stageId, stageAttempt, partition } = error.details as Record<string, number>
    const task = `${stageId}.${stageAttempt}:${partition}`
    const failures = this.#failures.get(task) ?? 0
    const losses = this.#losses.get(task) ?? 0
    const implied = ((): boolean => {
      switch (error.code) {
        case 'FS_JOB_FAILED':
          return failures + losses >= maxTaskFailures
        case 'FS_JOB_TASK_KILLS_EXECUTORS':
          return losses > 1 && failures + losses >= maxTaskFailures
        case 'FS_JOB_FETCH_FAILED':
          return (this.#fetchFailures.get(stageId as number)?.size ?? 0) >= maxConsecutiveStageAttempts
        case 'FS_JOB_CANCELLED':
          return isCancelled
        case 'FS_JOB_INDETERMINATE':
          return this.#options.indeterminate
        case 'FS_JOB_EXECUTORS_GONE':
          return this.#isClusterGone && this.#options.clusterDies === 'announced'
        case 'FS_JOB_NO_RESOURCES':
          return this.#isClusterGone && this.#options.clusterDies === 'silently'
        default:
          return false
      }
    })()
    check(implied, `job ${spec.jobId} failed though nothing done to it implies that: ${error.message}`)
  }

  #stageSubmitted({ stageId, attempt }: StageInfo): void {
    const key = `${stageId}.${attempt}`
    check(!this.#runningStages.has(key), `stage ${key} is submitted twice`)
    this.#runningStages.add(key)
  }

  #stageCompleted({ stageId, attempt }: StageInfo): void {
    check(this.#runningStages.delete(`${stageId}.${attempt}`), `stage ${stageId}.${attempt} completes but does not run`)
  }
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(message)
}
