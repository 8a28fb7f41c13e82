// Sorts 100-byte lines by their first ten characters into files. Arguments: file, splits, reducers, output folder.
import { SparkContext } from 'firesteel'

const [path, splits, reducers, output] = process.argv.slice(2) as [string, string, string, string]
const sc = await SparkContext.create({ appName: 'sort' })
await sc
  .textFile(path, Number(splits))
  .map((line): [string, string] => [line.slice(0, 10), line.slice(10)])
  .sortByKey(true, Number(reducers))
  .map(([key, payload]) => key + payload)
  .saveAsTextFile(output)
await sc.stop()
