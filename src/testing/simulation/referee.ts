import type { JobId } from '../../common/index.js'
import type { JobSpec, MapOutputTracker, SchedulerEffect, SchedulerEvent, TaskAttempt } from '../../scheduler/index.js'
import type { Check } from './checks/check.js'
import { JobCheck } from './checks/job-check.js'
import { OutputCheck } from './checks/output-check.js'
import { SlotCheck } from './checks/slot-check.js'
import { StageCheck } from './checks/stage-check.js'
import type { SimulationOptions } from './simulation-options.js'

/** Watches a simulation and holds the scheduler to its promises, which are those of the checks. */
export class Referee {
  readonly #slots = new SlotCheck()
  readonly #stages = new StageCheck(this.#slots)
  readonly #jobs: JobCheck
  readonly #checks: readonly Check[]

  constructor(options: SimulationOptions, mapOutputs: MapOutputTracker) {
    this.#jobs = new JobCheck(options, this.#slots, this.#stages)
    this.#checks = [this.#jobs, this.#slots, new OutputCheck(mapOutputs), this.#stages]
  }

  /** Attempts that have been launched and have not ended. */
  get outstanding(): TaskAttempt[] {
    return [...this.#slots.outstanding.values()]
  }

  get launches(): number {
    return this.#slots.launches
  }

  /** `succeeded` or an error's code, by job. */
  get ends(): ReadonlyMap<JobId, string> {
    return this.#jobs.ends
  }

  get activeJobs(): JobSpec[] {
    return this.#jobs.active
  }

  /** Whether every job has ended and every attempt has been seen to its end. */
  get isOver(): boolean {
    return this.#slots.outstanding.size === 0 && this.#jobs.active.length === 0
  }

  jobsCancelled(isMeant: (spec: JobSpec) => boolean): void {
    this.#jobs.cancelled(isMeant)
  }

  clusterGone(): void {
    this.#jobs.clusterGone()
  }

  told(event: SchedulerEvent): void {
    for (const check of this.#checks) check.told?.(event)
  }

  saw(effect: SchedulerEffect): void {
    for (const check of this.#checks) check.saw?.(effect)
  }

  settled(): void {
    for (const check of this.#checks) check.settled?.()
  }

  over(): void {
    for (const check of this.#checks) check.over?.()
  }
}
