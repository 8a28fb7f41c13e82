// Runs jobs whose tasks do nothing, one after the other. Arguments: tasks in a job, jobs.
import { SparkContext } from 'firesteel'

const [tasks, jobs] = process.argv.slice(2).map(Number) as [number, number]
const sc = await SparkContext.create({ appName: 'empty tasks' })
const rdd = sc.parallelize(
  Array.from({ length: tasks }, (_, i) => i),
  tasks,
)
for (let job = 1; job <= jobs; job++) {
  const start = performance.now()
  await rdd.foreachPartition(() => {})
  console.log(`metric job_${job}_tasks_per_s ${((tasks / (performance.now() - start)) * 1000).toFixed(1)}`)
}
console.log(`checksum ${rdd.getNumPartitions()} tasks in each of ${jobs} jobs`)
await sc.stop()
