import { type TaskId, taskId as toTaskId } from '../../common/index.js'
import type { ExecutorState, ExecutorTable } from './executor-table.js'
import { localityLevels } from './locality.js'
import type { Place } from './offers.js'
import type { KillTask } from './task-scheduler-messages.js'
import type { TaskAttempt } from './task-set.js'
import type { TaskSetManager } from './task-set-manager.js'

/** An attempt that runs, or is on its way to or from its executor. */
export interface RunningAttempt {
  readonly attempt: TaskAttempt
  readonly manager: TaskSetManager
  readonly executor: ExecutorState
  readonly slots: readonly number[]
  killReason?: string
  killInterrupts?: boolean
  /** Reports of its executor that should have named it and did not, in a row. */
  missedReports: number
}

/** The attempts that have been launched and have not ended, with the slots they hold. */
export class RunningAttempts {
  readonly #executors: ExecutorTable
  readonly #running = new Map<TaskId, RunningAttempt>()
  #nextTaskId = 0

  constructor(executors: ExecutorTable) {
    this.#executors = executors
  }

  get size(): number {
    return this.#running.size
  }

  get(id: TaskId): RunningAttempt | undefined {
    return this.#running.get(id)
  }

  /** Takes the slots for an attempt of a task, and gives it its id. */
  start({ set, executor, index, at, aheadOn }: Place, now: number): TaskAttempt {
    const { taskSet, pending } = set
    const speculative = !pending.isPending(index)
    const slots =
      aheadOn === undefined
        ? this.#executors.takeSlots(executor, pending.preferredSlot(index, executor))
        : this.#executors.takeAhead(executor, aheadOn)
    const attempt: TaskAttempt = {
      taskId: toTaskId(this.#nextTaskId++),
      stageId: taskSet.stageId,
      stageAttempt: taskSet.stageAttempt,
      jobId: taskSet.jobId,
      index,
      partition: taskSet.partitions[index] as number,
      output: taskSet.outputs[index] as number,
      attemptNumber: set.nextAttemptNumber(index),
      executorId: executor.id,
      host: executor.host,
      slot: slots[0],
      locality: localityLevels[at] as TaskAttempt['locality'],
      speculative,
      launchedAt: now,
    }
    set.launched(attempt)
    executor.running.add(attempt.taskId)
    this.#running.set(attempt.taskId, { attempt, manager: set, executor, slots, missedReports: 0 })
    return attempt
  }

  /** The attempt has ended: its slots are free again, if its executor lives. */
  end({ attempt, executor, slots }: RunningAttempt): void {
    this.#running.delete(attempt.taskId)
    executor.running.delete(attempt.taskId)
    if (this.#executors.get(executor.id) === executor) this.#executors.releaseSlots(executor, slots)
  }

  /** What to send so that the attempt is killed: nothing if it is not running, or has been told so already. */
  kill(taskId: TaskId, reason: string, interrupt: boolean): KillTask | undefined {
    const running = this.#running.get(taskId)
    if (running === undefined || this.#executors.get(running.executor.id) === undefined) return undefined
    if (running.killReason !== undefined && (running.killInterrupts === true || !interrupt)) return undefined
    running.killReason ??= reason
    running.killInterrupts = interrupt
    const { executor, slots } = running
    return { type: 'killTask', taskId, executorId: executor.id, slot: slots[0] as number, reason, interrupt }
  }

  /**
   * Holds an executor's report against what it should run. Returns the attempts that two reports in a row have not named,
   * of those launched before `launchedBefore`: they never arrived there, or their end never arrived here.
   */
  missingFrom(report: ReadonlySet<TaskId>, executor: ExecutorState, launchedBefore: number): RunningAttempt[] {
    const lost: RunningAttempt[] = []
    for (const id of executor.running) {
      const running = this.#running.get(id) as RunningAttempt
      const isMissed = !report.has(id) && running.attempt.launchedAt <= launchedBefore
      running.missedReports = isMissed ? running.missedReports + 1 : 0
      if (running.missedReports >= 2) lost.push(running)
    }
    return lost
  }
}
