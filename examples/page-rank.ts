/**
 * PageRank over the links of a small site: pages that important pages link to are important.
 *
 * Shows: partitioner reuse. `links` is partitioned once, and kept. The ranks are partitioned alike, since `reduceByKey` is given the same partitioner and
 * `mapValues` keeps it; so the join of each round moves nothing, and the only shuffle is that of the contributions.
 *
 *     ./bin/run-example page-rank [file with `from to` on each line] [rounds]
 */
import { HashPartitioner, SparkContext } from 'firesteel'

await using sc = await SparkContext.create({ appName: 'page rank' })

const path = process.argv[2] ?? `${import.meta.dirname}/data/web-graph.txt`
const rounds = Number(process.argv[3] ?? 10)
const partitioner = new HashPartitioner(4)

const links = sc
  .textFile(path)
  .map((line) => line.split(' ') as [from: string, to: string])
  .distinct()
  .groupByKey(partitioner)
  .setName('links')
  .cache()

let ranks = links.mapValues(() => 1)
for (let round = 0; round < rounds; round++) {
  ranks = links
    .join(ranks)
    .values()
    .flatMap(([targets, rank]) => targets.map((page): [string, number] => [page, rank / targets.length]))
    .reduceByKey((a, b) => a + b, partitioner)
    .mapValues((sum) => 0.15 + 0.85 * sum)
}

const best = await ranks.takeOrdered(8, ([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
for (const [page, rank] of best) console.log(`${rank.toFixed(3)} ${page}`)
