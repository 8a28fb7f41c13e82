import { estimateDistinct, mergeSketches, type Sketch } from '../pipeline/index.js'
import type { AnyRdd } from './any-rdd.js'
import {
  type BoundedDouble,
  CountEvaluator,
  GroupedCountEvaluator,
  MeanEvaluator,
  type PartialResult,
  runApproximateJob,
  SumEvaluator,
} from './approximate/index.js'
import { checkedPrecision, refuse } from './argument.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { TreeActions } from './tree-actions.js'

const withNull: CapturedFunction = { ref: { builtin: 'withNull' }, closures: [] }
const one: CapturedFunction = { ref: { builtin: 'one' }, closures: [] }

/**
 * Actions that answer within a time, or within an error. Those with a `timeout` (milliseconds) tell what they know when it is over, from the
 * tasks that have ended by then, as bounds that hold with probability `confidence`; their jobs go on.
 */
export abstract class ApproximateActions<T> extends TreeActions<T> {
  /** How many records there are. */
  async countApprox(timeout: number, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    checkConfidence('countApprox', confidence)
    await this.prepare()
    const evaluator = new CountEvaluator(this.numPartitions, confidence)
    const job = { operation: 'countApprox', sink: { kind: 'count' }, closures: [] } as const
    return runApproximateJob(this as unknown as AnyRdd, job, { evaluator, timeout })
  }

  /** How often each record is there. */
  async countByValueApprox(timeout: number, confidence = 0.95): Promise<PartialResult<Map<T, BoundedDouble>>> {
    return groupedCounts<T>(this as unknown as RDD<T>, 'countByValueApprox', { timeout, confidence })
  }

  /** How many pairs each key has. */
  async countByKeyApprox<K, V>(
    this: RDD<[K, V]>,
    timeout: number,
    confidence = 0.95,
  ): Promise<PartialResult<Map<K, BoundedDouble>>> {
    return groupedCounts<K>(this.keys(), 'countByKeyApprox', { timeout, confidence })
  }

  /** The sum of numbers. */
  async sumApprox(this: RDD<number>, timeout: number, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    checkConfidence('sumApprox', confidence)
    await this.prepare()
    const evaluator = new SumEvaluator(this.numPartitions, confidence)
    return runApproximateJob(this as AnyRdd, statistics('sumApprox'), { evaluator, timeout })
  }

  /** The arithmetic mean of numbers. */
  async meanApprox(this: RDD<number>, timeout: number, confidence = 0.95): Promise<PartialResult<BoundedDouble>> {
    checkConfidence('meanApprox', confidence)
    await this.prepare()
    const evaluator = new MeanEvaluator(this.numPartitions, confidence)
    return runApproximateJob(this as AnyRdd, statistics('meanApprox'), { evaluator, timeout })
  }

  /**
   * About how many distinct records there are, by HyperLogLog: the smaller the relative standard deviation `relativeSD`, above 0.000017, the
   * more memory it takes (0.05: half a kilobyte, 0.001: a megabyte).
   */
  async countApproxDistinct(relativeSD = 0.05): Promise<number> {
    const precision = checkedPrecision('countApproxDistinct', relativeSD)
    const f = { builtin: 'sketch', args: { precision } }
    const sketches = await this.runSink<Sketch>('countApproxDistinct', { kind: 'consume', f })
    const merged = sketches.reduce<Sketch>((a, b) => mergeSketches(a, b, precision), [])
    return Math.round(estimateDistinct(merged, precision))
  }
}

function statistics(operation: string) {
  return { operation, sink: { kind: 'consume', f: { builtin: 'stats', args: { operation } } }, closures: [] } as const
}

async function groupedCounts<K>(
  keys: RDD<K>,
  operation: string,
  options: { readonly timeout: number; readonly confidence: number },
): Promise<PartialResult<Map<K, BoundedDouble>>> {
  checkConfidence(operation, options.confidence)
  await keys.prepare()
  const evaluator = new GroupedCountEvaluator<K>(keys.numPartitions, options.confidence)
  const ones = keys.oneToOne<[K, null]>(operation, 'map', withNull).oneToOne(operation, 'mapValues', one)
  const add = { builtin: 'add' }
  const sink = { kind: 'combine', combiner: { mergeValue: add, mergeCombiners: add } } as const
  const job = { operation, sink, closures: [] }
  return runApproximateJob(ones as AnyRdd, job, { evaluator, timeout: options.timeout })
}

function checkConfidence(operation: string, confidence: number): void {
  if (!(confidence >= 0 && confidence <= 1)) refuse(operation, 'confidence', confidence, 'a number from 0 to 1')
}
