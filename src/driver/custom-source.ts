import type { Awaitable, RddContext, RddSpec } from '../rdd/index.js'
import { encodeValue } from '../serializer/index.js'

/**
 * A source of records of your own: an object with these functions, or an instance of a class that has them.
 *
 * `getPartitions` and `preferredLocations` run on the driver; `compute` runs on executors, so that it travels like any user function, with
 * the object's other properties. Partitions are data that travels too.
 */
export interface RddSource<T, P> {
  /** What each partition is, as data. Called once, when the number of partitions is first needed. */
  getPartitions(): readonly P[]
  /** The records of a partition; may be called again when a result is lost, and must then give the same records. */
  compute(partition: P, index: number): Awaitable<Iterable<T> | Iterator<T> | AsyncIterable<T>>
  /** Hosts that a partition should be computed on, best first. Default: anywhere. */
  preferredLocations?(partition: P, index: number): readonly string[]
}

export function customSource(context: RddContext, source: RddSource<unknown, unknown>, name: string): RddSpec {
  const traveller = onlyCompute(source)
  const captured = context.capture((partition: unknown, index: number) => traveller.compute(partition, index), 'source')
  let partitions: readonly unknown[] | undefined
  const planned = (): readonly unknown[] => {
    partitions ??= source.getPartitions()
    return partitions
  }
  return {
    operation: 'source',
    name,
    operator: { op: 'source', compute: captured.ref },
    inputs: [],
    closures: captured.closures,
    numPartitions: () => planned().length,
    attachment: (p) => encodeValue(planned()[p]),
    preferredLocations: (p) => source.preferredLocations?.(planned()[p], p) ?? [],
  }
}

/** Leaves the driver's functions of a plain object at home: they may use what cannot travel. */
function onlyCompute(source: RddSource<unknown, unknown>): Pick<RddSource<unknown, unknown>, 'compute'> {
  if (Object.getPrototypeOf(source) !== Object.prototype) return source
  const { getPartitions: _partitions, preferredLocations: _locations, ...traveller } = source
  return traveller
}
