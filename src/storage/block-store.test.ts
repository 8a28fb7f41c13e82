import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import { type BlockStatus, BlockStore, type StorageMemory } from './block-store.js'
import { DiskStore } from './disk-store.js'
import { StorageLevel } from './storage-level.js'

const dirs: string[] = []

afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true })
})

class Budget implements StorageMemory {
  used = 0
  readonly total: number
  constructor(total: number) {
    this.total = total
  }
  get freeBytes(): number {
    return this.total - this.used
  }
  tryAcquire(bytes: number): boolean {
    if (bytes > this.freeBytes) return false
    this.used += bytes
    return true
  }
  release(bytes: number): void {
    this.used -= bytes
  }
}

async function setUp(total = 1_000, folders = 1) {
  const root = await mkdtemp(join(tmpdir(), 'firesteel-storage-'))
  dirs.push(root)
  const local = Array.from({ length: folders }, (_, i) => join(root, String(i)))
  for (const dir of local) await mkdir(dir)
  const memory = new Budget(total)
  const disk = new DiskStore({ dirs: local, id: 'test' })
  const updates: BlockStatus[] = []
  const faults: unknown[] = []
  const store = new BlockStore({
    memory,
    disk,
    onUpdate: (status) => updates.push(status),
    onFault: (error) => faults.push(error),
  })
  return { store, memory, disk, updates, faults, local }
}

const frames = (bytes: number, value = 1) => [
  new Uint8Array(bytes / 2).fill(value),
  new Uint8Array(bytes / 2).fill(value + 1),
]
const memoryOnly = { level: StorageLevel.MEMORY_ONLY }
const both = { level: StorageLevel.MEMORY_AND_DISK }
const diskOnly = { level: StorageLevel.DISK_ONLY }

async function contents(store: BlockStore, block: string): Promise<Uint8Array[] | undefined> {
  const lease = await store.get(block)
  lease?.release()
  return lease?.frames.map((frame) => new Uint8Array(frame))
}

