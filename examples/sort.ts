/**
 * Sorts the requests of an access log, the largest responses first, and writes them to a folder if one is given.
 *
 * Shows: `sortBy`, whose partitions are ranges: everything in a partition comes before everything in the next, so that the part files, one
 * after the other, are the sorted whole. A key that is an array sorts by its elements. `saveAsTextFile` shows all files at once or none.
 *
 *     ./bin/run-example sort [access log] [output folder, which must not exist]
 */
import { SparkContext } from 'firesteel'

/** Bytes that were sent; none for `-`. */
function bytesOf(line: string): number {
  return Number(/ (\d+)$/.exec(line)?.[1] ?? 0)
}

await using sc = await SparkContext.create({ appName: 'sort' })

const input = process.argv[2] ?? `${import.meta.dirname}/data/access-log.txt`
const output = process.argv[3]
const sorted = sc
  .textFile(input)
  .sortBy((line) => [-bytesOf(line), line], true, 3)
  .cache()

for (const line of await sorted.take(5)) console.log(line)

// The last key of each partition, and the first of the next: never the wrong way round.
const ends = await sorted
  .mapPartitions((lines) => {
    const sizes = Array.from(lines, bytesOf)
    return sizes.length === 0 ? [] : [{ first: sizes[0]!, last: sizes.at(-1)!, count: sizes.length }]
  })
  .collect()
const isOrdered = ends.every(({ first }, i) => i === 0 || first <= ends[i - 1]!.last)
const total = ends.reduce((sum, { count }) => sum + count, 0)
console.log(`${total} lines in ${ends.length} ranges, ${isOrdered ? 'in order' : 'OUT OF ORDER'}`)

if (output !== undefined) await sorted.saveAsTextFile(output)
