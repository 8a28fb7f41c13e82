import { expect, test } from 'vitest'
import { onContexts } from './rdd.test-kit.js'

onContexts('local iteration', { onCluster: true }, (bench) => {
  test('records come in order, with and without prefetch', async () => {
    for (const prefetch of [false, true]) {
      const records: number[] = []
      for await (const x of bench.sc.range(0, 10, 1, 4).toLocalIterator(prefetch)) records.push(x)
      expect(records).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    for await (const _ of bench.sc.emptyRDD().toLocalIterator()) expect.unreachable()
  })

  test('leaving early computes no more', async () => {
    const computed = bench.sc.longAccumulator()
    const rdd = bench.sc.range(0, 100, 1, 10).mapPartitions((records) => {
      computed.add(1)
      return records
    })
    for await (const x of rdd.toLocalIterator()) if (x === 15) break
    expect(computed.value).toBe(2)
  })

  test('a failure comes when its partition is wanted', async () => {
    const rdd = bench.sc.range(0, 4, 1, 4).map((x) => {
      if (x === 2) throw new Error('no twos')
      return x
    })
    const seen: number[] = []
    const loop = async (): Promise<void> => {
      for await (const x of rdd.toLocalIterator(true)) seen.push(x)
    }
    await expect(loop()).rejects.toThrow('no twos')
    expect(seen).toEqual([0, 1])
  })
})
