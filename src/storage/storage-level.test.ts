import { describe, expect, it } from 'vitest'
import { StorageLevel } from './storage-level.js'

const names = [
  'NONE',
  'DISK_ONLY',
  'DISK_ONLY_2',
  'DISK_ONLY_3',
  'MEMORY_ONLY',
  'MEMORY_ONLY_2',
  'MEMORY_ONLY_SER',
  'MEMORY_ONLY_SER_2',
  'MEMORY_AND_DISK',
  'MEMORY_AND_DISK_2',
  'MEMORY_AND_DISK_SER',
  'MEMORY_AND_DISK_SER_2',
  'OFF_HEAP',
] as const

describe('StorageLevel', () => {
  it('has one instance for each combination', () => {
    expect(StorageLevel.of({ useMemory: true, deserialized: true })).toBe(StorageLevel.MEMORY_ONLY)
    expect(new Set(names.map((name) => StorageLevel[name])).size).toBe(names.length)
  })

  it('is found by its name, and by its description', () => {
    for (const name of names) {
      expect(StorageLevel.fromString(name)).toBe(StorageLevel[name])
      expect(StorageLevel.parse(name)).toBe(StorageLevel[name])
      expect(StorageLevel.parse(StorageLevel[name].description)).toBe(StorageLevel[name])
    }
    const own = StorageLevel.of({ useMemory: true, replication: 7 })
    expect(StorageLevel.parse(own.description)).toBe(own)
  })

  it('reads as in Spark', () => {
    expect(String(StorageLevel.MEMORY_ONLY)).toBe('StorageLevel(memory, deserialized, 1 replicas)')
    expect(String(StorageLevel.OFF_HEAP)).toBe('StorageLevel(disk, memory, offheap, 1 replicas)')
    expect(StorageLevel.MEMORY_AND_DISK_2.description).toBe('Disk Memory Deserialized 2x Replicated')
    expect(StorageLevel.OFF_HEAP.description).toBe('Disk Memory (off heap) Serialized 1x Replicated')
    expect(StorageLevel.NONE.description).toBe('Serialized 1x Replicated')
  })

  it('refuses what cannot be', () => {
    expect(() => StorageLevel.of({ useMemory: true, replication: 0 })).toThrow('FS_STORAGE_LEVEL')
    expect(() => StorageLevel.of({ useMemory: true, replication: 40 })).toThrow('from 1 to 39')
    expect(() => StorageLevel.of({ useOffHeap: true, useMemory: true, deserialized: true })).toThrow('off-heap')
    expect(() => StorageLevel.fromString('MEMORY')).toThrow('MEMORY_ONLY')
  })
})
