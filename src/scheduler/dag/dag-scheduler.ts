import { FiresteelError, fromWireError } from '../../common/errors/index.js'
import type { JobId, ShuffleId, StageId } from '../../common/index.js'
import type { CacheView, JobSpec } from '../lineage.js'
import type { DagSchedulerOptions } from '../options.js'
import type { PendingReason } from '../pending-reason.js'
import type { TaskFetchFailed, TaskSucceeded } from '../task-set/task-outcome.js'
import type { StageFailure, TaskSetDone, TaskSetFailed } from '../task-set/task-scheduler-messages.js'
import type { TaskAttempt, TaskEnded } from '../task-set/task-set.js'
import type { DagEffect, DagEvent } from './dag-messages.js'
import { MapOutputTracker } from './map-output-tracker.js'
import { OutputLosses } from './output-losses.js'
import { explainStage } from './pending-stage.js'
import {
  type ActiveJob,
  isIndeterminate,
  type MapStage,
  type ResultStage,
  type Stage,
  stageInfo,
  stageName,
} from './stage.js'
import { unfetchable } from './stage-failure.js'
import { StageGraph } from './stage-graph.js'
import { missingParents } from './stage-input.js'
import { missingTasks } from './stage-tasks.js'

const resubmitTimer = 'dag.resubmit'

/**
 * Turns jobs into stages, and sees the stages through.
 *
 * A job's lineage is cut at its shuffles: a map stage for each shuffle, one result stage at the end. A stage is submitted
 * as a set of tasks as soon as the outputs it reads are complete; a map stage whose outputs are complete already is
 * skipped. An attempt of a stage runs only what is missing: map outputs that nobody has, results not yet delivered.
 *
 * The map output tracker is the single truth of what is finished: a map stage is complete when, and only when, the tracker
 * has all of its outputs, whichever attempt they came from. When a reduce task cannot fetch an output, that output (or all
 * that its executor served) is unregistered, the reduce stage's attempt is over, and after a short delay that gathers
 * further failures both stages are submitted again, each running only what is missing by then. The loss of an executor
 * unregisters its outputs at once; stages that need them find out when they are next submitted, or by a fetch failure.
 *
 * Where making an output again may give other records (an indeterminate stage), all its outputs are thrown away with
 * everything that was computed from them; a job that has delivered results made from them fails.
 */
export class DagScheduler {
  readonly mapOutputs = new MapOutputTracker()
  readonly #maxConsecutiveStageAttempts: number
  readonly #resubmitDelayMs: number
  readonly #cache: CacheView
  readonly #graph = new StageGraph(this.mapOutputs)
  readonly #losses = new OutputLosses(this.mapOutputs)
  readonly #jobs = new Map<JobId, ActiveJob>()
  /** Stages to submit again when the timer fires. */
  readonly #failed = new Set<Stage>()
  #isTimerSet = false
  #out: DagEffect[] = []

  constructor(options: DagSchedulerOptions) {
    this.#maxConsecutiveStageAttempts = options.maxConsecutiveStageAttempts
    this.#resubmitDelayMs = options.resubmitDelayMs
    this.#cache = options.cache
  }

  /** Takes one event and says what has to be done, in order. */
  handle(event: DagEvent, _now: number): DagEffect[] {
    this.#out = []
    this.#dispatch(event)
    const out = this.#out
    this.#out = []
    return out
  }

  /** Why stages are not submitted, stage by stage. */
  pendingReasons(): PendingReason[] {
    const context = { graph: this.#graph, mapOutputs: this.mapOutputs, cache: this.#cache, failed: this.#failed }
    return this.#graph.all().flatMap((stage) => explainStage(stage, context) ?? [])
  }

  /** Throws when a job or stage is left. */
  assertEmpty(): void {
    const left = { jobs: this.#jobs.size, stages: this.#graph.size, 'failed stages': this.#failed.size }
    for (const [what, count] of Object.entries(left)) {
      if (count !== 0) throw new Error(`the DAG scheduler is not empty: ${count} ${what} left`)
    }
  }

  #dispatch(event: DagEvent): void {
    switch (event.type) {
      case 'jobSubmitted':
        this.#jobSubmitted(event.job)
        break
      case 'cancelJob':
        this.#cancelWhere((job) => job.jobId === event.jobId, event.reason ?? 'cancelled by the program')
        break
      case 'cancelJobGroup':
        this.#cancelWhere((job) => job.group === event.group, event.reason ?? `job group ${event.group} was cancelled`)
        break
      case 'cancelJobsWithTag':
        this.#cancelWhere(
          (job) => job.tags.includes(event.tag),
          event.reason ?? `jobs with tag ${event.tag} were cancelled`,
        )
        break
      case 'cancelAllJobs':
        this.#cancelWhere(() => true, event.reason ?? 'all jobs were cancelled')
        break
      case 'cancelStage':
        this.#cancelStage(event.stageId, event.reason ?? `stage ${event.stageId} was cancelled`)
        break
      case 'abortJob':
        this.#endJob(this.#jobs.get(event.jobId), event.error)
        break
      case 'executorLost':
        this.#out.push(...this.#losses.executorLost(event))
        break
      case 'shuffleRemoved':
        this.#shuffleRemoved(event.shuffleId)
        break
      case 'taskEnded':
        this.#taskEnded(event)
        break
      case 'taskSetDone':
        this.#taskSetDone(event)
        break
      case 'taskSetFailed':
        this.#taskSetFailed(event)
        break
      case 'timerDue':
        if (event.key === resubmitTimer) this.#resubmitFailed()
        break
      default:
        event satisfies never
    }
  }

