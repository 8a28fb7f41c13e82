import { FiresteelError } from '../common/errors/index.js'
import { encodeValue } from '../serializer/index.js'
import { KeyMap, mapByValue } from './key-map.js'
import { OutputActions } from './output.js'
import type { Partitioner } from './partitioner.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { combineByKey } from './shuffles.js'
import type { Awaitable } from './transformations.js'

const one: CapturedFunction = { ref: { builtin: 'one' }, closures: [] }
const withNull: CapturedFunction = { ref: { builtin: 'withNull' }, closures: [] }

/** Actions on pairs, and on values as keys. Their maps compare keys by value, and must fit in the driver's memory. */
export abstract class PairActions<T> extends OutputActions<T> {
  /** The pairs as a map; of several values of a key the last one stays. */
  async collectAsMap<K, V>(this: RDD<[K, V]>): Promise<Map<K, V>> {
    return mapByValue(await collected<[K, V]>(this, 'collectAsMap'))
  }

  /** How many pairs each key has. */
  async countByKey<K, V>(this: RDD<[K, V]>): Promise<Map<K, number>> {
    return counted(this.oneToOne<[K, number]>('countByKey', 'mapValues', one, { keepsPartitioner: true }), 'countByKey')
  }

  /** How often each record is there. */
  async countByValue(): Promise<Map<T, number>> {
    const pairs = this.oneToOne<[T, null]>('countByValue', 'map', withNull)
    return counted(pairs.oneToOne<[T, number]>('countByValue', 'mapValues', one), 'countByValue')
  }

  /** The values of a key; computes the one partition that can have it when the partitioner is known. */
  async lookup<K, V>(this: RDD<[K, V]>, key: K): Promise<V[]> {
    await this.prepare()
    const args = { key: Buffer.from(encodeValue(key)).toString('base64') }
    const hasKey: CapturedFunction = { ref: { builtin: 'hasKey', args }, closures: [] }
    const found = this.oneToOne<[K, V]>('lookup', 'filter', hasKey).values()
    const partitions = this.partitioner === undefined ? undefined : [partitionOf(key, this.partitioner)]
    return collected<V>(found, 'lookup', partitions)
  }

  /** As `reduceByKey`, with the result as a map. Merges within partitions and then in the driver, without a shuffle. */
  async reduceByKeyLocally<K, V>(this: RDD<[K, V]>, f: (a: V, b: V) => Awaitable<V>): Promise<Map<K, V>> {
    const { ref, closures } = this.context.capture(f, 'reduceByKeyLocally')
    const combiner = { mergeValue: ref, mergeCombiners: ref }
    const parts = await this.runSink<[K[], V[]]>('reduceByKeyLocally', { kind: 'combine', combiner }, { closures })
    const merged = new KeyMap<K, V>()
    for (const [keys, values] of parts) {
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as K
        const value = values[i] as V
        merged.set(key, merged.has(key) ? await f(merged.get(key) as V, value) : value)
      }
    }
    return mapByValue(merged)
  }
}

function partitionOf(key: unknown, partitioner: Partitioner): number {
  const partition = partitioner.getPartition(key)
  const { numPartitions } = partitioner
  if (Number.isInteger(partition) && partition >= 0 && partition < numPartitions) return partition
  const details = { partition: String(partition), numPartitions, key: String(key) }
  throw new FiresteelError('FS_RDD_PARTITION_INDEX', details)
}

async function counted<K>(ones: RDD<[K, number]>, operation: string): Promise<Map<K, number>> {
  const add = { builtin: 'add' }
  const combiner = { mergeValue: add, mergeCombiners: add }
  const counts = combineByKey<[K, number]>(ones, operation, { combiner, closures: [] })
  return mapByValue(await collected<[K, number]>(counts, operation))
}

/** As `collect`, under the name of another action. */
async function collected<R>(rdd: RDD<R>, operation: string, partitions?: readonly number[]): Promise<R[]> {
  return (await rdd.runSink<R[]>(operation, { kind: 'collect' }, { partitions })).flat(1) as R[]
}
