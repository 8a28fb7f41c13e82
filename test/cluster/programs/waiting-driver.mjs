// A driver whose tasks wait for ever, with data spilled and cached; argv: local folder, master.
import { SparkContext } from 'firesteel'

const [localDir, master] = process.argv.slice(2)
const sc = await SparkContext.create({
  appName: 'waiting',
  master,
  conf: { 'spark.local.dir': localDir, 'spark.task.maxFailures': 1 },
})
const pairs = sc.parallelize([1, 2, 3, 4], 4).map((n) => [n % 2, n])
const sums = pairs.reduceByKey((a, b) => a + b, 2)
await sums.count()
console.log('ready')
await sums
  .map((pair) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return pair
  })
  .collect()
