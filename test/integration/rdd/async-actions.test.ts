import { FutureAction } from 'firesteel'
import { expect, test } from 'vitest'
import { codeOf, onContexts } from './rdd.test-kit.js'

onContexts('actions that can be cancelled', { onCluster: true }, (bench) => {
  test('they give what the plain ones give', async () => {
    const rdd = bench.sc.range(0, 10, 1, 4)
    const collecting = rdd.collectAsync()
    expect(collecting).toBeInstanceOf(FutureAction)
    expect(await collecting).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(collecting.isCompleted).toBe(true)
    expect(collecting.jobIds).toHaveLength(1)
    expect(await rdd.countAsync()).toBe(10)
    const taking = rdd.takeAsync(9)
    expect(await taking).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect(taking.jobIds.length).toBeGreaterThan(1)
  })

  test('foreachAsync calls a function for each record, with many calls in flight', async () => {
    const seen = bench.sc.collectionAccumulator<number>()
    const pause = 20
    await bench.sc.range(0, 40, 1, 2).foreachAsync(
      async (x) => {
        await new Promise((resolve) => setTimeout(resolve, pause))
        seen.add(x)
      },
      { concurrency: 20 },
    )
    expect([...seen.value].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    await bench.sc.range(0, 3).foreachAsync((x) => seen.add(x + 100))
    expect(seen.value).toContain(102)
    const total = bench.sc.longAccumulator()
    await bench.sc.range(0, 10, 1, 2).foreachPartitionAsync((records) => {
      for (const x of records) total.add(x)
    })
    expect(total.value).toBe(45)
  })

  test('cancelling ends the job, and no other follows', async () => {
    const endless = bench.sc.range(0, 4, 1, 4).mapAsync(() => new Promise<never>(() => {}))
    const action = endless.countAsync()
    setTimeout(() => action.cancel('enough'), 300)
    await expect(action).rejects.toThrow('enough')
    expect(await codeOf(action)).toBe('FS_JOB_CANCELLED')
    expect(action.isCancelled).toBe(true)
    const before = bench.sc.range(0, 4).collectAsync()
    before.cancel()
    expect(await codeOf(before)).toBe('FS_JOB_CANCELLED')
    expect(await bench.sc.range(0, 4).count()).toBe(4)
  })
})
