import type { ExecutorId, ShuffleId } from '../../common/index.js'
import type { TaskFetchFailed } from '../task-set/task-outcome.js'
import type { ExecutorLost } from '../task-set/task-scheduler-messages.js'
import type { TaskAttempt } from '../task-set/task-set.js'
import type { MapOutputsChanged } from './dag-messages.js'
import type { MapOutputTracker } from './map-output-tracker.js'

/** Takes map outputs off the tracker's books as they are lost, and remembers whom not to trust for it. */
export class OutputLosses {
  readonly #mapOutputs: MapOutputTracker
  /** Map outputs of an executor made by attempts up to this id are not to be trusted: a fetch from there failed. */
  readonly #distrusted = new Map<ExecutorId, number>()

  constructor(mapOutputs: MapOutputTracker) {
    this.#mapOutputs = mapOutputs
  }

  /** Whether the output that a map task says it has made is likely to be gone, or out of reach. */
  isDistrusted({ taskId, executorId }: TaskAttempt): boolean {
    return taskId <= (this.#distrusted.get(executorId) ?? -1)
  }

  /** An executor is gone, or its host. */
  executorLost({ executorId, outputsLost, lostHost }: ExecutorLost): MapOutputsChanged[] {
    if (!outputsLost) return []
    this.#distrusted.set(executorId, Number.POSITIVE_INFINITY)
    const epoch = this.#mapOutputs.epoch
    this.#mapOutputs.unregisterExecutor(executorId)
    if (lostHost !== undefined) this.#mapOutputs.unregisterHost(lostHost)
    return this.#changedSince(epoch, { executorId })
  }

  /** A task could not fetch an output: that one is dropped, or all that its executor served when the task was launched. */
  unfetched({ taskId }: TaskAttempt, failure: TaskFetchFailed): MapOutputsChanged[] {
    const { shuffleId, mapPartition, mapTaskId, executorId, scope } = failure
    const epoch = this.#mapOutputs.epoch
    if (mapPartition !== undefined) this.#mapOutputs.unregister(shuffleId, mapPartition, mapTaskId)
    if (executorId !== undefined && scope !== 'output') {
      // What the task saw was made by attempts launched before itself: outputs made since are not in question.
      this.#mapOutputs.unregisterExecutor(executorId, taskId)
      if ((this.#distrusted.get(executorId) ?? -1) < taskId) this.#distrusted.set(executorId, taskId)
    }
    return this.#changedSince(epoch, { executorId, shuffleId })
  }

  /** All outputs of a shuffle are thrown away. */
  thrownAway(shuffleId: ShuffleId): MapOutputsChanged[] {
    const epoch = this.#mapOutputs.epoch
    this.#mapOutputs.unregisterAll(shuffleId)
    return this.#changedSince(epoch, { shuffleId })
  }

  #changedSince(epoch: number, of: { executorId?: ExecutorId; shuffleId?: ShuffleId }): MapOutputsChanged[] {
    const now = this.#mapOutputs.epoch
    return now === epoch ? [] : [{ type: 'mapOutputsChanged', epoch: now, ...of }]
  }
}