  #jobSubmitted(spec: JobSpec): void {
    const { jobId, partitions } = spec
    if (this.#endsAtOnce(spec)) return
    const isFinished = new Uint8Array(partitions.length)
    const job: ActiveJob = { spec, isFinished, numFinished: 0, resultStage: undefined }
    this.#jobs.set(jobId, job)
    job.resultStage = this.#graph.addJob(job)
    this.#out.push({ type: 'jobStarted', job: spec, stages: this.#graph.ofJob(jobId).map(stageInfo) })
    this.#submit(job.resultStage)
  }

  /** A job of no partitions, or of one that does not exist. */
  #endsAtOnce(spec: JobSpec): boolean {
    const { rdd, jobId, partitions } = spec
    const partition = partitions.find((one) => !(one >= 0 && one < rdd.numPartitions))
    if (partition === undefined && partitions.length > 0) return false
    this.#out.push({ type: 'jobStarted', job: spec, stages: [] })
    if (partition === undefined) this.#out.push({ type: 'jobSucceeded', jobId })
    else {
      const details = { jobId, partition, rddId: rdd.id, numPartitions: rdd.numPartitions }
      this.#out.push({ type: 'jobFailed', jobId, error: new FiresteelError('FS_JOB_BAD_PARTITION', details) })
    }
    return true
  }

  #cancelWhere(isMeant: (job: JobSpec) => boolean, reason: string): void {
    for (const job of [...this.#jobs.values()]) {
      if (!isMeant(job.spec)) continue
      this.#endJob(job, new FiresteelError('FS_JOB_CANCELLED', { jobId: job.spec.jobId, reason }))
    }
  }

  #cancelStage(stageId: StageId, reason: string): void {
    const stage = this.#graph.get(stageId)
    if (stage === undefined) return
    this.#cancelWhere((job) => stage.jobs.has(job.jobId), reason)
  }

  #shuffleRemoved(shuffleId: ShuffleId): void {
    if (this.#graph.mapStageOf(shuffleId) !== undefined) return
    this.mapOutputs.removeShuffle(shuffleId)
    this.#graph.forgetShuffle(shuffleId)
  }

  #taskEnded({ attempt, outcome }: TaskEnded): void {
    const stage = this.#graph.get(attempt.stageId)
    if (stage === undefined) return
    if (outcome.type === 'fetchFailed') this.#fetchFailed(stage, attempt, outcome)
    if (outcome.type !== 'success' || attempt.stageAttempt < stage.oldestValidAttempt) return
    if (stage.kind === 'map') this.#mapTaskSucceeded(stage, attempt, outcome)
    else this.#resultTaskSucceeded(stage, attempt, outcome.value)
  }

  #mapTaskSucceeded(stage: MapStage, attempt: TaskAttempt, { value, output: status }: TaskSucceeded): void {
    const { taskId, executorId, host, output } = attempt
    if (this.#losses.isDistrusted(attempt)) return
    if (this.mapOutputs.statuses(stage.shuffleId)[output] !== undefined) return
    const isFirst = this.mapOutputs.register(stage.shuffleId, output, { taskId, executorId, host, status })
    this.#accepted(stage, attempt, value, isFirst)
    if (this.mapOutputs.isComplete(stage.shuffleId)) this.#mapStageComplete(stage)
  }

  #resultTaskSucceeded(stage: ResultStage, attempt: TaskAttempt, value: unknown): void {
    const { job } = stage
    const { output } = attempt
    if (job.isFinished[output] === 1) return
    job.isFinished[output] = 1
    job.numFinished++
    this.#accepted(stage, attempt, value, true)
    this.#out.push({ type: 'partitionResult', jobId: job.spec.jobId, outputIndex: output, value, attempt })
    if (job.numFinished === job.isFinished.length) this.#endJob(job, undefined)
  }

  #accepted(stage: Stage, attempt: TaskAttempt, value: unknown, isFirst: boolean): void {
    this.#out.push({ type: 'taskAccepted', attempt, value, isFirst })
    if (attempt.stageAttempt === stage.nextAttempt - 1) return
    const { stageId, output, executorId } = attempt
    this.#out.push({ type: 'outputCompleted', stageId, output, executorId })
  }

  #mapStageComplete(stage: MapStage): void {
    stage.wasComplete = true
    stage.failedAttempts.clear()
    if (stage.state === 'running') this.#out.push({ type: 'stageCompleted', stage: stageInfo(stage), willRetry: false })
    stage.state = 'idle'
    this.#cancelTasks(stage, 'the stage is complete')
    this.#submitWaitingOn(stage)
  }

  #fetchFailed(stage: Stage, attempt: TaskAttempt, failure: TaskFetchFailed): void {
    // An attempt that has been followed by another saw the world as it was then.
    if (attempt.stageAttempt !== stage.nextAttempt - 1) return
    const isComplete = stage.kind === 'map' && this.mapOutputs.isComplete(stage.shuffleId)
    this.#out.push(...this.#losses.unfetched(attempt, failure))
    // A duplicate failed: nobody waits for it.
    if (isComplete) return
    stage.failedAttempts.add(attempt.stageAttempt)
    const isLast = stage.failedAttempts.size >= this.#maxConsecutiveStageAttempts
    if (stage.state === 'running') this.#attemptOver(stage, `fetch failed: ${failure.message}`, !isLast)
    if (isLast) {
      this.#abort(stage, unfetchable(stage, attempt, failure))
      return
    }
    const source = this.#graph.mapStageOf(failure.shuffleId)
    this.#resubmitLater(stage)
    if (source === undefined) return
    this.#resubmitLater(source)
    if (isIndeterminate(source) && source.wasComplete) this.#rollBack(source)
  }

  /** Throws away the outputs of an indeterminate stage, and all that was computed from them. */
  #rollBack(source: MapStage): void {
    const shuffles = [source.shuffleId, ...this.#graph.derivedFrom(source.shuffleId)]
    for (const shuffleId of shuffles) this.#out.push(...this.#losses.thrownAway(shuffleId))
    source.wasComplete = false
    source.oldestValidAttempt = source.nextAttempt
    for (const stage of this.#graph.consumersOf(source)) {
      if (stage.kind === 'map') stage.wasComplete = false
      else if (stage.job.numFinished > 0) {
        const { jobId } = stage.job.spec
        const facts = { stageId: source.id, stageName: stageName(source), finished: stage.job.numFinished }
        this.#endJob(stage.job, new FiresteelError('FS_JOB_INDETERMINATE', { jobId, ...facts }))
        continue
      }
      stage.oldestValidAttempt = stage.nextAttempt
      if (stage.state !== 'running') continue
      this.#attemptOver(stage, `its input from stage ${source.id} was rolled back`, true)
      this.#cancelTasks(stage, `input from stage ${source.id} was rolled back`)
      this.#resubmitLater(stage)
    }
  }

  #taskSetDone({ stageId, stageAttempt }: TaskSetDone): void {
    const stage = this.#graph.get(stageId)
    if (stage?.state !== 'running' || stage.nextAttempt - 1 !== stageAttempt) return
    // Complete stages are no longer running: outputs were lost, or not trusted, while the rest was made.
    this.#attemptOver(stage, 'some of its outputs were lost', true)
    this.#submit(stage)
  }

  #taskSetFailed({ stageId, stageAttempt, failure }: TaskSetFailed): void {
    const stage = this.#graph.get(stageId)
    if (stage?.state === 'running' && stage.nextAttempt - 1 === stageAttempt) this.#abort(stage, failure)
  }

  /** Fails all jobs of a stage. */
  #abort(stage: Stage, failure: StageFailure): void {
    const cause = failure.cause === undefined ? undefined : fromWireError(failure.cause)
    for (const jobId of [...stage.jobs]) {
      const error = new FiresteelError(failure.code, { ...failure.details, jobId }, { cause })
      this.#endJob(this.#jobs.get(jobId), error)
    }
  }

  /** Ends a job, with success when there is no error: stages that no other job needs are stopped and forgotten. */
  #endJob(job: ActiveJob | undefined, error: FiresteelError | undefined): void {
    if (job === undefined) return
    const { jobId, properties } = job.spec
    this.#jobs.delete(jobId)
    const interrupt = properties['spark.job.interruptOnCancel'] === 'true'
    for (const stage of this.#graph.ofJob(jobId)) {
      const info = stageInfo(stage)
      if (!this.#graph.removeFromJob(stage, jobId)) continue
      this.#failed.delete(stage)
      if (stage.state === 'running') this.#stageEnded(stage, info, error, job)
      this.#cancelTasks(
        stage,
        error === undefined ? `job ${jobId} has ended` : `job ${jobId} failed or was cancelled`,
        interrupt,
      )
    }
    if (error === undefined) this.#out.push({ type: 'jobSucceeded', jobId })
    else this.#out.push({ type: 'jobFailed', jobId, error })
  }

  #stageEnded(
    stage: Stage,
    info: ReturnType<typeof stageInfo>,
    error: FiresteelError | undefined,
    job: ActiveJob,
  ): void {
    stage.state = 'idle'
    const failure = error?.message ?? (stage === job.resultStage ? undefined : 'no job needs it any more')
    this.#out.push({
      type: 'stageCompleted',
      stage: info,
      ...(failure === undefined ? {} : { failure }),
      willRetry: false,
    })
  }

  #attemptOver(stage: Stage, failure: string, willRetry: boolean): void {
    stage.state = 'idle'
    this.#out.push({ type: 'stageCompleted', stage: stageInfo(stage), failure, willRetry })
  }

  #cancelTasks(stage: Stage, reason: string, interrupt = false): void {
    if (stage.nextAttempt > 0) this.#out.push({ type: 'cancelTaskSets', stageId: stage.id, reason, interrupt })
  }

  #resubmitLater(stage: Stage): void {
    this.#failed.add(stage)
    if (this.#isTimerSet) return
    this.#isTimerSet = true
    this.#out.push({ type: 'setTimer', key: resubmitTimer, delayMs: this.#resubmitDelayMs })
  }

  #resubmitFailed(): void {
    this.#isTimerSet = false
    const stages = [...this.#failed].sort((a, b) => a.id - b.id)
    this.#failed.clear()
    for (const stage of stages) this.#submit(stage)
  }

  /** Submits a stage if its input is complete, and otherwise the stages that make its input. */
  #submit(start: Stage): void {
    const stack = [start]
    for (let stage = stack.pop(); stage !== undefined; stage = stack.pop()) {
      if (stage.state !== 'idle' || this.#failed.has(stage) || !this.#isAlive(stage)) continue
      if (stage.kind === 'map' && this.mapOutputs.isComplete(stage.shuffleId)) {
        this.#submitWaitingOn(stage)
        continue
      }
      const missing = missingParents(stage, this.#graph, this.mapOutputs, this.#cache)
      if (missing.length === 0) this.#submitTasks(stage)
      else {
        stage.state = 'waiting'
        for (let i = missing.length - 1; i >= 0; i--) stack.push(missing[i] as MapStage)
      }
    }
  }

  /** Whether the outputs may differ from those that consumers, of earlier jobs perhaps, have read. */
  #isMadeAgain(stage: MapStage): boolean {
    if (!isIndeterminate(stage)) return false
    return stage.wasComplete || (stage.nextAttempt === 0 && this.mapOutputs.wasEverMade(stage.shuffleId))
  }

  #isAlive(stage: Stage): boolean {
    return this.#graph.get(stage.id) === stage
  }

  #submitWaitingOn(parent: MapStage): void {
    const children = this.#graph.all().filter((stage) => stage.state === 'waiting' && stage.parents.includes(parent))
    for (const child of children) child.state = 'idle'
    for (const child of children) this.#submit(child)
  }

  #submitTasks(stage: Stage): void {
    // Outputs of an earlier time must not be mixed with new ones where the records may differ.
    if (stage.kind === 'map' && this.#isMadeAgain(stage)) this.#rollBack(stage)
    if (!this.#isAlive(stage)) return
    const jobId = Math.min(...stage.jobs) as JobId
    const properties = (this.#jobs.get(jobId) as ActiveJob).spec.properties
    const taskSet = missingTasks(stage, { jobId, properties, mapOutputs: this.mapOutputs, cache: this.#cache })
    stage.state = 'running'
    stage.nextAttempt++
    stage.numTasks = taskSet.outputs.length
    this.#out.push({ type: 'stageSubmitted', stage: stageInfo(stage), properties })
    this.#out.push({ type: 'submitTaskSet', taskSet })
  }
}
