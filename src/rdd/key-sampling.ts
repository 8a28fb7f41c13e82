import { encodeValue } from '../serializer/index.js'
import { checkedPrecision, checkSeed, refuse } from './argument.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { randomSeed, SamplingOperations } from './sampling.js'
import { combineByKey, type PartitionerLike } from './shuffles.js'
import { shares } from './stratified-shares.js'

/** The part of each key's pairs that is wanted. */
export type Fractions<K> = Iterable<readonly [key: K, fraction: number]>

/** What looks at each key by itself without gathering its values. */
export abstract class KeySamplingOperations<T> extends SamplingOperations<T> {
  /**
   * A random part of each key's pairs, by the fraction of the key (a `Map`, or pairs): each pair is in it with that probability, or with
   * replacement as often as a Poisson distribution of that mean says. Sizes are not exact. Default seed: a random one.
   * @throws FS_RDD_NO_FRACTION in the task, for a key without a fraction
   */
  sampleByKey<K, V>(
    this: RDD<[K, V]>,
    withReplacement: boolean,
    fractions: Fractions<K>,
    seed: number = randomSeed(),
  ): RDD<[K, V]> {
    checkSeed('sampleByKey', seed)
    const args = { seed, fractions: encoded(checked('sampleByKey', fractions, withReplacement)) }
    const builtin = withReplacement ? 'copiesByKey' : 'chosenByKey'
    return this.oneToOne<[K, V]>('sampleByKey', withReplacement ? 'flatMap' : 'filter', own(builtin, args), {
      keepsPartitioner: true,
    })
  }

  /**
   * As `sampleByKey`, with exactly `ceil(fraction * n)` of the `n` pairs of each key. The first job on it counts the pairs of each key by a job
   * of its own.
   */
  sampleByKeyExact<K, V>(
    this: RDD<[K, V]>,
    withReplacement: boolean,
    fractions: Fractions<K>,
    seed: number = randomSeed(),
  ): RDD<[K, V]> {
    const operation = 'sampleByKeyExact'
    checkSeed(operation, seed)
    const wanted = checked(operation, fractions, withReplacement)
    const keys = encoded(wanted.map(([key]) => [key, 0]))
    const counts: number[][] = []
    const parts: number[][] = []
    const site = this.context.callSite(operation)
    const builtin = withReplacement ? 'exactCopies' : 'exactChoice'
    return this.derive<[K, V]>({
      operation,
      operator: {
        op: withReplacement ? 'flatMap' : 'filter',
        f: { builtin, args: { seed, fractions: keys, counts, parts } },
      },
      inputs: [this],
      numPartitions: () => this.numPartitions,
      partitioner: this.partitioner,
      prepare: async () => {
        if (counts.length > 0) return
        const f = { builtin: 'countStrata', args: { operation, fractions: keys } }
        counts.push(...(await this.runSink<number[]>(operation, { kind: 'consume', f }, { site })))
        const rates = wanted.map(([, fraction]) => fraction)
        parts.push(...shares(counts, rates, { withReplacement, seed }))
      },
    })
  }

  /** About how many distinct values each key has: see `countApproxDistinct`. */
  countApproxDistinctByKey<K, V>(
    this: RDD<[K, V]>,
    relativeSD = 0.05,
    partitioner?: PartitionerLike,
  ): RDD<[K, number]> {
    const operation = 'countApproxDistinctByKey'
    const args = { precision: checkedPrecision(operation, relativeSD) }
    const combiner = {
      create: { builtin: 'sketchOf', args },
      mergeValue: { builtin: 'addToSketch', args },
      mergeCombiners: { builtin: 'mergeSketches', args },
    }
    const sketches = combineByKey<[K, unknown]>(this, operation, { combiner, closures: [], partitioner })
    return sketches.oneToOne(operation, 'mapValues', own('estimateDistinct', args), { keepsPartitioner: true })
  }
}

function own(builtin: string, args: object): CapturedFunction {
  return { ref: { builtin, args }, closures: [] }
}

function encoded(entries: readonly (readonly [unknown, number])[]): string {
  return Buffer.from(encodeValue(entries)).toString('base64')
}

function checked<K>(operation: string, fractions: Fractions<K>, withReplacement: boolean): (readonly [K, number])[] {
  const entries = [...fractions]
  for (const [key, fraction] of entries) {
    if (fraction >= 0 && (withReplacement || fraction <= 1)) continue
    const accepted = withReplacement ? 'a number from 0' : 'a number from 0 to 1'
    refuse(operation, `the fraction of ${String(key)}`, fraction, accepted)
  }
  return entries
}
