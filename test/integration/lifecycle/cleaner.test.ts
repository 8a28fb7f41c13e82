import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type SparkContext, StorageLevel } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Collects garbage until something is as it should be once it is gone. */
function afterCollection(what: string, look: () => boolean): Promise<boolean> {
  return eventually(what, () => {
    collectGarbage()
    return look()
  })
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
}

const leftovers = (sc: SparkContext) => sc.runtime.shell.leftovers

describe.each(['local[2]', 'local-cluster[2,1,512]'])('on %s', (master) => {
  test('shuffles, cached blocks and broadcasts of what nothing refers to are removed', async () => {
    await withContext(master, async ({ sc, localDir }) => {
      const run = async () => {
        const broadcast = sc.broadcast({ factor: 2 })
        const rdd = sc
          .range(0, 100, 1, 4)
          .map((n): [number, number] => [n % 5, n * broadcast.value.factor])
          .reduceByKey((a, b) => a + b)
          .persist(StorageLevel.DISK_ONLY)
        expect(await rdd.count()).toBe(5)
        expect(filesBelow(localDir).filter((name) => name.startsWith('shuffle_')).length).toBeGreaterThan(0)
        expect(sc.getRDDStorageInfo().length).toBe(1)
      }
      await run()
      await afterCollection('an empty folder', () => filesBelow(localDir).length === 0)
      await afterCollection('no cached RDD', () => sc.getRDDStorageInfo().length === 0)
      expect(sc.getPersistentRDDs().size).toBe(0)
      expect(leftovers(sc)).toEqual({ jobs: 0, stages: 0, commits: 0, metrics: 0, running: 0, shuffles: 0 })
    })
  })

  test('what an RDD that is still there needs is kept', async () => {
    await withContext(master, async ({ sc }) => {
      const make = () => {
        const broadcast = sc.broadcast([10, 20, 30])
        const cached = sc.range(0, 30, 1, 3).cache()
        return cached.map((n): [number, number] => [n % 3, broadcast.value[n % 3]!]).reduceByKey((a, b) => a + b)
      }
      const rdd = make()
      await rdd.count()
      for (let i = 0; i < 3; i++) {
        collectGarbage()
        await sleep(20)
      }
      expect(leftovers(sc).shuffles).toBe(1)
      expect(sc.getRDDStorageInfo().length).toBe(1)
      const sums = await rdd.map((pair) => pair).collectAsMap()
      expect([sums.get(0), sums.get(1), sums.get(2)]).toEqual([100, 200, 300])
      // Not even a stage that was never run before misses the broadcast.
      expect(await rdd.mapValues((n) => n + 1).count()).toBe(3)
    })
  })

  test('hundreds of iterations leave nothing behind, and memory stays flat', async () => {
    await withContext(master, async ({ sc, localDir }) => {
      const base = sc.range(0, 200, 1, 2).map((n): [number, number] => [n % 10, n])
      const iterate = async (times: number) => {
        let total = 0
        for (let i = 0; i < times; i++) {
          const step = sc.broadcast(i)
          const counter = sc.longAccumulator(`counter ${i}`)
          const sums = base
            .map(([key, n]): [number, number] => {
              counter.add(1)
              return [key, n + step.value]
            })
            .reduceByKey((a, b) => a + b)
            .cache()
          total += await sums.count()
          if (i % 20 === 19) collectGarbage()
        }
        return total
      }
      const settled = async () => {
        await afterCollection('clean folders', () => filesBelow(localDir).length <= 2)
        await afterCollection('clean blocks', () => sc.getRDDStorageInfo().length <= 1)
        return process.memoryUsage().heapUsed
      }
      await iterate(40)
      const before = await settled()
      expect(await iterate(200)).toBe(2000)
      const after = await settled()
      expect(leftovers(sc)).toMatchObject({ jobs: 0, stages: 0, commits: 0, metrics: 0, running: 0 })
      expect(leftovers(sc).shuffles).toBeLessThanOrEqual(1)
      expect(sc.getPersistentRDDs().size).toBeLessThanOrEqual(1)
      expect((after - before) / 1048576).toBeLessThan(6)
    })
  })
})

test('after a checkpoint, what the RDD was made from is cleaned up while it lives on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'firesteel-checkpoint-'))
  const conf = { 'spark.cleaner.referenceTracking.cleanCheckpoints': true }
  await withContext(
    'local[2]',
    async ({ sc, localDir }) => {
      sc.setCheckpointDir(folder)
      const run = async () => {
        const rdd = sc
          .range(0, 50, 1, 1)
          .map((n): [number, number] => [n % 5, n])
          .reduceByKey((a, b) => a + b)
        rdd.checkpoint()
        expect(await rdd.count()).toBe(5)
        await afterCollection('the shuffles before it to be removed', () => leftovers(sc).shuffles === 0)
        expect(filesBelow(localDir)).toEqual([])
        expect(await rdd.keys().collect()).toEqual([0, 1, 2, 3, 4])
        expect(filesBelow(folder).length).toBeGreaterThan(0)
      }
      await run()
      await sc
        .range(0, 4)
        .map((n) => n)
        .collect()
      await afterCollection('the checkpoint to be removed', () => filesBelow(folder).length === 0)
    },
    { conf },
  )
  rmSync(folder, { recursive: true })
})

test('nothing is removed when reference tracking is off', async () => {
  await withContext(
    'local[2]',
    async ({ sc }) => {
      await sc
        .range(0, 10, 1, 2)
        .keyBy((n) => n % 2)
        .reduceByKey((a) => a)
        .cache()
        .count()
      for (let i = 0; i < 3; i++) {
        collectGarbage()
        await sleep(20)
      }
      expect(leftovers(sc).shuffles).toBe(1)
      expect(sc.getRDDStorageInfo().length).toBe(1)
    },
    { conf: { 'spark.cleaner.referenceTracking': false } },
  )
})
