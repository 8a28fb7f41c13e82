/**
 * Groups points into `k` clouds by Lloyd's algorithm.
 *
 * Shows: a broadcast variable for each round's centres, which every executor gets once; typed arrays as records; sums within partitions
 * (`mapPartitions`), so that only a few numbers for each partition come back to the driver.
 *
 *     ./bin/run-example k-means [CSV file with columns x and y] [k]
 */
import { SparkContext } from 'firesteel'

/** Index of the centre that is nearest to a point; centres lie one after another in one array. */
function nearest(point: Float64Array, centres: Float64Array): number {
  let best = 0
  let bestDistance = Number.POSITIVE_INFINITY
  for (let at = 0; at < centres.length; at += 2) {
    const distance = (point[0]! - centres[at]!) ** 2 + (point[1]! - centres[at + 1]!) ** 2
    if (distance < bestDistance) [best, bestDistance] = [at / 2, distance]
  }
  return best
}

await using sc = await SparkContext.create({ appName: 'k-means' })

const path = process.argv[2] ?? `${import.meta.dirname}/data/points.csv`
const k = Number(process.argv[3] ?? 3)
const points = sc
  .csv<{ x: string; y: string }>(path, { header: true })
  .map(({ x, y }) => Float64Array.of(Number(x), Number(y)))
  .cache()

let centres = Float64Array.from((await points.take(k)).flatMap((point) => [...point]))
let moved = Number.POSITIVE_INFINITY
let rounds = 0
for (; moved > 1e-6 && rounds < 50; rounds++) {
  const current = sc.broadcast(centres)
  // For each centre: the sums of x and y, and the number of its points.
  const sums = await points
    .mapPartitions((partition) => {
      const sums = new Float64Array(3 * k)
      for (const point of partition) {
        const at = 3 * nearest(point, current.value)
        sums[at]! += point[0]!
        sums[at + 1]! += point[1]!
        sums[at + 2]! += 1
      }
      return [sums]
    })
    .reduce((a, b) => a.map((sum, i) => sum + b[i]!))
  const next = centres.map((old, i) => {
    const at = 3 * Math.floor(i / 2)
    return sums[at + 2] === 0 ? old : sums[at + (i % 2)]! / sums[at + 2]!
  })
  moved = Math.max(...next.map((value, i) => Math.abs(value - centres[i]!)))
  centres = next
  await current.destroy()
}

const sizes = await points.map((point) => nearest(point, centres)).countByValue()
console.log(`${k} centres after ${rounds} rounds`)
for (let i = 0; i < k; i++) {
  console.log(`(${centres[2 * i]!.toFixed(3)}, ${centres[2 * i + 1]!.toFixed(3)}): ${sizes.get(i) ?? 0} points`)
}
