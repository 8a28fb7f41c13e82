/**
 * Learns which side of a line points lie on, by gradient descent.
 *
 * Shows: an iterative job over a cached RDD; `treeAggregate`, which sums the gradients of partitions on executors before the driver adds
 * the last few; the weights of each round travel with the function that captures them.
 *
 *     ./bin/run-example logistic-regression [CSV file with columns x, y and label (0 or 1)] [rounds]
 */
import { SparkContext } from 'firesteel'

interface Example {
  /** The features, and 1 for the intercept. */
  readonly features: readonly number[]
  readonly label: number
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const add = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]!)
const probability = (weights: readonly number[], features: readonly number[]) =>
  1 / (1 + Math.exp(-dot(weights, features)))

await using sc = await SparkContext.create({ appName: 'logistic regression' })

const path = process.argv[2] ?? `${import.meta.dirname}/data/points.csv`
const rounds = Number(process.argv[3] ?? 60)
const examples = sc
  .csv<{ x: string; y: string; label: string }>(path, { header: true })
  .map(({ x, y, label }): Example => ({ features: [Number(x), Number(y), 1], label: Number(label) }))
  .cache()
const count = await examples.count()

const rate = 2
let weights: readonly number[] = [0, 0, 0]
for (let round = 0; round < rounds; round++) {
  const current = weights
  const gradient = await examples.treeAggregate(
    [0, 0, 0] as readonly number[],
    (sum, { features, label }) => {
      const error = probability(current, features) - label
      return add(
        sum,
        features.map((feature) => error * feature),
      )
    },
    add,
  )
  weights = current.map((weight, i) => weight - (rate * gradient[i]!) / count)
}

const final = weights
const right = await examples
  .filter(({ features, label }) => probability(final, features) >= 0.5 === (label === 1))
  .count()
const [a, b, c] = weights.map((weight) => weight.toFixed(2))
console.log(`weights after ${rounds} rounds: x ${a}, y ${b}, intercept ${c}`)
console.log(`${right} of ${count} points are on the right side: ${((100 * right) / count).toFixed(1)} %`)
