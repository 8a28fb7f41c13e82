/** An estimate and the range in which the true value lies with probability `confidence`. */
export class BoundedDouble {
  readonly mean: number
  readonly confidence: number
  readonly low: number
  readonly high: number

  constructor(mean: number, confidence: number, low: number, high: number) {
    this.mean = mean
    this.confidence = confidence
    this.low = low
    this.high = high
  }

  toString(): string {
    return `[${this.low.toFixed(3)}, ${this.high.toFixed(3)}]`
  }
}
