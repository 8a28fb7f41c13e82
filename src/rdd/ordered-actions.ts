import { FiresteelError } from '../common/errors/index.js'
import { compareKeys } from '../common/key/index.js'
import { type FunctionRef, seededRandom, sortRecords } from '../pipeline/index.js'
import { Actions } from './actions.js'
import { checkSeed, refuse } from './argument.js'
import type { RDD } from './rdd.js'
import type { CapturedFunction } from './rdd-context.js'
import { randomSeed } from './sampling.js'
import type { Comparator } from './wide-operations.js'

/** Actions that need an order of the records: that of a comparator, or their natural one (see `compareKeys`). */
export abstract class OrderedActions<T> extends Actions<T> {
  /** The greatest record; the first of several. @throws FS_RDD_EMPTY */
  async max(compare?: Comparator<T>): Promise<T> {
    return this.#extreme('max', true, compare)
  }

  /** The least record; the first of several. @throws FS_RDD_EMPTY */
  async min(compare?: Comparator<T>): Promise<T> {
    return this.#extreme('min', false, compare)
  }

  /** The `n` greatest records, greatest first. They must fit in the driver's memory. */
  async top(n: number, compare?: Comparator<T>): Promise<T[]> {
    return this.#firstInOrder('top', n, { reverse: true, compare })
  }

  /** The `n` least records in order. They must fit in the driver's memory. */
  async takeOrdered(n: number, compare?: Comparator<T>): Promise<T[]> {
    return this.#firstInOrder('takeOrdered', n, { reverse: false, compare })
  }

  /**
   * `n` random records, without replacement each one at most once. They must fit in the driver's memory. Counts the records first, then samples
   * a little more than wanted. Default seed: a random one.
   */
  async takeSample(withReplacement: boolean, n: number, seed: number = randomSeed()): Promise<T[]> {
    const operation = 'takeSample'
    if (!Number.isInteger(n) || n < 0) refuse(operation, 'n', n, 'an integer from 0')
    checkSeed(operation, seed)
    if (n === 0) return []
    const random = seededRandom(seed)
    const count = (await this.runSink<number>(operation, { kind: 'count' })).reduce((a, b) => a + b, 0)
    if (count === 0) return []
    if (!withReplacement && n >= count) return shuffledBy(random, await this.#sampled(this as unknown as RDD<T>))
    const fraction = fractionFor(n, count, withReplacement)
    for (;;) {
      const sample = await this.#sampled(this.sample(withReplacement, fraction, Math.floor(random() * 2 ** 32)))
      if (sample.length >= n) return shuffledBy(random, sample).slice(0, n)
    }
  }

  async #sampled(rdd: RDD<T>): Promise<T[]> {
    return (await rdd.runSink<T[]>('takeSample', { kind: 'collect' })).flat(1) as T[]
  }

  async #extreme(operation: string, reverse: boolean, compare: Comparator<T> | undefined): Promise<T> {
    const captured = this.#captured(compare, operation)
    const f: FunctionRef = { builtin: 'firstOf', args: { operation, reverse }, functions: captured.functions }
    const parts = await this.runSink<T[]>(operation, { kind: 'reduce', f }, captured)
    const values = parts.flat(1) as T[]
    if (values.length === 0) throw new FiresteelError('FS_RDD_EMPTY', { operation })
    const order = inOrder(compare, reverse)
    return values.reduce((a, b) => (order(b, a) < 0 ? b : a))
  }

  async #firstInOrder(
    operation: string,
    n: number,
    options: { readonly reverse: boolean; readonly compare: Comparator<T> | undefined },
  ): Promise<T[]> {
    const { reverse, compare } = options
    if (!Number.isInteger(n) || n < 0) refuse(operation, 'n', n, 'an integer from 0')
    const captured = this.#captured(compare, operation)
    if (n === 0) return []
    const f: FunctionRef = { builtin: 'takeOrdered', args: { n, operation, reverse }, functions: captured.functions }
    const records = (await this.runSink<T[]>(operation, { kind: 'consume', f }, captured)).flat(1) as T[]
    sortRecords(records, inOrder(compare, reverse) as (a: unknown, b: unknown) => number)
    return records.slice(0, n)
  }

  #captured(
    compare: Comparator<T> | undefined,
    operation: string,
  ): { functions: FunctionRef[]; closures: CapturedFunction['closures'] } {
    if (compare === undefined) return { functions: [], closures: [] }
    const { ref, closures } = this.context.capture(compare, operation)
    return { functions: [ref], closures }
  }
}

function inOrder<T>(compare: Comparator<T> | undefined, reverse: boolean): Comparator<T> {
  const order = compare ?? compareKeys
  return reverse ? (a, b) => order(b, a) : order
}

/** A fraction that gives at least `n` of `count` records in all but one of ten thousand samples, as in Spark. */
function fractionFor(n: number, count: number, withReplacement: boolean): number {
  if (withReplacement) return (n + 9 * Math.sqrt(n) + 9) / count
  const gamma = -Math.log(1e-4) / count
  const fraction = n / count
  return Math.min(1, Math.max(1e-10, fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction)))
}

/** R. A. Fisher and F. Yates's shuffle, in place. */
function shuffledBy<T>(random: () => number, records: T[]): T[] {
  for (let i = records.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const record = records[i] as T
    records[i] = records[j] as T
    records[j] = record
  }
  return records
}
