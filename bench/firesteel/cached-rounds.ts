// Fits y = slope * x by gradient descent over cached points. Arguments: points, rounds, partitions.
import { SparkContext } from 'firesteel'

const [n, rounds, partitions] = process.argv.slice(2).map(Number) as [number, number, number]
const sc = await SparkContext.create({ appName: 'cached rounds' })
const points = sc
  .range(0, n, 1, partitions)
  .map((i): [number, number] => {
    const x = (i % 1000) / 1000
    return [x, 3 * x + (((i * 7919) % 1000) - 499.5) / 10000]
  })
  .cache()
let slope = 0
for (let round = 1; round <= rounds; round++) {
  const start = performance.now()
  const current = slope
  const gradient = await points.map(([x, y]) => (current * x - y) * x).reduce((a, b) => a + b)
  slope -= gradient / n
  console.log(`metric round_${round}_s ${((performance.now() - start) / 1000).toFixed(4)}`)
}
// Partial sums arrive in any order, so the last digits differ from run to run.
console.log(`checksum slope=${slope.toFixed(6)}`)
await sc.stop()
