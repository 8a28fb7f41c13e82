import { SparkContext } from 'firesteel'

const sc = await SparkContext.create({ appName: 'word count' })      // master and the rest come from spark-submit, conf, or here
const counts = sc.textFile(process.argv[2]!)
  .flatMap((line) => line.split(/\s+/).filter(Boolean))
  .map((word): [string, number] => [word, 1])
  .reduceByKey((a, b) => a + b)
  .sortBy(([word, n]) => [-n, word])
for (const [word, n] of await counts.collect()) console.log(`${word}\t${n}`)
await sc.stop()
