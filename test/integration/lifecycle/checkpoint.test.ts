import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HashPartitioner, StorageLevel } from 'firesteel'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventually, failureOf } from '../../kit/eventually.js'
import { executorsOf, signalExecutor } from '../../kit/processes.js'
import { withContext } from '../../kit/with-context.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-checkpoint-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe.each(['local[2]', 'local-cluster[2,1,512]'])('on %s', (master) => {
  test('a checkpoint is written after the first job, cuts the lineage, and is read from then on', async () => {
    await withContext(master, async ({ sc, events }) => {
      const computed = sc.longAccumulator()
      sc.setCheckpointDir(join(folder, 'checkpoints'))
      const sums = sc
        .range(0, 100, 1, 4)
        .map((n): [number, number] => {
          computed.add(1)
          return [n % 7, n]
        })
        .reduceByKey((a, b) => a + b, 3)
      const expected = await sums
        .map(([k, v]) => k * 1000 + v)
        .sortBy((n) => n)
        .collect()
      const marked = sums.map((pair) => pair).filter(() => true)
      marked.checkpoint()
      expect([marked.isCheckpointed, marked.getCheckpointFile()]).toEqual([false, undefined])
      const before = events.all('jobStart').length
      expect(await marked.count()).toBe(7)
      await eventually('two jobs', () => events.all('jobStart').length === before + 2)
      expect(marked.isCheckpointed).toBe(true)
      const written = marked.getCheckpointFile()!
      expect(written).toBe(`${sc.getCheckpointDir()}/rdd-${marked.id}`)
      expect(readdirSync(written).sort()).toEqual(['_SUCCESS', 'part-00000', 'part-00001', 'part-00002'])
      expect(marked.dependencies).toEqual([])
      const seen = computed.value
      expect(
        await marked
          .map(([k, v]) => k * 1000 + v)
          .sortBy((n) => n)
          .collect(),
      ).toEqual(expected)
      expect(computed.value).toBe(seen)
    })
  })

  test('a partitioner survives, so that no further shuffle is needed', async () => {
    await withContext(master, async ({ sc }) => {
      sc.setCheckpointDir(folder)
      const pairs = sc
        .parallelize([1, 2, 3, 4, 5].map((n): [number, string] => [n, `v${n}`]))
        .partitionBy(new HashPartitioner(3))
      pairs.checkpoint()
      await pairs.count()
      expect(readdirSync(pairs.getCheckpointFile()!)).toContain('_partitioner')
      expect(pairs.partitioner?.numPartitions).toBe(3)
      const summed = pairs.reduceByKey((a, b) => a + b)
      expect(summed.toDebugString()).not.toContain('+-')
      expect((await summed.collect()).length).toBe(5)
      const again = sc.checkpointFile<[number, string]>(pairs.getCheckpointFile()!)
      expect(again.partitioner?.equals(new HashPartitioner(3))).toBe(true)
      expect((await again.lookup(4))[0]).toBe('v4')
      expect(() => sc.checkpointFile(join(folder, 'absent'))).toThrow('FS_IO_')
    })
  })

  test('a local checkpoint keeps partitions on the executors and cuts the lineage', async () => {
    await withContext(master, async ({ sc }) => {
      const computed = sc.longAccumulator()
      const rdd = sc
        .range(0, 40, 1, 4)
        .map((n) => {
          computed.add(1)
          return n * 2
        })
        .localCheckpoint()
      expect([rdd.isLocallyCheckpointed, rdd.isCheckpointed]).toEqual([true, false])
      expect(rdd.getStorageLevel()).toBe(StorageLevel.MEMORY_AND_DISK)
      expect(await rdd.count()).toBe(40)
      expect([rdd.isCheckpointed, rdd.getCheckpointFile(), rdd.dependencies]).toEqual([true, undefined, []])
      expect(await rdd.reduce((a, b) => a + b)).toBe(1560)
      expect(computed.value).toBe(40)
      await rdd.unpersist(true)
      expect((await failureOf(rdd.count())).message).toMatch(/FS_RDD_CHECKPOINT_LOST.*partition \d of RDD \d+ is lost/)
    })
  })
})

