// Counts words: how many distinct ones, how many in all, the ten most frequent. Arguments: file, splits, reducers.
import { SparkContext } from 'firesteel'

const [path, splits, reducers] = process.argv.slice(2) as [string, string, string]
const sc = await SparkContext.create({ appName: 'word count' })
const counts = sc
  .textFile(path, Number(splits))
  .flatMap((line) => line.split(' '))
  .map((word): [string, number] => [word, 1])
  .reduceByKey((a, b) => a + b, Number(reducers))
const distinct = await counts.count()
const total = await counts.values().reduce((a, b) => a + b)
const top = await counts.takeOrdered(10, ([word, n], [otherWord, otherN]) => otherN - n || (word < otherWord ? -1 : 1))
console.log(`checksum distinct=${distinct} total=${total} top=${top.map(([word, n]) => `${word}:${n}`).join(',')}`)
await sc.stop()
