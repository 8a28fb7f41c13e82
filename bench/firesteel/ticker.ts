// Runs short tasks that each add a line "pid milliseconds" to a file. Arguments: file, tasks, milliseconds of each.
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SparkContext } from 'firesteel'

const [file, tasks, pause] = process.argv.slice(2) as [string, string, string]
const [count, milliseconds] = [Number(tasks), Number(pause)]
const sc = await SparkContext.create({ appName: 'ticker' })
const elements = Array.from({ length: count }, (_, i) => i)
await sc.parallelize(elements, count).foreach(async () => {
  appendFileSync(file, `${process.pid} ${Date.now()}\n`)
  await sleep(milliseconds)
})
console.log(`checksum ${count} tasks`)
await sc.stop()
