import { AsyncActions } from './async-actions.js'
import type { RddSpec } from './rdd-base.js'

/**
 * A resilient distributed dataset: an immutable collection of records in partitions, described by how it is computed from files, values or
 * other RDDs. Nothing is computed until an action asks; what is lost is computed again from its lineage.
 *
 * Operators on pairs are there when the records are `[K, V]`, numeric ones when they are numbers: the compiler knows.
 */
export class RDD<T> extends AsyncActions<T> {
  /** @internal */
  derive = <U>(spec: RddSpec): RDD<U> => new RDD<U>(this.context, spec)
}
