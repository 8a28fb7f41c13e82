import { PairActions } from './pair-actions.js'
import type { RDD } from './rdd.js'

/** Records in the driver a partition at a time. */
export abstract class LocalIteration<T> extends PairActions<T> {
  /**
   * All records in the order of the partitions, for `for await`. Each partition is computed by a job of its own when its turn comes, so that
   * the driver holds one partition at a time; with `prefetch` two, the next being computed while one is read. Leaving the loop early computes
   * no more.
   */
  toLocalIterator(prefetch = false): AsyncIterableIterator<T> {
    return iterateLocally(this as unknown as RDD<T>, prefetch)
  }
}

async function* iterateLocally<T>(rdd: RDD<T>, prefetch: boolean): AsyncGenerator<T, void, undefined> {
  await rdd.prepare()
  const leaving = new AbortController()
  const compute = (partition: number): Promise<T[]> | undefined => {
    if (partition >= rdd.numPartitions) return undefined
    const options = { partitions: [partition], signal: leaving.signal }
    const records = rdd.runSink<T[]>('toLocalIterator', { kind: 'collect' }, options).then((parts) => parts[0] as T[])
    // Waited for when its turn comes; until then a failure is not unhandled.
    records.catch(() => {})
    return records
  }
  try {
    let next = compute(0)
    for (let partition = 1; next !== undefined; partition++) {
      const records = await next
      next = prefetch ? compute(partition) : undefined
      yield* records
      next ??= compute(partition)
    }
  } finally {
    leaving.abort('toLocalIterator() was left')
  }
}
