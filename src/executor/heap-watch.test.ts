import { expect, test } from 'vitest'
import { HeapWatch, type WatchedSlot } from './heap-watch.js'

const mib = 1048576

/** A watch over slots whose state the test sets; `overflows` are the tasks that were ended. */
function watched(slots: (Pick<WatchedSlot, 'slot' | 'taskId'> & { looks: number; heap?: number; heard?: number })[]) {
  const state = { processBytes: 0, overflows: [] as { task: number; bytes: number }[] }
  const watch = new HeapWatch({
    intervalMs: 100,
    slotLimitBytes: 100 * mib,
    growthLimitBytes: 200 * mib,
    processBytes: () => state.processBytes,
    running: () =>
      slots.map(({ slot, taskId, looks, heap, heard = 0 }) => ({
        slot,
        taskId,
        looks,
        runningForMs: 1000,
        reportedHeap: heard,
        heapNow: async () => heap,
      })),
    onOverflow: ({ taskId }, bytes) => state.overflows.push({ task: taskId, bytes }),
  })
  return { watch, state, slots }
}

test('a thread that looks up is left alone, however large its heap is', async () => {
  const { watch, state, slots } = watched([{ slot: 0, taskId: 1, looks: 0, heap: 500 * mib }])
  for (let i = 0; i < 5; i++) {
    ;(slots[0] as { looks: number }).looks++
    await watch.look()
  }
  expect(state.overflows).toEqual([])
})

test('one that does not look up is ended when its heap has passed the limit', async () => {
  const { watch, state, slots } = watched([
    { slot: 0, taskId: 1, looks: 7, heap: 90 * mib },
    { slot: 1, taskId: 2, looks: 7, heap: 101 * mib },
  ])
  await watch.look()
  expect(state.overflows).toEqual([])
  await watch.look()
  expect(state.overflows).toEqual([{ task: 2, bytes: 101 * mib }])
  slots.pop()
  await watch.look()
  expect(state.overflows).toHaveLength(1)
})

test('buffers are no heap: the growth of the process finds them', async () => {
  const { watch, state } = watched([{ slot: 0, taskId: 1, looks: 7, heap: 10 * mib }])
  await watch.look()
  state.processBytes = 300 * mib
  await watch.look()
  expect(state.overflows).toEqual([{ task: 1, bytes: 300 * mib }])
})

test('where heaps cannot be looked into, the growth of the process since it last looked up counts', async () => {
  const { watch, state } = watched([
    { slot: 0, taskId: 1, looks: 7, heard: 30 * mib },
    { slot: 1, taskId: 2, looks: 7, heard: 60 * mib },
  ])
  state.processBytes = 1000 * mib
  await watch.look()
  state.processBytes = 1200 * mib
  await watch.look()
  expect(state.overflows).toEqual([])
  state.processBytes = 1201 * mib
  await watch.look()
  expect(state.overflows).toEqual([{ task: 2, bytes: 201 * mib }])
})
