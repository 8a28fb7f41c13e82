import { checkSeed, refuse } from './argument.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { Transformations } from './transformations.js'

/** Random parts of an RDD, and numbers for its records. The same seed gives the same records as long as the partitions are the same. */
export abstract class SamplingOperations<T> extends Transformations<T> {
  /**
   * A random part. Without replacement each record is in it with probability `fraction`; with replacement as often as a Poisson distribution
   * of that mean says. Its size is not exact. Default seed: a random one.
   */
  sample(withReplacement: boolean, fraction: number, seed: number = randomSeed()): RDD<T> {
    checkSeed('sample', seed)
    const most = withReplacement ? Number.POSITIVE_INFINITY : 1
    if (!(fraction >= 0 && fraction <= most)) {
      refuse('sample', 'fraction', fraction, withReplacement ? 'a number from 0' : 'a number from 0 to 1')
    }
    if (!withReplacement) return this.oneToOne('sample', 'filter', cell(seed, 0, fraction), { keepsPartitioner: true })
    const copies: CapturedFunction = { ref: { builtin: 'copies', args: { seed, mean: fraction } }, closures: [] }
    return this.oneToOne('sample', 'flatMap', copies, { keepsPartitioner: true })
  }

  /** Divides the records at random by weights: each record is in exactly one part. Default seed: a random one. */
  randomSplit(weights: readonly number[], seed: number = randomSeed()): RDD<T>[] {
    checkSeed('randomSplit', seed)
    const sum = weights.reduce((a, b) => a + b, 0)
    if (!weights.every((weight) => weight >= 0 && Number.isFinite(weight)) || !(sum > 0)) {
      refuse('randomSplit', 'weights', `[${weights.join(', ')}]`, 'numbers from 0 with a positive sum')
    }
    const bounds = [0]
    for (const weight of weights) bounds.push((bounds[bounds.length - 1] as number) + weight / sum)
    // Sums of fractions may miss 1 by a little: the last part that has a weight takes what is left.
    const last = weights.findLastIndex((weight) => weight > 0)
    for (let i = last + 1; i < bounds.length; i++) bounds[i] = 1
    return weights.map((_, i) =>
      this.oneToOne<T>('randomSplit', 'filter', cell(seed, bounds[i] as number, bounds[i + 1] as number), {
        keepsPartitioner: true,
      }),
    )
  }

  /**
   * Pairs of each record and its index, in the order of the partitions. With more than one partition, the first job on it counts the records
   * of all partitions but the last by a job of its own.
   */
  zipWithIndex(): RDD<[T, number]> {
    const parent = this as unknown as RDD<T>
    const starts: number[] = []
    const site = this.context.callSite('zipWithIndex')
    return this.derive<[T, number]>({
      operation: 'zipWithIndex',
      operator: { op: 'map', f: { builtin: 'zipWithIndex', args: { starts } } },
      inputs: [parent],
      numPartitions: () => this.numPartitions,
      isDeterministic: this.isDeterministic,
      prepare: async () => {
        if (starts.length > 0 || parent.numPartitions < 2) return
        const partitions = Array.from({ length: parent.numPartitions - 1 }, (_, i) => i)
        const counts = await parent.runSink<number>('zipWithIndex', { kind: 'count' }, { partitions, site })
        let start = 0
        for (const count of [...counts, 0]) {
          starts.push(start)
          start += count
        }
      },
    })
  }

  /** Pairs of each record and a number that no other record has: k, k+n, k+2n, ... in partition k of n. Needs no job. */
  zipWithUniqueId(): RDD<[T, number]> {
    const parent = this as unknown as RDD<T>
    const args = { numPartitions: 0 }
    return this.derive<[T, number]>({
      operation: 'zipWithUniqueId',
      operator: { op: 'map', f: { builtin: 'zipWithUniqueId', args } },
      inputs: [parent],
      numPartitions: () => this.numPartitions,
      isDeterministic: this.isDeterministic,
      prepare: async () => {
        args.numPartitions = parent.numPartitions
      },
    })
  }
}

/** A seed for those who do not care. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}

function cell(seed: number, low: number, high: number): CapturedFunction {
  // A random number is below 1: a part that ends there is closed in effect.
  return { ref: { builtin: 'inCell', args: { seed, low, high } }, closures: [] }
}
