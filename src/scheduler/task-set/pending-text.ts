import type { PendingCode, PendingReason } from '../pending-reason.js'
import type { ExecutorTable } from './executor-table.js'
import type { TaskSetManager } from './task-set-manager.js'

export interface PendingFacts {
  readonly executors: ExecutorTable
  readonly running: number
  readonly taskCpus: number
  /** The registered slots waited for, while they are. */
  readonly heldFor: number | undefined
  /** What is known of executors that have not registered. */
  readonly awaited: string | undefined
}

/** Why the set's tasks do not run, in words and figures. */
export function explainPending(set: TaskSetManager, facts: PendingFacts): PendingReason {
  const { executors, taskCpus, running } = facts
  const list = executors.list
  const largest = list.reduce((most, executor) => Math.max(most, executor.slots), 0)
  const figures = {
    pending: set.numPending,
    executors: list.length,
    slots: executors.totalSlots,
    running,
    taskCpus,
    largest,
  }
  const tasks = `${set.numPending} ${set.numPending === 1 ? 'task waits' : 'tasks wait'}`
  const what = `${set.name} of job ${set.taskSet.jobId}`
  const reason = (code: PendingCode, text: string, more: Record<string, number> = {}): PendingReason => {
    return { what, reason: code, text: `${what}: ${tasks}: ${text}`, figures: { ...figures, ...more } }
  }
  const awaited = facts.awaited === undefined ? '' : ` (${facts.awaited})`
  if (list.length === 0) return reason('noExecutors', `no executor is registered${awaited}`)
  if (facts.heldFor !== undefined) {
    const text = `${executors.totalSlots} slots have registered, ${facts.heldFor} are waited for${awaited}`
    return reason('tooFewRegistered', text, { wanted: facts.heldFor })
  }
  if (largest < taskCpus)
    return reason('taskTooLarge', `a task takes ${taskCpus} slots, the largest executor has ${largest}`)
  if (executors.ready > 0) {
    const text = `${executors.ready} executors have free slots, but are not where the data is; a better place is waited for`
    return reason('locality', text, { ready: executors.ready })
  }
  const draining = list.filter((executor) => executor.isDraining).length
  if (draining === list.length) return reason('draining', `all ${draining} executors are being drained`, { draining })
  return reason('allSlotsBusy', `all slots are busy (${running} tasks on ${list.length} executors)`, { draining })
}
