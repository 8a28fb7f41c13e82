import { type SparkContext, StorageLevel } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { withContext } from '../../kit/with-context.js'

const masters = ['local[2]', 'local-cluster[2,1,512]']
const partitions = 4
const perPartition = 500

/** Counted records: the accumulator says how often they were computed. */
function counted(sc: SparkContext) {
  const computed = sc.longAccumulator('computed')
  const rdd = sc.range(0, partitions * perPartition, 1, partitions).map((n) => {
    computed.add(1)
    return { n, text: `record ${n}` }
  })
  return { rdd, computed }
}

const all = partitions * perPartition
const levels = {
  MEMORY_ONLY: StorageLevel.MEMORY_ONLY,
  MEMORY_ONLY_SER: StorageLevel.MEMORY_ONLY_SER,
  MEMORY_AND_DISK: StorageLevel.MEMORY_AND_DISK,
  MEMORY_AND_DISK_SER: StorageLevel.MEMORY_AND_DISK_SER,
  DISK_ONLY: StorageLevel.DISK_ONLY,
  OFF_HEAP: StorageLevel.OFF_HEAP,
}

describe.each(masters)('on %s', (master) => {
  test('every level computes records once and gives them back', async () => {
    await withContext(master, async ({ sc }) => {
      for (const [name, level] of Object.entries(levels)) {
        const { rdd, computed } = counted(sc)
        rdd.persist(level)
        expect(await rdd.count()).toBe(all)
        expect(await rdd.map(({ n }) => n).reduce((a, b) => a + b)).toBe((all * (all - 1)) / 2)
        expect((await rdd.take(1))[0]).toEqual({ n: 0, text: 'record 0' })
        expect({ name, computed: computed.value }).toEqual({ name, computed: all })
        const [info] = sc.getRDDStorageInfo()
        expect(info).toMatchObject({ rdd: rdd.id, level, cachedPartitions: partitions })
        expect({ name, inMemory: (info?.memoryBytes ?? 0) > 0, onDisk: (info?.diskBytes ?? 0) > 0 }).toEqual({
          name,
          inMemory: level.useMemory,
          onDisk: !level.useMemory,
        })
        await rdd.unpersist(true)
        expect(sc.getRDDStorageInfo()).toEqual([])
        expect(await rdd.count()).toBe(all)
        expect({ name, computed: computed.value }).toEqual({ name, computed: 2 * all })
      }
    })
  })

  test('the level of a persisted RDD cannot be changed before it is unpersisted', async () => {
    await withContext(master, async ({ sc }) => {
      const rdd = sc.range(0, 10).persist(StorageLevel.DISK_ONLY)
      expect(() => rdd.cache()).toThrow('FS_RDD_LEVEL_CHANGE')
      expect(rdd.persist(StorageLevel.DISK_ONLY).getStorageLevel()).toBe(StorageLevel.DISK_ONLY)
      expect([...sc.getPersistentRDDs().keys()]).toEqual([rdd.id])
      await rdd.unpersist()
      expect(rdd.getStorageLevel()).toBe(StorageLevel.NONE)
      expect(rdd.cache().getStorageLevel()).toBe(StorageLevel.MEMORY_ONLY)
    })
  })

  test('what does not fit is computed again, or goes to disk, as the level says', async () => {
    // 64 MiB of storage at most; 24 partitions of 4 MiB.
    const conf = { 'spark.driver.memory': '512m', 'spark.memory.fraction': 0.1 }
    await withContext(
      master,
      async ({ sc }) => {
        const large = () => {
          const computed = sc.longAccumulator('partitions')
          const rdd = sc.range(0, 24, 1, 24).map((n) => {
            computed.add(1)
            return Buffer.alloc(4 << 20, n)
          })
          return { rdd, computed }
        }
        const check = async (rdd: ReturnType<typeof large>['rdd']) =>
          expect(await rdd.map((bytes) => bytes[0]!).reduce((a, b) => a + b)).toBe((23 * 24) / 2)
        const memory = large()
        memory.rdd.persist(StorageLevel.MEMORY_ONLY)
        await check(memory.rdd)
        const [held] = sc.getRDDStorageInfo()
        expect(held?.cachedPartitions).toBeGreaterThan(0)
        expect(held?.cachedPartitions).toBeLessThan(24)
        await check(memory.rdd)
        // An RDD never evicts its own partitions: those that were kept stay, only the others are computed again.
        expect(memory.computed.value).toBe(24 + (24 - (held?.cachedPartitions ?? 0)))
        const both = large()
        both.rdd.persist(StorageLevel.MEMORY_AND_DISK)
        await check(both.rdd)
        const info = sc.getRDDStorageInfo().find(({ rdd }) => rdd === both.rdd.id)
        expect(info?.cachedPartitions).toBe(24)
        expect(info?.diskBytes).toBeGreaterThan(0)
        await check(both.rdd)
        expect(both.computed.value).toBe(24)
      },
      { conf },
    )
  })
})
