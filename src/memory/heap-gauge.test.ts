import { expect, test } from 'vitest'
import { HeapGauge } from './heap-gauge.js'

test('near the limit garbage is collected before it counts, and not again until the heap has grown', () => {
  const heap = { used: 10, live: 10, collections: 0 }
  const gauge = new HeapGauge({
    limitBytes: 100,
    leastRoomBytes: 25,
    read: () => ({ used: heap.used, external: 0 }),
    collect: () => {
      heap.collections++
      heap.used = heap.live
    },
  })
  const sampleAt = (used: number, live: number): number => {
    heap.used = used
    heap.live = live
    return gauge.sample().used
  }
  expect(sampleAt(55, 10)).toBe(55)
  expect(heap.collections).toBe(0)
  expect(sampleAt(90, 70)).toBe(70)
  expect(heap.collections).toBe(1)
  expect(sampleAt(90, 75)).toBe(70) // not collected: what has come since may be garbage
  expect(heap.collections).toBe(1)
  expect(sampleAt(110, 105)).toBe(105)
  expect(sampleAt(120, 20)).toBe(105)
  expect(sampleAt(140, 20)).toBe(20)
  expect(heap.collections).toBe(3)
})
