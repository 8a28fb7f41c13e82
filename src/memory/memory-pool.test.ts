import { describe, expect, it } from 'vitest'
import { MemoryPool, unifiedMemoryBytes } from './index.js'

const MB = 1024 * 1024

describe('MemoryPool', () => {
  it('grants a lone task all of the memory', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB })
    pool.taskStarted()
    expect(pool.acquireExecution(200 * MB, 0)).toBe(100 * MB)
    expect(pool.freeBytes).toBe(0)
  })

  it('holds each of two tasks to a half', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB })
    pool.taskStarted()
    pool.taskStarted()
    expect(pool.acquireExecution(80 * MB, 0)).toBe(50 * MB)
    expect(pool.acquireExecution(80 * MB, 0)).toBe(50 * MB)
    expect(pool.acquireExecution(1 * MB, 50 * MB)).toBe(0)
  })

  it('guarantees a newcomer half of its share even when others hold all', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB })
    pool.taskStarted()
    pool.acquireExecution(100 * MB, 0)
    pool.taskStarted()
    expect(pool.taskLimit).toBe(50 * MB)
    expect(pool.acquireExecution(50 * MB, 0)).toBe(25 * MB)
  })

  it('lets storage borrow what execution leaves free, and no more', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB })
    expect(pool.acquireStorage(90 * MB)).toBe(true)
    expect(pool.acquireStorage(20 * MB)).toBe(false)
    expect(pool.storageUsed).toBe(90 * MB)
  })

  it('has storage evicted down to its region and no further', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB, storageFraction: 0.4 })
    pool.acquireStorage(90 * MB)
    pool.taskStarted()
    const asked: number[] = []
    const granted = pool.acquireExecution(80 * MB, 0, (bytes) => {
      asked.push(bytes)
      pool.releaseStorage(bytes)
    })
    expect(asked).toEqual([50 * MB])
    expect(granted).toBe(60 * MB)
    expect(pool.storageUsed).toBe(40 * MB)
  })

  it('leaves a wish for other threads where nothing could be evicted here', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB })
    pool.acquireStorage(100 * MB)
    pool.taskStarted()
    expect(pool.acquireExecution(30 * MB, 0)).toBe(25 * MB)
    expect(pool.evictionWanted).toBe(30 * MB)
    pool.releaseStorage(20 * MB)
    expect(pool.evictionWanted).toBe(10 * MB)
    pool.releaseStorage(30 * MB)
    expect(pool.evictionWanted).toBe(0)
  })

  it('is one pool in every thread that attaches to its buffer', () => {
    const pool = MemoryPool.create({ totalBytes: 100 * MB, slots: 2 })
    const other = MemoryPool.attach(pool.buffer)
    other.taskStarted()
    other.acquireExecution(10 * MB, 0)
    other.report(1, { execution: 10 * MB, heap: 30 * MB, external: 5 * MB })
    expect(pool.executionUsed).toBe(10 * MB)
    expect(pool.slotUse(1)).toEqual({ execution: 10 * MB, heap: 30 * MB, external: 5 * MB })
    pool.slotLost(1)
    expect(other.executionUsed).toBe(0)
    expect(other.activeTasks).toBe(0)
  })
})

describe('unifiedMemoryBytes', () => {
  it('keeps 300 MB back, or a quarter of a small process', () => {
    expect(unifiedMemoryBytes(1300 * MB, 0.6)).toBe(600 * MB)
    expect(unifiedMemoryBytes(400 * MB, 0.5)).toBe(150 * MB)
  })
})
