import { type SparkContext, StorageLevel } from 'firesteel'
import { expect, test } from 'vitest'
import { eventually } from '../../kit/eventually.js'
import { signalExecutor } from '../../kit/processes.js'
import { withContext } from '../../kit/with-context.js'

const threeExecutors = 'local-cluster[3,1,512]'
const partitions = 6
const perPartition = 200
const all = partitions * perPartition
const sum = (all * (all - 1)) / 2

const levels = {
  DISK_ONLY_2: StorageLevel.DISK_ONLY_2,
  DISK_ONLY_3: StorageLevel.DISK_ONLY_3,
  MEMORY_ONLY_2: StorageLevel.MEMORY_ONLY_2,
  MEMORY_ONLY_SER_2: StorageLevel.MEMORY_ONLY_SER_2,
  MEMORY_AND_DISK_2: StorageLevel.MEMORY_AND_DISK_2,
  MEMORY_AND_DISK_SER_2: StorageLevel.MEMORY_AND_DISK_SER_2,
}

/** A persisted RDD of numbers, every partition of it cached; the accumulator says how many records were ever computed. */
async function cached(sc: SparkContext, level: StorageLevel) {
  const computed = sc.longAccumulator('computed')
  const rdd = sc.range(0, all, 1, partitions).map((n) => {
    computed.add(1)
    return n
  })
  rdd.persist(level)
  expect(await rdd.count()).toBe(all)
  const holders = (partition: number) => sc.runtime.storage.master.locations(`rdd_${rdd.id}_${partition}`)
  const copies = () => rdd.partitions.map((_, partition) => holders(partition).length)
  const total = () => rdd.reduce((a, b) => a + b)
  return { rdd, computed, holders, copies, total }
}

const executorIds = (sc: SparkContext) => [...sc.getExecutorMemoryStatus().keys()]

function threeRegistered(sc: SparkContext) {
  return eventually('three registered executors', () => executorIds(sc).length === 3)
}

/** Kills an executor, and waits until the driver knows. */
async function killExecutor(sc: SparkContext, executorId: string): Promise<void> {
  const executor = [...sc.runtime.backend.executors].find(({ id }) => id === executorId)
  signalExecutor(executor!.info.pid, 'SIGKILL')
  await eventually(`the loss of executor ${executorId}`, () => !executorIds(sc).includes(executorId), { intervalMs: 1 })
}

test.each(Object.entries(levels))('every partition of %s is on as many executors as it says', async (_, level) => {
  await withContext(threeExecutors, async ({ sc }) => {
    await threeRegistered(sc)
    const { rdd, computed, holders, total } = await cached(sc, level)
    for (let partition = 0; partition < partitions; partition++) {
      const found = holders(partition)
      expect(new Set(found.map(({ executorId }) => executorId)).size).toBe(level.replication)
      for (const { memoryBytes, diskBytes } of found) {
        expect({ inMemory: memoryBytes > 0, onDisk: diskBytes > 0 }).toEqual({
          inMemory: level.useMemory,
          onDisk: !level.useMemory,
        })
      }
    }
    // The first copy's holder dies: whoever has another one gives it.
    await killExecutor(sc, holders(0)[0]!.executorId)
    expect(await total()).toBe(sum)
    expect(computed.value).toBe(all)
    await rdd.unpersist(true)
    expect(sc.getRDDStorageInfo()).toEqual([])
  })
})

test('lost copies are made anew on an executor that has none, from the ones that are left', async () => {
  await withContext(threeExecutors, async ({ sc }) => {
    await threeRegistered(sc)
    const { computed, holders, copies, total } = await cached(sc, StorageLevel.MEMORY_AND_DISK_SER_2)
    const lost = holders(0)[0]!.executorId
    await killExecutor(sc, lost)
    await eventually('two copies of each', () => copies().every((count) => count === 2))
    for (let partition = 0; partition < partitions; partition++) {
      expect(new Set(holders(partition).map(({ executorId }) => executorId)).size).toBe(2)
    }
    // They are whole: each of the two that were left may now go, too.
    await threeRegistered(sc)
    await killExecutor(sc, holders(0)[0]!.executorId)
    expect(await total()).toBe(sum)
    expect(computed.value).toBe(all)
  })
})

test('partitions whose last copy is lost are computed again, no others, and are replicated again', async () => {
  const conf = { 'spark.storage.replication.proactive': false }
  await withContext(
    threeExecutors,
    async ({ sc }) => {
      for (const level of [StorageLevel.DISK_ONLY_2, StorageLevel.MEMORY_ONLY_SER_2]) {
        await threeRegistered(sc)
        const { rdd, computed, holders, copies, total } = await cached(sc, level)
        const [first, second] = holders(0)
        await killExecutor(sc, first!.executorId)
        await threeRegistered(sc)
        expect(await total()).toBe(sum)
        // Nobody was asked to make the lost copies anew.
        expect(copies()).toContain(1)
        await killExecutor(sc, second!.executorId)
        const lost = copies().filter((count) => count === 0).length
        expect(lost).toBeGreaterThan(0)
        await threeRegistered(sc)
        expect(await total()).toBe(sum)
        expect(computed.value).toBe(all + lost * perPartition)
        expect(copies()[0]).toBe(2)
        await rdd.unpersist(true)
      }
    },
    { conf },
  )
})
