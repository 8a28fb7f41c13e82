import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createInProcessHub, type RpcEnvironment, type RpcPeer } from '../rpc/index.js'
import { BlockManager } from './block-manager.js'
import { BlockManagerMaster } from './block-manager-master.js'
import { BlockMasterService } from './block-master-service.js'
import type { StorageMemory } from './block-store.js'
import { StorageLevel } from './storage-level.js'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function budget(total: number): StorageMemory {
  let used = 0
  return {
    get freeBytes() {
      return total - used
    },
    tryAcquire(bytes) {
      if (used + bytes > total) return false
      used += bytes
      return true
    },
    release(bytes) {
      used -= bytes
    },
  }
}

interface Executor {
  manager: BlockManager
  rpc: RpcEnvironment
  kill(): Promise<void>
}

/** A driver and executors in one process, joined as they would be by sockets. */
async function cluster(count: number, memory = 100_000_000) {
  const root = await mkdtemp(join(tmpdir(), 'firesteel-blocks-'))
  closers.push(() => rm(root, { recursive: true }))
  const hub = createInProcessHub()
  const driver = hub.environment({ name: 'driver' })
  const master = new BlockManagerMaster({ seed: 5 })
  const peers = new Map<string, RpcPeer>()
  const service = new BlockMasterService({ master, rpc: driver, peerOf: (id) => peers.get(id), timeoutMs: 1_000 })
  driver.onPeer((peer) => peers.set(peer.name, peer))
  const faults: unknown[] = []
  const { address } = await driver.listen()
  const executors: Executor[] = []
  for (let i = 0; i < count; i++) {
    const executorId = `${i}`
    const rpc = hub.environment({ name: executorId })
    const server = await rpc.listen()
    const dir = join(root, executorId)
    await mkdir(dir)
    const manager = new BlockManager({
      executorId,
      rpc,
      driver: await rpc.connect(address),
      memory: budget(memory),
      localDirs: [dir],
      timeoutMs: 1_000,
      retryWaitMs: 1,
      onFault: (error) => faults.push(error),
    })
    master.addExecutor({ executorId, host: `host${i}`, address: server.address, maxMemoryBytes: memory })
    const kill = async () => {
      await rpc.close()
      peers.delete(executorId)
      service.removeExecutor(executorId, { proactive: true })
    }
    executors.push({ manager, rpc, kill })
    closers.push(() => manager.close())
  }
  return { master, service, executors, faults, root }
}

const frames = (...sizes: number[]) => sizes.map((size, i) => new Uint8Array(size).map((_, j) => (i + j * 7) & 255))
const settle = async () => {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve))
}
const at = (executors: Executor[], i: number) => (executors[i] as Executor).manager
const holders = (executors: Executor[], block: string) =>
  executors.flatMap((executor, i) => (executor.manager.store.has(block) ? [i] : []))

