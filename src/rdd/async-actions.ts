import type { SinkSpec } from '../pipeline/index.js'
import { ApproximateActions } from './approximate-actions.js'
import { refuse } from './argument.js'
import { FutureAction } from './future-action.js'
import type { Awaitable, MapAsyncOptions } from './transformations.js'

/** Actions that can be cancelled. They begin at once, and are promises like the others. */
export abstract class AsyncActions<T> extends ApproximateActions<T> {
  /** As `collect`. */
  collectAsync(): FutureAction<T[]> {
    const sink: SinkSpec = { kind: 'collect' }
    return new FutureAction(async (hooks) => (await this.runSink<T[]>('collectAsync', sink, hooks)).flat(1) as T[])
  }

  /** As `count`. */
  countAsync(): FutureAction<number> {
    return new FutureAction(async (hooks) => {
      const counts = await this.runSink<number>('countAsync', { kind: 'count' }, hooks)
      return counts.reduce((sum, count) => sum + count, 0)
    })
  }

  /** As `take`. */
  takeAsync(n: number): FutureAction<T[]> {
    if (!Number.isInteger(n)) refuse('takeAsync', 'n', n, 'an integer')
    return new FutureAction(async (hooks) => (await this.taken('takeAsync', n, hooks)).map(({ value }) => value))
  }

  /**
   * Calls `f` for each record, on the executors. An asynchronous `f` has many calls in flight in each task: see `MapAsyncOptions`; the order of
   * the calls' ends does not matter unless `ordered` is set.
   */
  foreachAsync(f: (record: T) => Awaitable<unknown>, options: MapAsyncOptions = {}): FutureAction<void> {
    const calls = this.asyncCalls('foreachAsync', 'map', f, { ordered: false, ...options })
    return new FutureAction(async (hooks) => {
      await calls.runSink('foreachAsync', { kind: 'count' }, hooks)
    })
  }

  /** As `foreachPartition`. */
  foreachPartitionAsync(f: (records: IterableIterator<T>) => Awaitable<void>): FutureAction<void> {
    const { ref, closures } = this.context.capture(f, 'foreachPartitionAsync')
    const sink: SinkSpec = { kind: 'apply', f: { builtin: 'ignoreResult', functions: [ref] } }
    return new FutureAction(async (hooks) => {
      await this.runSink('foreachPartitionAsync', sink, { ...hooks, closures })
    })
  }
}
