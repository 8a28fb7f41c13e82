import { createServer as createHttpServer, get } from 'node:http'
import { type AddressInfo, connect as connectRaw, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { FiresteelError } from '../../../src/common/errors/index.js'
import {
  createNetworkRpc,
  type NetworkRpcOptions,
  type Refusal,
  type RpcEnvironment,
  type RpcPeer,
  type RpcServer,
} from '../../../src/rpc/index.js'
import { testCertificate } from './certificate.js'

const secret = new Uint8Array(32).fill(7)
const noDeadline = { timeoutMs: 0 }
const open: RpcEnvironment[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((env) => env.close()))
})

function environment(name: string, options: Partial<NetworkRpcOptions> = {}) {
  const refusals: Refusal[] = []
  const env = createNetworkRpc({ name, secret, onRefused: (refusal) => refusals.push(refusal), ...options })
  open.push(env)
  return { env, refusals }
}

interface Joined {
  driver: RpcEnvironment
  executor: RpcEnvironment
  server: RpcServer
  toDriver: RpcPeer
  toExecutor: RpcPeer
}

async function joined(
  left: Partial<NetworkRpcOptions> = {},
  right: Partial<NetworkRpcOptions> = left,
): Promise<Joined> {
  const { env: driver } = environment('driver', left)
  const { env: executor } = environment('executor', right)
  const accepted = new Promise<RpcPeer>((resolve) => driver.onPeer(resolve))
  const server = await driver.listen()
  const toDriver = await executor.connect(server.address)
  return { driver, executor, server, toDriver, toExecutor: await accepted }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FiresteelError ? error.code : String(error)),
  )

const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FiresteelError ? String(error.details.reason) : String(error)),
  )

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(condition()).toBe(true)
}

const pem = testCertificate()
const transports: [string, Partial<NetworkRpcOptions>][] = [
  ['plain', {}],
  ['without a secret', { secret: undefined }],
  ['encrypted', { encrypt: true }],
  ['TLS', { tls: { ...pem, ca: pem.cert } }],
  ['shared attachments', { sharedAttachments: true }],
  ['encrypted, with shared attachments', { encrypt: true, sharedAttachments: true }],
]

describe.each(transports)('two processes joined by a socket, %s', (_, options) => {
  it('ask each other, know each other by name, and say goodbye', async () => {
    const { driver, executor, toDriver, toExecutor, server } = await joined(options)
    driver.register('math', { double: ({ body }) => ({ body: (body as number) * 2 }) })
    executor.register('text', { upper: async ({ body }) => ({ body: (body as string).toUpperCase() }) })
    expect([toDriver.name, toExecutor.name]).toEqual(['driver', 'executor'])
    expect(toDriver.address).toBe(`127.0.0.1:${server.address.port}`)
    expect((await toDriver.ask('math', 'double', { body: 21 }, noDeadline)).body).toBe(42)
    expect((await toExecutor.ask('text', 'upper', { body: 'grüße 漢字 😀' }, noDeadline)).body).toBe('GRÜSSE 漢字 😀')
    const ended = new Promise((resolve) => toExecutor.onClose((cause) => resolve(cause ?? 'on purpose')))
    await toDriver.close()
    expect(await ended).toBe('on purpose')
    expect([driver.peers, executor.peers]).toEqual([[], []])
  })

  it('carry attachments of every size, in order, with nothing changed', async () => {
    const { driver, toDriver } = await joined(options)
    driver.register('echo', { back: (message) => message })
    const sizes = [0, 1, 100, 8191, 8192, 8193, 65_536, 1_000_003, 5_000_000]
    const onHeap = sizes.map((size, i) => new Uint8Array(size).map((_, j) => (j * 31 + i) & 255))
    const shared = onHeap.map((bytes) => {
      const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
      copy.set(bytes)
      return copy
    })
    for (const sent of [onHeap, shared]) {
      const answer = await toDriver.ask('echo', 'back', { body: { sizes }, attachments: sent }, noDeadline)
      expect(answer.body).toEqual({ sizes })
      const differences = onHeap.map((bytes, i) => Buffer.compare(bytes, answer.attachments?.[i] ?? new Uint8Array(1)))
      expect(differences).toEqual(sizes.map(() => 0))
      if (options.sharedAttachments) {
        expect(answer.attachments?.every((bytes) => bytes.buffer instanceof SharedArrayBuffer)).toBe(true)
      }
    }
  })

  it('keep the order of 20,000 one-way messages and asks', async () => {
    const { driver, toDriver } = await joined(options)
    let next = 0
    let disorder = 0
    driver.register('e', {
      m: ({ body }) => {
        if (body !== next++) disorder++
      },
    })
    let last: Promise<unknown> = Promise.resolve()
    for (let i = 0; i < 20_000; i++) {
      if (i % 100 === 99) last = toDriver.ask('e', 'm', { body: i }, noDeadline)
      else toDriver.send('e', 'm', { body: i })
      if (i % 1_000 === 0) await last
    }
    await last
    expect([next, disorder]).toEqual([20_000, 0])
  })

  it('stream large items under flow control', async () => {
    const { driver, toDriver } = await joined(options)
    const piece = new Uint8Array(1 << 20).fill(5)
    driver.register('blocks', {
      async *get({ body }) {
        for (let i = 0; i < (body as number); i++) yield { body: i, attachments: [piece] }
      },
    })
    let bytes = 0
    let count = 0
    for await (const item of toDriver.askStream('blocks', 'get', { body: 20 }, { timeoutMs: 10_000, window: 3 })) {
      expect(item.body).toBe(count++)
      bytes += item.attachments?.[0]?.byteLength ?? 0
    }
    expect([count, bytes]).toEqual([20, 20 << 20])
  })
})

