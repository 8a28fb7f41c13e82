import { StatCounter, type StatState } from '../../pipeline/index.js'
import { KeyMap, mapByValue } from '../key-map.js'
import { BoundedDouble } from './bounded-double.js'
import { normalQuantile, poissonQuantile, studentQuantile } from './distributions.js'

/** Merges the results of tasks as they come, and says at any time what can be said by then. */
export interface ApproximateEvaluator<U, R> {
  /** `partition` counts within the partitions of the job. */
  merge(partition: number, taskResult: U): void
  currentResult(): R
}

/** How many of the tasks have been heard of. */
class Progress {
  readonly #total: number
  #merged = 0

  constructor(total: number) {
    this.#total = total
  }

  step(): void {
    this.#merged++
  }

  get isComplete(): boolean {
    return this.#merged === this.#total
  }

  get hasBegun(): boolean {
    return this.#merged > 0
  }

  get part(): number {
    return this.#merged / this.#total
  }
}

/** Counts records; the rest is taken for a Poisson process that goes on as it began. */
export class CountEvaluator implements ApproximateEvaluator<number, BoundedDouble> {
  readonly #progress: Progress
  readonly #confidence: number
  #sum = 0

  constructor(total: number, confidence: number) {
    this.#progress = new Progress(total)
    this.#confidence = confidence
  }

  merge(_partition: number, count: number): void {
    this.#progress.step()
    this.#sum += count
  }

  currentResult(): BoundedDouble {
    return countBound(this.#sum, this.#progress, this.#confidence)
  }
}

/** Counts records by value. */
export class GroupedCountEvaluator<T>
  implements ApproximateEvaluator<readonly [keys: T[], counts: number[]], Map<T, BoundedDouble>>
{
  readonly #progress: Progress
  readonly #confidence: number
  readonly #sums = new KeyMap<T, number>()

  constructor(total: number, confidence: number) {
    this.#progress = new Progress(total)
    this.#confidence = confidence
  }

  merge(_partition: number, [keys, counts]: readonly [T[], number[]]): void {
    this.#progress.step()
    keys.forEach((key, i) => {
      this.#sums.set(key, (this.#sums.get(key) ?? 0) + (counts[i] as number))
    })
  }

  currentResult(): Map<T, BoundedDouble> {
    const bounds = new KeyMap<T, BoundedDouble>()
    for (const [key, sum] of this.#sums) bounds.set(key, countBound(sum, this.#progress, this.#confidence))
    return mapByValue(bounds)
  }
}

function countBound(sum: number, progress: Progress, confidence: number): BoundedDouble {
  if (progress.isComplete) return new BoundedDouble(sum, 1, sum, sum)
  if (!progress.hasBegun || sum === 0) return new BoundedDouble(0, 0, 0, Number.POSITIVE_INFINITY)
  const rest = (sum * (1 - progress.part)) / progress.part
  const low = sum + poissonQuantile((1 - confidence) / 2, rest)
  const high = sum + poissonQuantile((1 + confidence) / 2, rest)
  return new BoundedDouble(sum + rest, confidence, low, high)
}

const unknown = (): BoundedDouble => new BoundedDouble(0, 0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)

/** The mean of numbers; those seen are taken for a sample of all. */
export class MeanEvaluator implements ApproximateEvaluator<StatState, BoundedDouble> {
  readonly #progress: Progress
  readonly #confidence: number
  readonly #counter = new StatCounter()

  constructor(total: number, confidence: number) {
    this.#progress = new Progress(total)
    this.#confidence = confidence
  }

  merge(_partition: number, state: StatState): void {
    this.#progress.step()
    this.#counter.merge(StatCounter.of(state))
  }

  currentResult(): BoundedDouble {
    const { count, mean, sampleVariance } = this.#counter
    if (this.#progress.isComplete) return new BoundedDouble(mean, 1, mean, mean)
    if (count === 0) return unknown()
    const reach = count === 1 ? Number.POSITIVE_INFINITY : Math.sqrt(sampleVariance / count)
    return bounded(mean, reach, { count, confidence: this.#confidence })
  }
}

/** The sum of numbers: the estimated mean times the estimated count. */
export class SumEvaluator implements ApproximateEvaluator<StatState, BoundedDouble> {
  readonly #progress: Progress
  readonly #confidence: number
  readonly #counter = new StatCounter()
  #sum = 0

  constructor(total: number, confidence: number) {
    this.#progress = new Progress(total)
    this.#confidence = confidence
  }

  merge(_partition: number, state: StatState): void {
    this.#progress.step()
    const part = StatCounter.of(state)
    this.#sum += part.sum
    this.#counter.merge(part)
  }

  currentResult(): BoundedDouble {
    const { count, mean, sampleVariance } = this.#counter
    if (this.#progress.isComplete) return new BoundedDouble(this.#sum, 1, this.#sum, this.#sum)
    if (count === 0) return unknown()
    const { part } = this.#progress
    const countEstimate = count / part
    const meanVariance = sampleVariance / count
    const countVariance = (count * (1 - part)) / (part * part)
    // The variance of a product of two independent estimates.
    const variance = mean ** 2 * countVariance + countEstimate ** 2 * meanVariance + meanVariance * countVariance
    const reach = count === 1 ? Number.POSITIVE_INFINITY : Math.sqrt(variance)
    return bounded(mean * countEstimate, reach, { count, confidence: this.#confidence })
  }
}

/** `deviations` of the estimate to both sides, as many as the confidence asks for. */
function bounded(
  estimate: number,
  deviation: number,
  options: { readonly count: number; readonly confidence: number },
): BoundedDouble {
  const { count, confidence } = options
  if (deviation === Number.POSITIVE_INFINITY) return new BoundedDouble(estimate, confidence, -deviation, deviation)
  const p = (1 + confidence) / 2
  const factor = count > 100 ? normalQuantile(p) : studentQuantile(p, count - 1)
  return new BoundedDouble(estimate, confidence, estimate - factor * deviation, estimate + factor * deviation)
}
