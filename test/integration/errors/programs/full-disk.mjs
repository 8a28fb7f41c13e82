// Shuffles more than the disk under spark.local.dir holds, then runs a small job; argv: local folder, master.
import { readdirSync } from 'node:fs'
import { SparkContext } from 'firesteel'

const [localDir, master] = process.argv.slice(2)
const conf = { 'spark.local.dir': localDir, 'spark.shuffle.compress': false, 'spark.task.maxFailures': 2 }
const sc = await SparkContext.create({ appName: 'full disk', master, conf })
const large = sc
  .parallelize([...Array(8).keys()], 8)
  .flatMap((n) => Array.from({ length: 1000 }, (_, i) => [n * 1000 + i, `${Math.random()}`.repeat(100)]))
const error = await large
  .groupByKey(4)
  .count()
  .then(
    () => ({}),
    (thrown) => thrown,
  )
const next = await sc.parallelize([1, 2, 3], 2).sum()
await sc.stop()
console.log(JSON.stringify({ code: error.code, message: error.message, next, left: readdirSync(localDir) }))
