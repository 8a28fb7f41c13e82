import { describe, expect, it } from 'vitest'
import { FreeIndex } from './free-index.js'
import type { MasterOptions } from './master-options.js'
import { WorkerEntry } from './worker-entry.js'

function worker(id: string, cores: number, memoryMiB: number): WorkerEntry {
  const entry = new WorkerEntry({ id, host: id, port: 1, cores, memoryMiB, webUiUrl: '' })
  entry.state = 'ALIVE'
  entry.peer = `peer of ${id}`
  return entry
}

const take = (entry: WorkerEntry, cores: number) =>
  entry.holdDriver({ driverId: 'd', attempt: cores, cores, memoryMiB: 1, resources: {}, isStale: false, isSeen: false })

describe('FreeIndex', () => {
  it.each<[MasterOptions['workerSelectionPolicy'], string]>([
    ['CORES_FREE_DESC', 'b a c'],
    ['CORES_FREE_ASC', 'c a b'],
    ['MEMORY_FREE_DESC', 'c b a'],
    ['MEMORY_FREE_ASC', 'a b c'],
    ['WORKER_ID', 'a b c'],
  ])('gives workers in the order of %s', (policy, expected) => {
    const index = new FreeIndex(policy)
    const workers = [worker('a', 4, 1000), worker('b', 8, 2000), worker('c', 2, 3000)]
    for (const each of workers) index.update(each)
    expect([...index.inOrder(1)].map(({ id }) => id).join(' ')).toBe(expected)
    expect(
      index
        .sort(workers)
        .map(({ id }) => id)
        .join(' '),
    ).toBe(expected)
  })

  it('follows what is taken, and leaves out what has too few cores', () => {
    const index = new FreeIndex('CORES_FREE_DESC')
    const [a, b] = [worker('a', 4, 1000), worker('b', 8, 1000)]
    for (const each of [a, b]) index.update(each)
    take(b, 7)
    index.update(b)
    expect([...index.inOrder(1)].map(({ id }) => id)).toEqual(['a', 'b'])
    expect([...index.inOrder(2)].map(({ id }) => id)).toEqual(['a'])
  })

  it('holds no worker that is full, away or leaving', () => {
    const index = new FreeIndex('CORES_FREE_DESC')
    const workers = [worker('a', 1, 1000), worker('b', 4, 1000), worker('c', 4, 1000)]
    for (const each of workers) index.update(each)
    const [a, b, c] = workers as [WorkerEntry, WorkerEntry, WorkerEntry]
    take(a, 1)
    b.peer = undefined
    c.state = 'DECOMMISSIONED'
    for (const each of workers) index.update(each)
    expect(index.size).toBe(0)
    expect([...index.inOrder(1)]).toEqual([])
  })
})