describe('a connection', () => {
  it('fails open asks with the cause when the other process is gone without a word', async () => {
    const { driver, executor, server } = await joined()
    driver.register('e', { never: () => new Promise(() => undefined) })
    // A relay, so that the line can be cut.
    const relays: Socket[] = []
    const relay = createServer((socket) => {
      const onwards = connectRaw(server.address.port, '127.0.0.1')
      socket.pipe(onwards).pipe(socket)
      socket.on('error', () => undefined)
      onwards.on('error', () => undefined)
      relays.push(socket, onwards)
    })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
    const peer = await executor.connect({ host: '127.0.0.1', port: (relay.address() as AddressInfo).port })
    const ended = new Promise<Error | undefined>((resolve) => peer.onClose(resolve))
    const ask = codeOf(peer.ask('e', 'never', { body: 0 }, noDeadline))
    await until(() => relays.length === 2)
    for (const socket of relays) socket.destroy()
    expect(await ask).toBe('FS_RPC_PEER_LOST')
    expect(FiresteelError.is(await ended, 'FS_RPC_PEER_LOST')).toBe(true)
    relay.close()
  })

  it('notices a peer that is silent, and no other', async () => {
    const keepAlive = { intervalMs: 50, timeoutMs: 300 }
    const { driver, executor, server } = await joined({ keepAlive }, {})
    const held: Socket[] = []
    let frozen = false
    const relay = createServer((socket) => {
      const onwards = connectRaw(server.address.port, '127.0.0.1')
      socket.on('data', (bytes) => frozen || onwards.write(bytes))
      onwards.on('data', (bytes) => frozen || socket.write(bytes))
      held.push(socket, onwards)
    })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
    const accepted = new Promise<RpcPeer>((resolve) => driver.onPeer(resolve))
    await executor.connect({ host: '127.0.0.1', port: (relay.address() as AddressInfo).port })
    const causes: (Error | undefined)[] = []
    const silent = await accepted
    silent.onClose((cause) => causes.push(cause))
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(causes).toEqual([])
    frozen = true
    await until(() => causes.length === 1)
    expect(FiresteelError.is(causes[0], 'FS_RPC_PEER_SILENT')).toBe(true)
    expect(driver.peers.length).toBe(1)
    for (const socket of held) socket.destroy()
    relay.close()
  })

  it('refuses to send what is too large or no JSON, and lives on', async () => {
    const { driver, toDriver } = await joined({ maxMessageBytes: 10_000 })
    driver.register('e', {
      ok: ({ body }) => ({ body }),
      big: () => ({ body: 'x'.repeat(20_000) }),
      bad: () => ({ body: 1n }),
      wordy: () => {
        throw new RangeError('w'.repeat(20_000))
      },
    })
    const large = { body: 0, attachments: [new Uint8Array(10_000)] }
    expect(() => toDriver.send('e', 'ok', large)).toThrow('FS_RPC_MESSAGE_TOO_LARGE')
    expect(await codeOf(toDriver.ask('e', 'ok', large, noDeadline))).toBe('FS_RPC_MESSAGE_TOO_LARGE')
    expect(await codeOf(toDriver.ask('e', 'big', { body: 0 }, noDeadline))).toBe('FS_RPC_MESSAGE_TOO_LARGE')
    expect(await codeOf(toDriver.ask('e', 'ok', { body: 1n }, noDeadline))).toBe('FS_RPC_BODY_INVALID')
    expect(await codeOf(toDriver.ask('e', 'bad', { body: 0 }, noDeadline))).toBe('FS_RPC_BODY_INVALID')
    expect(await codeOf(toDriver.ask('e', 'wordy', { body: 0 }, noDeadline))).toBe(`RangeError: ${'w'.repeat(1_000)}`)
    expect((await toDriver.ask('e', 'ok', { body: 'fine' }, noDeadline)).body).toBe('fine')
  })

  it('is closed when the peer sends more than the limit', async () => {
    const { driver, toDriver, toExecutor } = await joined({ maxMessageBytes: 1_000 }, {})
    driver.register('e', { m: () => undefined })
    const ended = new Promise<Error | undefined>((resolve) => toExecutor.onClose(resolve))
    expect(await codeOf(toDriver.ask('e', 'm', { body: 'x'.repeat(2_000) }, noDeadline))).toBe('FS_RPC_PEER_LOST')
    expect(FiresteelError.is(await ended, 'FS_RPC_PROTOCOL')).toBe(true)
  })

  it('shows its backlog, and when it has drained', async () => {
    const { driver, toDriver } = await joined()
    let received = 0
    driver.register('e', {
      m: (message) => {
        received += message.attachments?.[0]?.length ?? 0
      },
    })
    const bytes = new Uint8Array(1 << 20)
    for (let i = 0; i < 32; i++) toDriver.send('e', 'm', { body: null, attachments: [bytes] })
    expect(toDriver.backlog).toBeGreaterThan(1 << 20)
    await toDriver.drained()
    expect(toDriver.backlog).toBe(0)
    await until(() => received === 32 << 20)
  })
})

