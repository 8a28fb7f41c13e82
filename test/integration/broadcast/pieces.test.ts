import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { BroadcastClient, BroadcastServer } from '../../../src/broadcast/index.js'
import { FiresteelError } from '../../../src/common/errors/index.js'
import { createNetworkRpc, type RpcEnvironment } from '../../../src/rpc/index.js'
import { decodeValue } from '../../../src/serializer/index.js'
import { BlockStore, DiskStore } from '../../../src/storage/index.js'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function environment(name: string): RpcEnvironment {
  const env = createNetworkRpc({ name, secret: new Uint8Array(32).fill(1), sharedAttachments: true })
  closers.push(() => env.close())
  return env
}

async function cluster(count: number) {
  const dir = await mkdtemp(join(tmpdir(), 'firesteel-broadcast-'))
  closers.push(() => rm(dir, { recursive: true }))
  const driver = environment('driver')
  const clients: BroadcastClient[] = []
  const rpcs: RpcEnvironment[] = []
  const server = new BroadcastServer({
    rpc: driver,
    pieceBytes: 64 << 10,
    removeFromExecutors: async (id) => {
      for (const client of clients) client.forget(id)
    },
  })
  const { address: driverAddress } = await driver.listen()
  const faults: string[] = []
  for (let i = 0; i < count; i++) {
    const rpc = environment(`${i}`)
    const { address } = await rpc.listen()
    const unlimited = { freeBytes: Number.POSITIVE_INFINITY, tryAcquire: () => true, release: () => undefined }
    const store = new BlockStore({ memory: unlimited, disk: new DiskStore({ dirs: [dir], id: `${i}` }) })
    const client = new BroadcastClient({
      executorId: `${i}`,
      rpc,
      driver: await rpc.connect(driverAddress),
      driverAddress,
      address,
      store,
      timeoutMs: 10_000,
      onFault: (_, source) => faults.push(source),
    })
    clients.push(client)
    rpcs.push(rpc)
    closers.push(() => store.close())
  }
  return { server, clients, rpcs, faults }
}

const value = () => Array.from({ length: 300_000 }, (_, i) => `record ${i}`)

describe('pieces of a broadcast', () => {
  it('come from executors once they have them, and the value is the same everywhere', async () => {
    const { server, clients } = await cluster(5)
    const broadcast = server.broadcast(value())
    const pieces = Math.ceil(server.size.bytes / (64 << 10))
    const all = await Promise.all(clients.map((client) => client.fetch(broadcast.id)))
    for (const bytes of all) expect(decodeValue(bytes)).toEqual(broadcast.value)
    expect(pieces).toBeGreaterThan(20)
    expect(server.piecesServed).toBeLessThan(pieces * 3)
  })

  it('all come from others when others have all of them', async () => {
    const { server, clients, faults } = await cluster(3)
    const broadcast = server.broadcast(value())
    await clients[0]?.fetch(broadcast.id)
    const served = server.piecesServed
    await Promise.all([clients[1]?.fetch(broadcast.id), clients[2]?.fetch(broadcast.id)])
    expect(server.piecesServed).toBe(served)
    expect(faults).toEqual([])
  })

  it('come from the driver when the executor that had them is gone', async () => {
    const { server, clients, rpcs, faults } = await cluster(2)
    const broadcast = server.broadcast(value())
    await clients[0]?.fetch(broadcast.id)
    await rpcs[0]?.close()
    expect(decodeValue((await clients[1]?.fetch(broadcast.id)) as Uint8Array)).toEqual(broadcast.value)
    expect(new Set(faults)).toEqual(new Set(['0']))
  })

  it('are fetched again after unpersist, from an executor that no longer has them as well', async () => {
    const { server, clients } = await cluster(2)
    const broadcast = server.broadcast(value())
    await clients[0]?.fetch(broadcast.id)
    clients[0]?.forget(broadcast.id)
    expect(decodeValue((await clients[1]?.fetch(broadcast.id)) as Uint8Array)).toEqual(broadcast.value)
    await broadcast.unpersist(true)
    expect(decodeValue((await clients[0]?.fetch(broadcast.id)) as Uint8Array)).toEqual(broadcast.value)
  })

  it('are refused by name after destroy', async () => {
    const { server, clients } = await cluster(1)
    const broadcast = server.broadcast(value())
    await broadcast.destroy(true)
    const error = await clients[0]?.fetch(broadcast.id).catch((e: unknown) => e)
    expect(FiresteelError.is(error, 'FS_BROADCAST_DESTROYED')).toBe(true)
  })
})
