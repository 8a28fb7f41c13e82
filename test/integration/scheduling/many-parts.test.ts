import { describe, expect, test } from 'vitest'
import { withContext } from '../../kit/with-context.js'

describe.each([
  ['in one process', 'local[2]', {}],
  ['read from the disk', 'local-cluster[2,1,512]', {}],
  ['fetched over the network', 'local-cluster[2,1,512]', { 'spark.shuffle.readHostLocalDisk': false }],
])('a shuffle of a great many parts, %s', (_how, master, conf) => {
  test('gives every record once where most parts are empty', () =>
    withContext(
      master,
      async ({ sc }) => {
        const records = Array.from({ length: 500 }, (_, i): [number, number] => [i, i])
        const summed = sc.parallelize([...records, ...records], 20).reduceByKey((a, b) => a + b, 20_000)
        expect(summed.getNumPartitions()).toBe(20_000)
        const pairs = await summed.coalesce(4).collect()
        expect(pairs.sort(([a], [b]) => a - b)).toEqual(records.map(([key, n]) => [key, 2 * n]))
      },
      { conf },
    ))

  test('gives every record once where most parts are full, told in several messages', () =>
    withContext(
      master,
      async ({ sc }) => {
        const numMaps = 200
        const numParts = 3_000
        const maps = Array.from({ length: numMaps }, (_, map) => map)
        const pairs = sc
          .parallelize(maps, numMaps)
          .flatMap((map) => Array.from({ length: numParts }, (_, key): [number, number] => [key, map]))
        // All parts are written; reading a few says as much as reading all.
        const some = Array.from({ length: 30 }, (_, i) => i * 100)
        const read = await sc.runJob(pairs.partitionBy(numParts), (part) => [...part], some)
        const byKey = new Map<number, number[]>()
        for (const [key, map] of read.flat()) byKey.set(key, [...(byKey.get(key) ?? []), map])
        expect(byKey.size).toBeGreaterThan(10)
        for (const found of byKey.values()) expect(found.sort((a, b) => a - b)).toEqual(maps)
      },
      { conf },
    ))
})
