import { FiresteelError } from '../common/errors/index.js'
import { type FunctionRef, StatCounter, type StatState } from '../pipeline/index.js'
import { encodeValue } from '../serializer/index.js'
import { refuse } from './argument.js'
import { OrderedActions } from './ordered-actions.js'
import type { RDD } from './rdd.js'

/** Actions on RDDs of numbers. Each is one pass. @throws FS_RDD_NOT_A_NUMBER when a record is something else */
export abstract class NumericActions<T> extends OrderedActions<T> {
  /** 0 when there is no record. */
  async sum(this: RDD<number>): Promise<number> {
    const zero = Buffer.from(encodeValue(0)).toString('base64')
    const sums = await this.runSink<number>('sum', { kind: 'aggregate', f: { builtin: 'sum' }, zero })
    return sums.reduce((a, b) => a + b, 0)
  }

  /** Count, mean, variances and extremes in one pass. */
  async stats(this: RDD<number>): Promise<StatCounter> {
    return statsOf(this, 'stats')
  }

  /** The arithmetic mean; 0 when there is no record. */
  async mean(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'mean')).mean
  }

  /** Variance of the records as the whole population; NaN when there is none. The same as `popVariance`. */
  async variance(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'variance')).popVariance
  }

  /** Standard deviation of the records as the whole population; NaN when there is none. The same as `popStdev`. */
  async stdev(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'stdev')).popStdev
  }

  /** Variance of the records as the whole population; NaN when there is none. */
  async popVariance(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'popVariance')).popVariance
  }

  /** Standard deviation of the records as the whole population; NaN when there is none. */
  async popStdev(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'popStdev')).popStdev
  }

  /** Estimate of the variance of what the records are a sample of; NaN for fewer than two. */
  async sampleVariance(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'sampleVariance')).sampleVariance
  }

  /** Estimate of the standard deviation of what the records are a sample of; NaN for fewer than two. */
  async sampleStdev(this: RDD<number>): Promise<number> {
    return (await statsOf(this, 'sampleStdev')).sampleStdev
  }

  /**
   * How many records fall into each bucket. A number of buckets divides the range of the records evenly, by a pass of its own, and gives
   * back the bounds as well; bounds are ascending numbers. Each bucket has its lower bound, the last one its upper bound too; records outside
   * of all buckets, and NaN, do not count.
   * @throws FS_RDD_HISTOGRAM_RANGE for a number of buckets when there is no record, or one that is not finite
   */
  histogram(this: RDD<number>, buckets: number): Promise<[buckets: number[], counts: number[]]>
  histogram(this: RDD<number>, buckets: readonly number[], evenBuckets?: boolean): Promise<number[]>
  async histogram(
    this: RDD<number>,
    buckets: number | readonly number[],
    evenBuckets = false,
  ): Promise<number[] | [number[], number[]]> {
    if (typeof buckets !== 'number') return bucketCounts(this, checkedBuckets(buckets), evenBuckets)
    if (!Number.isInteger(buckets) || buckets < 1) refuse('histogram', 'buckets', buckets, 'a positive integer')
    const { min, max } = await statsOf(this, 'histogram')
    if (!Number.isFinite(min) || !Number.isFinite(max)) {
      throw new FiresteelError('FS_RDD_HISTOGRAM_RANGE', { count: buckets, min, max })
    }
    const bounds = min === max ? [min, max] : evenBounds(min, max, buckets)
    return [bounds, await bucketCounts(this, bounds, true)]
  }
}

async function statsOf(rdd: RDD<number>, operation: string): Promise<StatCounter> {
  const f: FunctionRef = { builtin: 'stats', args: { operation } }
  const all = new StatCounter()
  for (const state of await rdd.runSink<StatState>(operation, { kind: 'consume', f })) all.merge(StatCounter.of(state))
  return all
}

async function bucketCounts(rdd: RDD<number>, buckets: readonly number[], evenly: boolean): Promise<number[]> {
  const f: FunctionRef = { builtin: 'histogram', args: { buckets, evenly } }
  const counts = new Array<number>(buckets.length - 1).fill(0)
  for (const part of await rdd.runSink<number[]>('histogram', { kind: 'consume', f })) {
    for (let i = 0; i < counts.length; i++) (counts[i] as number) += part[i] as number
  }
  return counts
}

function evenBounds(min: number, max: number, count: number): number[] {
  const bounds = Array.from({ length: count }, (_, i) => min + ((max - min) * i) / count)
  return [...bounds, max]
}

function checkedBuckets(buckets: readonly number[]): readonly number[] {
  const accepted = 'at least two ascending numbers'
  if (!Array.isArray(buckets) || buckets.length < 2) refuse('histogram', 'buckets', buckets, accepted)
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i] as unknown
    if (typeof bucket !== 'number' || Number.isNaN(bucket)) refuse('histogram', `buckets[${i}]`, bucket, 'a number')
    if (i > 0 && (bucket as number) < (buckets[i - 1] as number)) refuse('histogram', 'buckets', buckets, accepted)
  }
  return buckets
}
