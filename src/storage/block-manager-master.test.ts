import { describe, expect, it } from 'vitest'
import { BlockManagerMaster } from './block-manager-master.js'
import type { BlockStatus } from './block-store.js'
import { StorageLevel } from './storage-level.js'

function setUp(executors = 3) {
  const master = new BlockManagerMaster({ seed: 1 })
  for (let i = 0; i < executors; i++) {
    const executorId = String(i)
    master.addExecutor({ executorId, host: `h${i}`, address: { host: `h${i}`, port: 1 }, maxMemoryBytes: 1_000 })
  }
  const at = (block: string, memoryBytes: number, more: Partial<BlockStatus> = {}): BlockStatus => ({
    block,
    level: StorageLevel.MEMORY_ONLY,
    memoryBytes,
    diskBytes: 0,
    ...more,
  })
  const holders = (block: string) => master.locations(block).map((location) => location.executorId)
  return { master, at, holders }
}

describe('BlockManagerMaster', () => {
  it('knows who has a block, in which slot, those with it in memory first', () => {
    const { master, at, holders } = setUp()
    master.update('0', at('rdd_1_0', 0, { diskBytes: 5 }))
    master.update('2', at('rdd_1_0', 5, { slot: 1 }))
    expect(master.locations('rdd_1_0')).toMatchObject([
      { executorId: '2', host: 'h2', slot: 1, memoryBytes: 5 },
      { executorId: '0', host: 'h0', diskBytes: 5 },
    ])
    master.update('2', at('rdd_1_0', 0))
    expect(holders('rdd_1_0')).toEqual(['0'])
    expect(holders('rdd_9_9')).toEqual([])
  })

  it('sums up RDDs and executors', () => {
    const { master, at } = setUp(2)
    master.update('0', at('rdd_10_0', 5))
    master.update('1', at('rdd_10_0', 5))
    master.update('1', at('rdd_10_1', 0, { diskBytes: 7 }))
    master.update('1', at('rdd_2_0', 1))
    master.update('1', at('broadcast_3', 100))
    const level = StorageLevel.MEMORY_ONLY
    expect(master.rddSummaries()).toEqual([
      { rdd: 2, level, cachedPartitions: 1, memoryBytes: 1, diskBytes: 0 },
      { rdd: 10, level, cachedPartitions: 2, memoryBytes: 10, diskBytes: 7 },
    ])
    expect(master.executorMemory()).toEqual([
      { executorId: '0', host: 'h0', maxMemoryBytes: 1_000, memoryBytes: 5, diskBytes: 0 },
      { executorId: '1', host: 'h1', maxMemoryBytes: 1_000, memoryBytes: 106, diskBytes: 7 },
    ])
  })

  it('has an RDD removed everywhere, and what comes late as well, until it is persisted again', () => {
    const { master, at, holders } = setUp(2)
    master.update('0', at('rdd_1_0', 5))
    master.update('0', at('rdd_11_0', 5))
    expect(master.removeRdd(1)).toEqual(
      ['0', '1'].map((executorId) => ({ kind: 'remove', executorId, group: 'rdd_1' })),
    )
    expect([holders('rdd_1_0'), holders('rdd_11_0')]).toEqual([[], ['0']])
    expect(master.update('1', at('rdd_1_3', 5))).toEqual([{ kind: 'remove', executorId: '1', group: 'rdd_1' }])
    master.allowRdd(1)
    expect(master.update('1', at('rdd_1_3', 5))).toEqual([])
    expect(holders('rdd_1_3')).toEqual(['1'])
  })

  it('has replicated blocks copied again when an executor is lost, if anyone is left to copy to', () => {
    const { master, at } = setUp(3)
    const level = StorageLevel.MEMORY_ONLY_2
    master.update('0', at('rdd_1_0', 5, { level }))
    master.update('1', at('rdd_1_0', 5, { level }))
    master.update('0', at('rdd_1_1', 5))
    expect(master.removeExecutor('0', { proactive: true })).toMatchObject([
      { kind: 'replicate', executorId: '1', block: 'rdd_1_0', level, to: [{ executorId: '2' }] },
    ])
    expect(master.removeExecutor('2', { proactive: true })).toEqual([])
    expect(master.removeExecutor('1', { proactive: true })).toEqual([])
    master.assertEmpty()
  })

  it('offers the same candidates for copies each time, and not those who have one', () => {
    const { master, at } = setUp(10)
    const first = master.replicaCandidates('rdd_1_0').map((executor) => executor.executorId)
    expect(first.length).toBe(10)
    expect(master.replicaCandidates('rdd_1_0').map((executor) => executor.executorId)).toEqual(first)
    expect(
      new Set(Array.from({ length: 50 }, (_, i) => master.replicaCandidates(`rdd_1_${i}`)[0]?.executorId)).size,
    ).toBeGreaterThan(6)
    master.update(first[0] as string, at('rdd_1_0', 5))
    expect(master.replicaCandidates('rdd_1_0').map((executor) => executor.executorId)).toEqual(first.slice(1))
  })

  it('ignores news of an executor that is gone', () => {
    const { master, at, holders } = setUp(1)
    master.removeExecutor('0')
    master.update('0', at('rdd_1_0', 5))
    expect(holders('rdd_1_0')).toEqual([])
    master.assertEmpty()
  })

  it('leaks nothing in any order of events', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { master, at } = setUp(5)
      let state = seed
      const random = (n: number) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
        return Math.floor((state / 2 ** 32) * n)
      }
      for (let i = 0; i < 200; i++) {
        const executor = String(random(5))
        const action = random(10)
        if (action < 7)
          master.update(executor, at(`rdd_${random(4)}_${random(6)}`, random(3), { diskBytes: random(2) }))
        else if (action === 7) master.removeRdd(random(4))
        else if (action === 8) master.removeExecutor(executor, { proactive: true })
        else master.addExecutor({ executorId: executor, host: 'h', maxMemoryBytes: 1 })
      }
      for (let i = 0; i < 5; i++) master.removeExecutor(String(i))
      master.assertEmpty()
    }
  })
})
