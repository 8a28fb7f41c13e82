/**
 * Estimates pi from points that are spread evenly over a square: the share of them that falls into the circle is pi / 4. The points come
 * from a sequence with low discrepancy, so that the output is the same in each run.
 *
 * Shows: `range`, which sends bounds and no numbers; what a function captures (`phi`) travels with it.
 *
 *     ./bin/run-example pi [slices]
 */
import { SparkContext } from 'firesteel'

await using sc = await SparkContext.create({ appName: 'pi' })

const slices = Number(process.argv[2] ?? 4)
const points = 500_000 * slices
// The plastic number: multiples of its inverse powers fill the square evenly.
const phi = 1.324717957244746

const inside = await sc
  .range(0, points, 1, slices)
  .filter((n) => {
    const x = ((n / phi) % 1) * 2 - 1
    const y = ((n / phi ** 2) % 1) * 2 - 1
    return x * x + y * y <= 1
  })
  .count()

console.log(`pi is about ${((4 * inside) / points).toFixed(3)}, from ${points} points`)
