import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { travels } from '../closure/index.js'
import { FiresteelError } from '../common/errors/index.js'
import { createInProcessHub } from '../rpc/index.js'
import { decodeValue } from '../serializer/index.js'
import { BlockStore, DiskStore } from '../storage/index.js'
import { BroadcastClient } from './broadcast-client.js'
import { BroadcastServer } from './broadcast-server.js'

const dirs: string[] = []

afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true })
})

const unlimited = { freeBytes: Number.POSITIVE_INFINITY, tryAcquire: () => true, release: () => undefined }

async function setUp(memory = unlimited) {
  const hub = createInProcessHub()
  const driver = hub.environment({ name: 'driver' })
  const executor = hub.environment({ name: '0' })
  const dir = await mkdtemp(join(tmpdir(), 'firesteel-broadcast-'))
  dirs.push(dir)
  const store = new BlockStore({ memory, disk: new DiskStore({ dirs: [dir], id: '0' }) })
  const { address } = await driver.listen()
  const options = { executorId: '0', rpc: executor, driver: await executor.connect(address), store, timeoutMs: 1_000 }
  const client = new BroadcastClient(options)
  const server = new BroadcastServer({
    rpc: driver,
    removeFromExecutors: async (id) => client.forget(id),
    site: () => 'destroy at app.ts:14',
  })
  return { server, client, store, driver }
}

const codeOf = async (action: () => unknown) => {
  try {
    await action()
    return 'no error'
  } catch (error) {
    return error instanceof FiresteelError ? error.code : String(error)
  }
}

describe('a broadcast', () => {
  it('has its value in the driver, and the same in an executor, in shared memory', async () => {
    const { server, client, store } = await setUp()
    const value = { list: [1, 2, 3], map: new Map([['a', 1n]]) }
    const broadcast = server.broadcast(value)
    expect(broadcast.value).toBe(value)
    const bytes = await client.fetch(broadcast.id)
    expect(decodeValue(bytes)).toEqual(value)
    expect(bytes.buffer instanceof SharedArrayBuffer).toBe(true)
    expect(store.has(`broadcast_${broadcast.id}`)).toBe(true)
    expect(String(broadcast)).toBe('Broadcast(0)')
  })

  it('is kept once per process, and not copied in the process of the driver', async () => {
    const { server, client } = await setUp()
    const broadcast = server.broadcast('x'.repeat(100_000))
    const [first, second] = await Promise.all([client.fetch(broadcast.id), client.fetch(broadcast.id)])
    expect(first?.buffer).toBe(second?.buffer)
    expect((await client.fetch(broadcast.id)).buffer).toBe(first?.buffer)
    expect(server.size).toEqual({ count: 1, bytes: first?.byteLength })
  })

  it('can be fetched again after unpersist', async () => {
    const { server, client, store } = await setUp()
    const broadcast = server.broadcast([1, 2])
    await client.fetch(broadcast.id)
    await broadcast.unpersist(true)
    expect(store.has('broadcast_0')).toBe(false)
    expect(decodeValue(await client.fetch(broadcast.id))).toEqual([1, 2])
  })

  it('is an error to use after destroy, in the driver, in a closure, and on an executor', async () => {
    const { server, client } = await setUp()
    const broadcast = server.broadcast([1, 2])
    expect(broadcast[travels]()).toEqual({ kind: 'broadcast', data: { id: 0 } })
    await broadcast.destroy(true)
    const uses = [
      () => broadcast.value,
      () => broadcast[travels](),
      () => broadcast.unpersist(),
      () => broadcast.destroy(),
    ]
    for (const use of [...uses, () => client.fetch(broadcast.id)])
      expect(await codeOf(use)).toBe('FS_BROADCAST_DESTROYED')
    expect(() => broadcast.value).toThrow('destroy at app.ts:14')
    expect(server.size).toEqual({ count: 0, bytes: 0 })
  })

  it('works when there is no memory for it, from disk', async () => {
    const { server, client, store } = await setUp({ freeBytes: 0, tryAcquire: () => false, release: () => undefined })
    const broadcast = server.broadcast('on disk')
    await client.fetch(broadcast.id)
    expect(store.status('broadcast_0')).toMatchObject({ memoryBytes: 0 })
    const bytes = await client.fetch(broadcast.id)
    expect(decodeValue(bytes)).toBe('on disk')
    expect(bytes.buffer instanceof SharedArrayBuffer).toBe(true)
  })

  it('fails by the cause when the driver is gone', async () => {
    const { server, client, driver } = await setUp()
    const broadcast = server.broadcast(1)
    await driver.close()
    expect(await codeOf(() => client.fetch(broadcast.id))).toBe('FS_RPC_PEER_CLOSED')
  })
})
