// Estimates pi from random points in a square. Arguments: points, partitions.
import { SparkContext } from 'firesteel'

const [points, partitions] = process.argv.slice(2).map(Number) as [number, number]
const sc = await SparkContext.create({ appName: 'pi' })
const inside = await sc
  .range(0, points, 1, partitions)
  .filter(() => {
    const x = Math.random() * 2 - 1
    const y = Math.random() * 2 - 1
    return x * x + y * y <= 1
  })
  .count()
// Six standard deviations: a right program misses this about once in 500 million runs.
const error = Math.abs((4 * inside) / points - Math.PI)
console.log(`checksum ${error < (6 * 1.6422) / Math.sqrt(points) ? 'pi' : `off by ${error}`}`)
await sc.stop()
