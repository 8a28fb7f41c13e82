// Groups numbers by key and sums up each group's span. Arguments: pairs, keys, partitions, reducers.
import { SparkContext } from 'firesteel'

const [pairs, keys, partitions, reducers] = process.argv.slice(2).map(Number) as [number, number, number, number]
const sc = await SparkContext.create({ appName: 'group by key' })
const sum = await sc
  .range(0, pairs, 1, partitions)
  .map((i): [number, number] => [(i * 7919) % keys, (i * 104729) % 1000003])
  .groupByKey(reducers)
  .mapValues((values) => {
    let least = Number.POSITIVE_INFINITY
    let greatest = Number.NEGATIVE_INFINITY
    for (const value of values) {
      least = Math.min(least, value)
      greatest = Math.max(greatest, value)
    }
    return greatest - least
  })
  .values()
  .reduce((a, b) => a + b)
console.log(`checksum ${sum}`)
await sc.stop()
