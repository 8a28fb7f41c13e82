import { describe, expect, it } from 'vitest'
import { type HeapSample, MemoryPool, TaskMemory } from './index.js'

const MB = 1024 * 1024

function setUp(totalBytes = 64 * MB) {
  const pool = MemoryPool.create({ totalBytes })
  const heap: HeapSample & { used: number; external: number } = { used: 0, limit: 1000 * MB, external: 0 }
  let now = 0
  const memory = new TaskMemory({ pool, sampleHeap: () => heap, now: () => now })
  return { pool, heap, memory, pass: (ms: number) => (now += ms) }
}

describe('TaskMemory', () => {
  it('grants until its share is used up', () => {
    const { memory } = setUp()
    expect(memory.acquire(60 * MB)).toBe(60 * MB)
    expect(memory.acquire(10 * MB)).toBe(4 * MB)
    expect(memory.acquire(1)).toBe(0)
    memory.release(30 * MB)
    expect(memory.used).toBe(34 * MB)
    expect(memory.acquire(30 * MB)).toBe(30 * MB)
  })

  it('gives everything back to the pool when it closes', () => {
    const { memory, pool } = setUp()
    memory.acquire(20 * MB + 1)
    expect(pool.executionUsed).toBe(21 * MB)
    memory.close()
    memory.close()
    expect(pool.executionUsed).toBe(0)
    expect(pool.activeTasks).toBe(0)
  })

  it('should spill when another task has started and it holds more than its half', () => {
    const { memory, pool } = setUp()
    memory.acquire(40 * MB)
    expect(memory.shouldSpill()).toBe(false)
    const other = new TaskMemory({ pool, sampleHeap: () => ({ used: 0, limit: 1000 * MB, external: 0 }) })
    expect(memory.shouldSpill()).toBe(true)
    other.close()
    expect(memory.shouldSpill()).toBe(false)
  })

  it('looks at the heap every few milliseconds and spills when it is nearly full', () => {
    const { memory, heap, pass } = setUp()
    expect(memory.shouldSpill()).toBe(false)
    heap.used = 800 * MB
    expect(memory.shouldSpill()).toBe(false)
    pass(5)
    expect(memory.shouldSpill()).toBe(true)
  })

  it('never holds more than the heap of its thread has room for', () => {
    const pool = MemoryPool.create({ totalBytes: 1000 * MB })
    const memory = new TaskMemory({ pool, sampleHeap: () => ({ used: 0, limit: 100 * MB, external: 0 }) })
    expect(memory.limit).toBe(60 * MB)
    expect(memory.acquire(80 * MB)).toBe(60 * MB)
    expect(memory.acquire(1)).toBe(0)
    memory.close()
    expect(pool.executionUsed).toBe(0)
  })

  it('counts buffers outside the heap', () => {
    const { memory, heap } = setUp()
    heap.external = 600 * MB
    expect(memory.shouldSpill()).toBe(true)
  })
})

describe('MemoryReservation', () => {
  it('tells to spill when the pool has not enough', () => {
    const { memory } = setUp()
    const table = memory.reservation()
    expect(table.resize(50 * MB)).toBe(false)
    expect(table.resize(70 * MB)).toBe(true)
    table.spilled(70 * MB, 10 * MB)
    expect(memory.used).toBe(0)
    expect(memory.metrics).toMatchObject({ spills: 1, memoryBytesSpilled: 70 * MB, diskBytesSpilled: 10 * MB })
    expect(table.resize(50 * MB)).toBe(false)
  })

  it('never makes a consumer write crumbs', () => {
    const { memory } = setUp(1 * MB)
    const table = memory.reservation()
    expect(table.resize(MB - 1)).toBe(false)
    expect(table.resize(2 * MB)).toBe(true)
  })

  it('does not spill again for the heap alone before there is something to spill', () => {
    const { memory, heap } = setUp()
    const table = memory.reservation()
    heap.used = 900 * MB
    expect(table.resize(30 * MB)).toBe(true)
    table.spilled(30 * MB, MB)
    expect(table.resize(10 * MB)).toBe(false)
    expect(table.resize(15 * MB)).toBe(true)
  })
})
