/** The state of a `StatCounter` as plain data: count, mean, sum of squared deviations, greatest, least. */
export type StatState = readonly [count: number, mean: number, m2: number, max: number, min: number]

/**
 * Count, mean, variance and extremes of numbers, gathered in one pass and merged without loss of precision (B. P. Welford 1962;
 * T. F. Chan, G. H. Golub and R. J. LeVeque 1979). Spark's class of this name.
 */
export class StatCounter {
  #count = 0
  #mean = 0
  #m2 = 0
  #max = Number.NEGATIVE_INFINITY
  #min = Number.POSITIVE_INFINITY

  constructor(values: Iterable<number> = []) {
    for (const value of values) this.merge(value)
  }

  /** @internal */
  static of(state: StatState): StatCounter {
    const counter = new StatCounter()
    ;[counter.#count, counter.#mean, counter.#m2, counter.#max, counter.#min] = state
    return counter
  }

  /** @internal */
  get state(): StatState {
    return [this.#count, this.#mean, this.#m2, this.#max, this.#min]
  }

  /** Adds a number, or what another counter has seen. */
  merge(other: number | StatCounter): this {
    if (typeof other === 'number') this.#add(other)
    else this.#join(other.state)
    return this
  }

  copy(): StatCounter {
    return StatCounter.of(this.state)
  }

  get count(): number {
    return this.#count
  }

  /** 0 when there is no number. */
  get mean(): number {
    return this.#mean
  }

  get sum(): number {
    return this.#count * this.#mean
  }

  /** -Infinity when there is no number. */
  get max(): number {
    return this.#max
  }

  /** Infinity when there is no number. */
  get min(): number {
    return this.#min
  }

  /** The same as `popVariance`. */
  get variance(): number {
    return this.popVariance
  }

  /** Variance of the numbers taken as the whole population; NaN when there is none. */
  get popVariance(): number {
    return this.#count === 0 ? Number.NaN : this.#m2 / this.#count
  }

  /** Estimate of the variance of what the numbers are a sample of; NaN for fewer than two. */
  get sampleVariance(): number {
    return this.#count <= 1 ? Number.NaN : this.#m2 / (this.#count - 1)
  }

  /** The same as `popStdev`. */
  get stdev(): number {
    return this.popStdev
  }

  get popStdev(): number {
    return Math.sqrt(this.popVariance)
  }

  get sampleStdev(): number {
    return Math.sqrt(this.sampleVariance)
  }

  toString(): string {
    const { count, mean, stdev, max, min } = this
    return `(count: ${count}, mean: ${mean}, stdev: ${stdev}, max: ${max}, min: ${min})`
  }

  #add(value: number): void {
    const delta = value - this.#mean
    this.#count++
    this.#mean += delta / this.#count
    this.#m2 += delta * (value - this.#mean)
    this.#max = Math.max(this.#max, value)
    this.#min = Math.min(this.#min, value)
  }

  #join([count, mean, m2, max, min]: StatState): void {
    if (count === 0) return
    if (this.#count === 0) {
      ;[this.#count, this.#mean, this.#m2, this.#max, this.#min] = [count, mean, m2, max, min]
      return
    }
    const delta = mean - this.#mean
    const total = this.#count + count
    // As Spark does: of two means the one that many more numbers stand behind is moved a little, not the other way round.
    if (count * 10 < this.#count) this.#mean += (delta * count) / total
    else if (this.#count * 10 < count) this.#mean = mean - (delta * this.#count) / total
    else this.#mean = (this.#mean * this.#count + mean * count) / total
    this.#m2 += m2 + (delta * delta * this.#count * count) / total
    this.#count = total
    this.#max = Math.max(this.#max, max)
    this.#min = Math.min(this.#min, min)
  }
}