test('jobs that run while a checkpoint is made end right', async () => {
  await withContext('local[2]', async ({ sc }) => {
    sc.setCheckpointDir(folder)
    const slow = sc.range(0, 400, 1, 40).map(async (n) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return [n % 5, 1] as [number, number]
    })
    const rdd = slow.reduceByKey((a, b) => a + b, 20).mapValues((n) => n)
    rdd.checkpoint()
    const results = await Promise.all(Array.from({ length: 6 }, () => rdd.map(([, n]) => n).collect()))
    for (const result of results) expect(result).toEqual([80, 80, 80, 80, 80])
    expect(rdd.isCheckpointed).toBe(true)
  })
})

test('of marked RDDs above each other only the last is written, unless all are asked for', async () => {
  await withContext('local[1]', async ({ sc }) => {
    sc.setCheckpointDir(folder)
    const make = () => {
      const below = sc.range(0, 4).map((n) => n)
      below.checkpoint()
      const above = below.map((n) => n)
      above.checkpoint()
      return { below, above }
    }
    const some = make()
    await some.above.count()
    expect([some.below.isCheckpointed, some.above.isCheckpointed]).toEqual([false, true])
    const all = make()
    await sc.withLocalProperties({ 'spark.checkpoint.checkpointAllMarkedAncestors': 'true' }, () => all.above.count())
    expect([all.below.isCheckpointed, all.above.isCheckpointed]).toEqual([true, true])
  })
})

test('checkpoints are refused without a directory, after a job, and where nothing can be written', async () => {
  await withContext('local[1]', async ({ sc }) => {
    const rdd = sc.range(0, 4).map((n) => n)
    expect(() => rdd.checkpoint()).toThrow('FS_RDD_CHECKPOINT_DIR')
    sc.setCheckpointDir(folder)
    await rdd.map((n) => n).count()
    expect(() => rdd.checkpoint()).toThrow(/FS_RDD_CHECKPOINT_LATE.*checkpoint\(\) of map RDD/)
    expect(() => rdd.localCheckpoint()).toThrow('FS_RDD_CHECKPOINT_LATE')
    writeFileSync(join(folder, 'file'), '')
    expect(() => sc.setCheckpointDir(join(folder, 'file/below'))).toThrow('FS_IO_NOT_WRITABLE')
    expect(() => sc.setCheckpointDir('ftp://host/x')).toThrow('FS_IO_SCHEME')
  })
})

test.skipIf(process.platform === 'win32')(
  'a checkpoint that cannot be written fails the action, and the next job tries again',
  async () => {
    await withContext('local[1]', async ({ sc }) => {
      const base = join(folder, 'blocked')
      mkdirSync(base)
      sc.setCheckpointDir(base)
      const rdd = sc.range(0, 4).map((n) => n)
      rdd.checkpoint()
      // Where its folder is to be, there is a file.
      writeFileSync(sc.getCheckpointDir()!, '')
      expect((await failureOf(rdd.count())).message).toContain('FS_IO_')
      expect(rdd.isCheckpointed).toBe(false)
      rmSync(sc.getCheckpointDir()!)
      expect(await rdd.count()).toBe(4)
      expect(rdd.isCheckpointed).toBe(true)
    })
  },
)

test('a local checkpoint that was lost with its executor is an error that says so', async () => {
  await withContext('local-cluster[2,1,512]', async ({ sc }) => {
    const pids = await executorsOf(2)
    await eventually('two registered executors', () => sc.getExecutorMemoryStatus().size === 2)
    const rdd = sc.range(0, 8, 1, 8).localCheckpoint()
    await rdd.count()
    signalExecutor(pids[0]!, 'SIGKILL')
    signalExecutor(pids[1]!, 'SIGKILL')
    const error = await failureOf(rdd.count())
    expect(error.message).toContain('FS_RDD_CHECKPOINT_LOST')
  })
})

test('spark.checkpoint.dir is the directory from the start', async () => {
  const conf = { 'spark.checkpoint.dir': folder, 'spark.checkpoint.compress': true }
  await withContext(
    'local[1]',
    async ({ sc }) => {
      const rdd = sc.range(0, 4)
      rdd.checkpoint()
      expect([await rdd.sum(), await rdd.sum(), rdd.isCheckpointed]).toEqual([6, 6, true])
    },
    { conf },
  )
})
