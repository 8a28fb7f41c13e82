/** What a pool orders: task sets, and pools themselves. */
export interface Schedulable {
  readonly name: string
  readonly weight: number
  readonly minShare: number
  /** Task attempts running. */
  readonly numRunning: number
  /** Tasks waiting for a slot. */
  readonly numPending: number
  /** Job id of a task set: the lower goes first under FIFO. */
  readonly priority: number
  /** Stage id of a task set: the second key under FIFO. */
  readonly stageId: number
}

/** First by job, then by stage. */
export function compareFifo(a: Schedulable, b: Schedulable): number {
  return a.priority - b.priority || a.stageId - b.stageId
}

/**
 * Who is below its minimum share goes first, those by how little of it they have; the others by running tasks per weight.
 * Ties by name, so that the order is always the same.
 */
export function compareFair(a: Schedulable, b: Schedulable): number {
  const isNeedyA = a.numRunning < a.minShare
  const isNeedyB = b.numRunning < b.minShare
  if (isNeedyA !== isNeedyB) return isNeedyA ? -1 : 1
  const ratioA = isNeedyA ? a.numRunning / a.minShare : a.numRunning / a.weight
  const ratioB = isNeedyB ? b.numRunning / b.minShare : b.numRunning / b.weight
  return ratioA - ratioB || compareFifo(a, b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
}