describe('BlockStore', () => {
  it.each([memoryOnly, both, diskOnly])('gives back what was put, in shared memory ($level)', async (options) => {
    const { store, memory, updates } = await setUp()
    const status = await store.put('rdd_1_0', frames(100), options)
    expect(status.memoryBytes + status.diskBytes).toBe(100)
    const lease = await store.get('rdd_1_0')
    expect(lease?.frames).toEqual(frames(100))
    expect(lease?.frames.every((frame) => frame.buffer instanceof SharedArrayBuffer)).toBe(true)
    lease?.release()
    expect(store.remove('rdd_1_0')).toBe(true)
    await store.settled()
    expect([memory.used, store.memoryBytes, store.diskBytes]).toEqual([0, 0, 0])
    expect(updates.at(-1)).toMatchObject({ block: 'rdd_1_0', memoryBytes: 0, diskBytes: 0 })
    expect(await store.get('rdd_1_0')).toBeUndefined()
  })

  it('forgets the block that was not used for longest', async () => {
    const { store, memory } = await setUp(300)
    await store.put('rdd_1_0', frames(100), memoryOnly)
    await store.put('rdd_2_0', frames(100), memoryOnly)
    await store.put('rdd_3_0', frames(100), memoryOnly)
    await contents(store, 'rdd_1_0')
    await store.put('rdd_4_0', frames(100), memoryOnly)
    expect(['rdd_1_0', 'rdd_2_0', 'rdd_3_0', 'rdd_4_0'].map((block) => store.has(block))).toEqual([
      true,
      false,
      true,
      true,
    ])
    expect(memory.used).toBe(300)
  })

  it('moves a block to disk when its level says so, and reads it back', async () => {
    const { store, updates } = await setUp(200)
    await store.put('rdd_1_0', frames(100, 7), both)
    await store.put('rdd_2_0', frames(200), memoryOnly)
    expect(store.status('rdd_1_0')).toMatchObject({ memoryBytes: 0, diskBytes: 100 })
    expect(updates.at(-2)).toMatchObject({ block: 'rdd_1_0', memoryBytes: 0, diskBytes: 100 })
    expect(await contents(store, 'rdd_1_0')).toEqual(frames(100, 7))
    store.remove('rdd_2_0')
    await contents(store, 'rdd_1_0')
    expect(store.status('rdd_1_0')).toMatchObject({ memoryBytes: 100, diskBytes: 100 })
  })

  it('never makes room at the cost of the same RDD, of a block being read, or in vain', async () => {
    const { store } = await setUp(300)
    await store.put('rdd_1_0', frames(100), memoryOnly)
    await store.put('rdd_1_1', frames(100), memoryOnly)
    await store.put('rdd_2_0', frames(100), memoryOnly)
    const lease = await store.get('rdd_2_0')
    expect((await store.put('rdd_1_2', frames(100), memoryOnly)).memoryBytes).toBe(0)
    expect((await store.put('rdd_3_0', frames(400), memoryOnly)).memoryBytes).toBe(0)
    expect(store.memoryBytes).toBe(300)
    lease?.release()
    lease?.release()
    expect((await store.put('rdd_1_2', frames(100), memoryOnly)).memoryBytes).toBe(100)
    expect(store.has('rdd_2_0')).toBe(false)
  })

  it('goes to disk when there is no room in memory and the level allows it', async () => {
    const { store } = await setUp(100)
    expect(await store.put('rdd_1_0', frames(200), both)).toMatchObject({ memoryBytes: 0, diskBytes: 200 })
    expect(await contents(store, 'rdd_1_0')).toEqual(frames(200))
  })

  it('frees what execution asks for, as far as it can', async () => {
    const { store, memory } = await setUp(300)
    await store.put('rdd_1_0', frames(100), memoryOnly)
    await store.put('rdd_1_1', frames(100), both)
    expect(await store.evict(150)).toBe(200)
    expect(memory.used).toBe(0)
    expect(store.status('rdd_1_1')).toMatchObject({ diskBytes: 100 })
    expect(await store.evict(100)).toBe(0)
  })

  it('keeps its books under many puts, reads and removals at once', async () => {
    const { store, memory, disk } = await setUp(500, 2)
    const levels = [memoryOnly, both, diskOnly]
    const work = Array.from({ length: 300 }, async (_, i) => {
      const block = `rdd_${i % 7}_${i % 31}`
      await store.put(block, frames(20 + 2 * (i % 40)), levels[i % 3] ?? both)
      const lease = await store.get(block)
      if (i % 5 === 0) store.remove(block)
      lease?.release()
    })
    await Promise.all(work)
    const held = store.statuses()
    expect(held.reduce((sum, status) => sum + status.memoryBytes, 0)).toBe(store.memoryBytes)
    expect(held.reduce((sum, status) => sum + status.diskBytes, 0)).toBe(store.diskBytes)
    expect(memory.used).toBe(store.memoryBytes)
    for (let rdd = 0; rdd < 7; rdd++) store.removeGroup(`rdd_${rdd}`)
    await store.settled()
    expect([memory.used, store.diskBytes, store.statuses()]).toEqual([0, 0, []])
    await disk.close()
  })

  it('drops a block that was removed while it was being put', async () => {
    const { store, memory } = await setUp()
    const put = store.put('rdd_1_0', frames(100), diskOnly)
    store.removeGroup('rdd_1')
    await put
    await store.settled()
    expect([store.has('rdd_1_0'), memory.used, store.diskBytes]).toEqual([false, 0, 0])
  })

  it('gives up a block whose file was damaged, and says so', async () => {
    const { store, faults, disk } = await setUp()
    const path = disk.nextPath('rdd_1_0')
    await store.put('rdd_1_0', frames(100), diskOnly)
    const bytes = await readFile(path)
    bytes[3] = 99
    await writeFile(path, bytes)
    expect(await store.get('rdd_1_0')).toBeUndefined()
    expect(FiresteelError.is(faults[0], 'FS_STORAGE_BLOCK_CORRUPT')).toBe(true)
    const again = disk.nextPath('rdd_1_0')
    await store.put('rdd_1_0', frames(100), diskOnly)
    await rm(again)
    expect(await store.get('rdd_1_0')).toBeUndefined()
    expect(store.diskBytes).toBe(0)
  })

  it('leaves no folder behind', async () => {
    const { store, local } = await setUp(1_000, 3)
    for (let i = 0; i < 20; i++) await store.put(`rdd_1_${i}`, frames(10), diskOnly)
    expect((await Promise.all(local.map((dir) => readdir(dir)))).flat()).toEqual(Array(3).fill('blockmgr-test'))
    await store.close()
    expect((await Promise.all(local.map((dir) => readdir(dir)))).flat()).toEqual([])
  })
})

describe.skipIf(!existsSync('/dev/full'))('a full disk', () => {
  async function full(disk: DiskStore, block: string) {
    const path = disk.nextPath(block)
    await mkdir(dirname(path), { recursive: true })
    await symlink('/dev/full', path)
  }

  it('is named when a block must go there', async () => {
    const { store, disk } = await setUp()
    await full(disk, 'rdd_1_0')
    const error = await store.put('rdd_1_0', frames(100), diskOnly).catch((e: unknown) => e)
    expect(FiresteelError.is(error, 'FS_STORAGE_DISK_FULL')).toBe(true)
    expect((error as Error).message).toContain('ENOSPC')
    expect([store.has('rdd_1_0'), store.diskBytes]).toEqual([false, 0])
  })

  it('is passed over when another disk has room', async () => {
    const { store, disk } = await setUp(1_000, 2)
    await full(disk, 'rdd_1_0')
    await store.put('rdd_1_0', frames(100), diskOnly)
    expect(await contents(store, 'rdd_1_0')).toEqual(frames(100))
  })

  it('costs an evicted block, and not the one that wanted its room', async () => {
    const { store, disk, faults } = await setUp(100)
    await full(disk, 'rdd_1_0')
    await store.put('rdd_1_0', frames(100), both)
    expect((await store.put('rdd_2_0', frames(100), memoryOnly)).memoryBytes).toBe(100)
    expect([store.has('rdd_1_0'), FiresteelError.is(faults[0], 'FS_STORAGE_DISK_FULL')]).toEqual([false, true])
  })
})