describe('who is not one of us', () => {
  it('is refused with one line, and the others go on', async () => {
    const { env, refusals } = environment('driver')
    const { address } = await env.listen()
    const raw = async (bytes: string | Uint8Array) => {
      const socket = connectRaw(address.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(bytes)
      await new Promise((resolve) => socket.on('close', resolve).resume())
    }
    await raw('GET / HTTP/1.1\r\n\r\n')
    await raw(Uint8Array.from({ length: 5_000 }, (_, i) => i * 7))
    await new Promise((resolve) => get({ port: address.port, path: '/' }).on('error', resolve))
    await new Promise((resolve) => connectTls({ port: address.port, rejectUnauthorized: false }).on('error', resolve))
    const wrong = environment('stranger', { secret: new Uint8Array(32).fill(8) })
    const none = environment('stranger', { secret: undefined })
    const word = environment('stranger', { secret: 'a word' })
    expect(await reasonOf(wrong.env.connect(address))).toBe('secret-wrong')
    expect(await reasonOf(word.env.connect(address))).toBe('secret-wrong')
    expect(await reasonOf(none.env.connect(address))).toBe('secret-missing')
    const { env: friend } = environment('friend')
    const peer = await friend.connect(address)
    expect(peer.name).toBe('driver')
    expect(refusals.map((refusal) => refusal.reason)).toEqual([
      'http',
      'not-firesteel',
      'http',
      'tls',
      'secret-wrong',
      'secret-wrong',
      'secret-missing',
    ])
    expect(refusals.every((refusal) => !refusal.message.includes('\n'))).toBe(true)
  })

  it('is refused by the side that dials, too', async () => {
    const { env } = environment('executor')
    const serve = async (server: { listen: (port: number, done: () => void) => unknown; address(): unknown }) => {
      await new Promise<void>((resolve) => server.listen(0, resolve))
      return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
    }
    const http = createHttpServer()
    expect(await reasonOf(env.connect(await serve(http)))).toBe('http')
    http.close()
    const rude = createServer((socket) => socket.end())
    expect(await reasonOf(env.connect(await serve(rude)))).toBe('closed-early')
    rude.close()
    const open = environment('driver', { secret: undefined })
    expect(await reasonOf(env.connect((await open.env.listen()).address))).toBe('secret-unexpected')
    expect(open.refusals.map((refusal) => refusal.reason)).toEqual(['secret-unexpected'])
  })

  it('may not take longer than the handshake deadline, nor crowd the others out', async () => {
    const { env, refusals } = environment('driver', { handshakeTimeoutMs: 200, maxStrangers: 5 })
    const { address } = await env.listen()
    const sockets = Array.from({ length: 20 }, () => connectRaw(address.port, '127.0.0.1').on('error', () => undefined))
    await until(() => refusals.length >= 15)
    const { env: friend } = environment('friend')
    expect((await friend.connect(address)).name).toBe('driver')
    await until(() => refusals.length === 20)
    expect(new Set(refusals.map((refusal) => refusal.reason))).toEqual(new Set(['too-many', 'too-slow']))
    for (const socket of sockets) socket.destroy()
  })

  it('cannot get past TLS without the certificate that was asked for', async () => {
    const { env: driver, refusals } = environment('driver', { tls: pem })
    const { address } = await driver.listen()
    const trusting = environment('executor', { tls: { ca: pem.cert } })
    expect((await trusting.env.connect(address)).name).toBe('driver')
    const strict = environment('executor', { tls: {} })
    expect(await reasonOf(strict.env.connect(address))).toBe('not-tls')
    const otherHost = environment('executor', { tls: { ca: pem.cert } })
    expect(await reasonOf(otherHost.env.connect({ host: '127.0.0.2', port: address.port })).catch(String)).not.toBe(
      'no error',
    )
    const plain = environment('executor')
    expect(await reasonOf(plain.env.connect(address))).not.toBe('no error')
    await until(() => refusals.length >= 2)
    expect(refusals.some((refusal) => refusal.reason === 'not-tls')).toBe(true)
    expect(await codeOf(environment('x', { tls: {} }).env.listen())).toBe('FS_RPC_TLS')
  })
})

describe('listening', () => {
  it('takes the next port when one is taken, and names the port when all are', async () => {
    const first = await environment('a').env.listen()
    const { port } = first.address
    const second = await environment('b').env.listen({ port, portRetries: 16 })
    expect(second.address.port).toBeGreaterThan(port)
    const error = await environment('c')
      .env.listen({ port, portRetries: 0 })
      .catch((e: unknown) => e)
    expect(FiresteelError.is(error, 'FS_RPC_PORT_TAKEN')).toBe(true)
    expect((error as Error).message).toContain(String(port))
  })

  it('goes beyond loopback only with a secret or when told in plain words', async () => {
    const { env } = environment('open', { secret: undefined })
    expect(await codeOf(env.listen({ host: '0.0.0.0' }))).toBe('FS_RPC_SECRET_REQUIRED')
    const told = await env.listen({ host: '0.0.0.0', allowUnauthenticated: true })
    expect(told.bound.host).toBe('0.0.0.0')
    expect(told.address.host).not.toBe('0.0.0.0')
  })

  it('tells peers another address than the one that is bound', async () => {
    const { env } = environment('driver')
    const server = await env.listen({ advertise: { host: 'gateway.example', port: 7077 } })
    expect(server.address).toEqual({ host: 'gateway.example', port: 7077 })
    expect(server.bound.host).toBe('127.0.0.1')
  })

  it('names an address that is not of this machine', async () => {
    expect(await codeOf(environment('x').env.listen({ host: '203.0.113.1' }))).toBe('FS_RPC_BIND_FAILED')
  })

  it('frees its port on close, and keeps the peers it has', async () => {
    const { driver, executor, server, toDriver } = await joined()
    driver.register('e', { m: () => ({ body: 'still here' }) })
    await server.close()
    expect(await codeOf(executor.connect(server.address))).toBe('FS_RPC_UNREACHABLE')
    expect((await toDriver.ask('e', 'm', { body: 0 }, noDeadline)).body).toBe('still here')
  })
})

describe('dialling', () => {
  it('says that nobody listens there', async () => {
    const probe = createServer()
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
    const { port } = probe.address() as AddressInfo
    await new Promise((resolve) => probe.close(resolve))
    const { env } = environment('executor')
    expect(await codeOf(env.connect({ host: '127.0.0.1', port }))).toBe('FS_RPC_UNREACHABLE')
    expect(await codeOf(env.connect({ host: 'localhost', port }))).toBe('FS_RPC_UNREACHABLE')
  })

  it('gives up at its deadline, when aborted, and when the environment closes', async () => {
    const mute = createServer()
    const sockets: Socket[] = []
    mute.on('connection', (socket) => sockets.push(socket))
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
    const address = { host: '127.0.0.1', port: (mute.address() as AddressInfo).port }
    const { env } = environment('executor')
    expect(await codeOf(env.connect(address, { timeoutMs: 100 }))).toBe('FS_RPC_CONNECT_TIMEOUT')
    const controller = new AbortController()
    const aborted = codeOf(env.connect(address, { signal: controller.signal }))
    controller.abort('enough')
    expect(await aborted).toBe('enough')
    const closing = codeOf(env.connect(address))
    await env.close()
    expect(await closing).toBe('FS_RPC_CLOSED')
    for (const socket of sockets) socket.destroy()
    mute.close()
  })
})
