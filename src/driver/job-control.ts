import { FiresteelError } from '../common/errors/index.js'
import { jobId, stageId, taskId } from '../common/index.js'
import type { DriverRuntime } from './driver-runtime.js'
import { interruptOnCancelProperty, jobDescriptionProperty, jobGroupProperty } from './local-properties.js'

/**
 * Names and ends jobs. What is set here belongs to the asynchronous context it is set in: see `LocalProperties`.
 */
export abstract class JobControl {
  /** @internal */
  abstract readonly runtime: DriverRuntime

  setLocalProperty(key: string, value: string | undefined): void {
    this.runtime.properties.set(key, value)
  }

  getLocalProperty(key: string): string | undefined {
    return this.runtime.properties.get(key)
  }

  /** Runs `body` with local properties that end with it. */
  withLocalProperties<R>(values: Readonly<Record<string, string | undefined>>, body: () => R): R {
    return this.runtime.properties.run(values, body)
  }

  /** Jobs from here on belong to a group, and can be cancelled by its name. */
  setJobGroup(group: string, description?: string, interruptOnCancel = false): void {
    this.runtime.properties.setAll({
      [jobGroupProperty]: group,
      [jobDescriptionProperty]: description,
      [interruptOnCancelProperty]: String(interruptOnCancel),
    })
  }

  clearJobGroup(): void {
    this.runtime.properties.setAll({
      [jobGroupProperty]: undefined,
      [jobDescriptionProperty]: undefined,
      [interruptOnCancelProperty]: undefined,
    })
  }

  setJobDescription(description: string | undefined): void {
    this.runtime.properties.set(jobDescriptionProperty, description)
  }

  setInterruptOnCancel(interrupt: boolean): void {
    this.runtime.properties.set(interruptOnCancelProperty, String(interrupt))
  }

  addJobTag(tag: string): void {
    this.addJobTags([tag])
  }

  addJobTags(tags: Iterable<string>): void {
    const added = [...tags]
    for (const tag of added) checkTag(tag)
    this.runtime.properties.setTags([...this.runtime.properties.tags, ...added])
  }

  removeJobTag(tag: string): void {
    this.removeJobTags([tag])
  }

  removeJobTags(tags: Iterable<string>): void {
    const removed = new Set(tags)
    this.runtime.properties.setTags(this.runtime.properties.tags.filter((tag) => !removed.has(tag)))
  }

  getJobTags(): Set<string> {
    return new Set(this.runtime.properties.tags)
  }

  clearJobTags(): void {
    this.runtime.properties.setTags([])
  }

  cancelJob(id: number, reason?: string): void {
    this.runtime.shell.handle({ type: 'cancelJob', jobId: jobId(id), reason })
  }

  cancelJobGroup(group: string, reason?: string): void {
    this.runtime.shell.handle({ type: 'cancelJobGroup', group, reason })
  }

  /** Cancels a group's jobs, and refuses those that come later. */
  cancelJobGroupAndFutureJobs(group: string, reason?: string): void {
    this.runtime.refuseGroup(group)
    this.cancelJobGroup(group, reason)
  }

  cancelJobsWithTag(tag: string, reason?: string): void {
    checkTag(tag)
    this.runtime.shell.handle({ type: 'cancelJobsWithTag', tag, reason })
  }

  cancelStage(id: number, reason?: string): void {
    this.runtime.shell.handle({ type: 'cancelStage', stageId: stageId(id), reason })
  }

  cancelAllJobs(reason?: string): void {
    this.runtime.shell.handle({ type: 'cancelAllJobs', reason })
  }

  /** Ends one attempt of a task; another attempt follows, and this one does not count as a failure. Says whether it was running. */
  killTaskAttempt(attemptId: number, interrupt = true, reason = 'killed by SparkContext.killTaskAttempt'): boolean {
    if (!this.runtime.shell.isRunning(attemptId)) return false
    this.runtime.shell.handle({ type: 'killTask', taskId: taskId(attemptId), reason, interrupt })
    return true
  }
}

function checkTag(tag: string): void {
  if (tag !== '' && !tag.includes(',')) return
  throw new FiresteelError('FS_RDD_ARGUMENT', {
    operation: 'addJobTag',
    argument: 'tag',
    value: JSON.stringify(tag),
    accepted: 'a text that is not empty and has no comma',
  })
}