describe('BlockManager', () => {
  it('serves blocks of every shape to other executors, from memory and from disk', async () => {
    const { executors } = await cluster(2)
    const shapes = [
      frames(),
      frames(0),
      frames(1, 0, 3),
      frames(3_000_000, 5, 1 << 20),
      frames(...Array(5_000).fill(3)),
    ]
    for (const [i, shape] of shapes.entries()) {
      for (const level of ['MEMORY_ONLY', 'DISK_ONLY']) {
        const block = `rdd_${i}_${level.length}`
        expect(await at(executors, 0).put(block, { level, batches: shape, slot: 0 })).toBe(true)
        await settle()
        const fetched = await at(executors, 1).get(block)
        const text = (frame: Uint8Array) => Buffer.from(frame).toString('base64')
        expect(fetched?.map(text)).toEqual(shape.map(text))
        expect(fetched?.every((frame) => frame.buffer instanceof SharedArrayBuffer)).toBe(true)
      }
    }
  })

  it('tells the driver what it has, with the slot that made it', async () => {
    const { executors, master } = await cluster(1)
    await at(executors, 0).put('rdd_1_0', { level: 'MEMORY_AND_DISK', batches: frames(10), slot: 3 })
    await settle()
    expect(master.locations('rdd_1_0')).toMatchObject([{ executorId: '0', slot: 3, memoryBytes: 10, diskBytes: 0 }])
    expect(master.rddSummaries()).toMatchObject([{ rdd: 1, level: StorageLevel.MEMORY_AND_DISK, cachedPartitions: 1 }])
  })

  it('puts copies on other executors, chosen in the same way each time', async () => {
    const { executors, master, faults } = await cluster(4)
    for (let i = 0; i < 8; i++)
      await at(executors, 0).put(`rdd_1_${i}`, { level: 'MEMORY_ONLY_2', batches: frames(100) })
    const three = { level: StorageLevel.DISK_ONLY_3, batches: frames(100) }
    await at(executors, 1).put('rdd_2_0', three)
    await settle()
    const chosen = Array.from({ length: 8 }, (_, i) => holders(executors, `rdd_1_${i}`))
    expect(chosen.every((it) => it.length === 2 && it[0] === 0)).toBe(true)
    expect(new Set(chosen.map((it) => it[1])).size).toBeGreaterThan(1)
    expect(holders(executors, 'rdd_2_0').length).toBe(3)
    expect(master.locations('rdd_2_0').length).toBe(3)
    expect(faults).toEqual([])
  })

  it('does without a copy when nobody else is there', async () => {
    const { executors } = await cluster(1)
    expect(await at(executors, 0).put('rdd_1_0', { level: 'MEMORY_ONLY_2', batches: frames(100) })).toBe(true)
    expect(holders(executors, 'rdd_1_0')).toEqual([0])
  })

  it('finds the other copy when an executor is lost, and a new copy is made', async () => {
    const { executors, master } = await cluster(3)
    await at(executors, 0).put('rdd_1_0', { level: 'MEMORY_ONLY_2', batches: frames(1_000) })
    await settle()
    const [, second] = holders(executors, 'rdd_1_0')
    await executors[0]?.kill()
    await settle()
    const third = 3 - (second as number)
    expect(
      master
        .locations('rdd_1_0')
        .map((location) => location.executorId)
        .sort(),
    ).toEqual(['1', '2'])
    expect(await at(executors, third).get('rdd_1_0')).toEqual(frames(1_000))
  })

  it('goes on to the next holder when one is gone but not yet known to be, and gives up in the end', async () => {
    const { executors, faults } = await cluster(3)
    for (const i of [0, 1]) await at(executors, i).put('rdd_1_0', { level: 'MEMORY_ONLY', batches: frames(10) })
    await settle()
    await executors[0]?.rpc.close()
    expect(await at(executors, 2).get('rdd_1_0')).toEqual(frames(10))
    await executors[1]?.rpc.close()
    expect(await at(executors, 2).get('rdd_1_0')).toBeUndefined()
    expect(faults.length).toBeGreaterThan(0)
    expect(await at(executors, 2).get('rdd_9_9')).toBeUndefined()
  })

  it('asks again nowhere when the holder has evicted the block meanwhile', async () => {
    const { executors, master } = await cluster(2)
    const level = StorageLevel.MEMORY_ONLY
    master.update('0', { block: 'rdd_1_0', level, memoryBytes: 5, diskBytes: 0 })
    expect(await at(executors, 1).get('rdd_1_0')).toBeUndefined()
  })

  it('forgets an RDD everywhere, and what is put of it afterwards', async () => {
    const { executors, service, master, root } = await cluster(2)
    for (const i of [0, 1]) await at(executors, i).put(`rdd_1_${i}`, { level: 'DISK_ONLY', batches: frames(10) })
    await at(executors, 0).put('rdd_2_0', { level: 'MEMORY_ONLY', batches: frames(10) })
    await settle()
    await service.removeRdd(1)
    const files = (await readdir(root, { recursive: true })).filter((file) => file.includes('rdd_'))
    expect(files).toEqual([])
    expect(master.rddSummaries().map((summary) => summary.rdd)).toEqual([2])
    await at(executors, 1).put('rdd_1_5', { level: 'MEMORY_ONLY', batches: frames(10) })
    await settle()
    expect(holders(executors, 'rdd_1_5')).toEqual([])
  })

  it('says that there was no room', async () => {
    const { executors } = await cluster(1, 100)
    expect(await at(executors, 0).put('rdd_1_0', { level: 'MEMORY_ONLY', batches: frames(200) })).toBe(false)
    expect(await at(executors, 0).put('rdd_1_0', { level: 'NONE', batches: frames(20) })).toBe(false)
  })
})
