import { describe, expect, it } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import { ManualClock } from '../common/index.js'
import type { Fault } from './environment.js'
import { createInProcessHub, createInProcessPair } from './in-process.js'
import type { RpcMessage } from './message.js'
import type { RpcPeer } from './peer.js'

const noDeadline = { timeoutMs: 0 }
const text = (body: unknown): RpcMessage => ({ body })
const turns = async (count = 20) => {
  for (let i = 0; i < count; i++) await Promise.resolve()
}

async function joined(options: { clock?: ManualClock } = {}) {
  const faults: { error: Error; fault: Fault }[] = []
  const onFault = (error: Error, fault: Fault) => void faults.push({ error, fault })
  const [driver, executor] = createInProcessPair({
    left: { name: 'driver', onFault, ...options },
    right: { name: 'executor', onFault, ...options },
  })
  const accepted: RpcPeer[] = []
  driver.onPeer((peer) => accepted.push(peer))
  const toDriver = await executor.connect({ host: 'in-process', port: 0 })
  return { driver, executor, toDriver, toExecutor: accepted[0] as RpcPeer, faults }
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FiresteelError ? error.code : String(error)),
  )

describe('two environments in one process', () => {
  it('know each other by name, and either side asks the other', async () => {
    const { driver, executor, toDriver, toExecutor } = await joined()
    driver.register('math', { double: ({ body }) => ({ body: (body as number) * 2 }) })
    executor.register('text', { upper: async ({ body }) => ({ body: (body as string).toUpperCase() }) })
    expect([toDriver.name, toExecutor.name, toDriver.address]).toEqual(['driver', 'executor', 'in-process'])
    expect((await toDriver.ask('math', 'double', text(21), noDeadline)).body).toBe(42)
    expect((await toExecutor.ask('text', 'upper', text('abc'), noDeadline)).body).toBe('ABC')
  })

  it('pass attachments by reference', async () => {
    const { driver, toDriver } = await joined()
    const bytes = new Uint8Array(8)
    driver.register('echo', { back: (message) => message })
    const answer = await toDriver.ask('echo', 'back', { body: null, attachments: [bytes] }, noDeadline)
    expect(answer.attachments?.[0]).toBe(bytes)
  })

  it('never run a handler within the call that sent the message', async () => {
    const { driver, toDriver } = await joined()
    let ran = false
    driver.register('e', {
      m: () => {
        ran = true
      },
    })
    toDriver.send('e', 'm', text(null))
    expect(ran).toBe(false)
    await turns()
    expect(ran).toBe(true)
  })

  it('start handlers in the order in which sends and asks were made', async () => {
    const { driver, toDriver } = await joined()
    const seen: unknown[] = []
    driver.register('e', { m: ({ body }) => void seen.push(body) })
    const asks: Promise<unknown>[] = []
    for (let i = 0; i < 100; i++) {
      if (i % 3 === 0) asks.push(toDriver.ask('e', 'm', text(i), noDeadline))
      else toDriver.send('e', 'm', text(i))
    }
    await Promise.all(asks)
    await turns()
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('give the asker what the handler threw, with its code or name', async () => {
    const { driver, toDriver } = await joined()
    driver.register('e', {
      ours: () => {
        throw new FiresteelError('FS_RPC_CLOSED', { environment: 'x' })
      },
      theirs: async () => {
        throw new RangeError('out of it', { cause: new Error('deeper') })
      },
    })
    expect(await codeOf(toDriver.ask('e', 'ours', text(0), noDeadline))).toBe('FS_RPC_CLOSED')
    const error = (await toDriver.ask('e', 'theirs', text(0), noDeadline).catch((e: unknown) => e)) as Error
    expect([error.name, error.message, (error.cause as Error).message]).toEqual(['RangeError', 'out of it', 'deeper'])
  })

  it('name the endpoint or the method that is not there, even one of Object.prototype', async () => {
    const { driver, toDriver } = await joined()
    driver.register('here', {})
    expect(await codeOf(toDriver.ask('there', 'm', text(0), noDeadline))).toBe('FS_RPC_NO_ENDPOINT')
    expect(await codeOf(toDriver.ask('here', 'toString', text(0), noDeadline))).toBe('FS_RPC_NO_METHOD')
  })

  it('report what a one-way handler threw to the side that ran it', async () => {
    const { driver, toDriver, faults } = await joined()
    driver.register('e', {
      now: () => {
        throw new Error('now')
      },
      later: async () => {
        throw new Error('later')
      },
    })
    toDriver.send('e', 'now', text(0))
    toDriver.send('e', 'later', text(0))
    toDriver.send('nowhere', 'm', text(0))
    await turns()
    expect(faults.map(({ error, fault }) => [fault.method, error.message.split(':')[0]])).toEqual([
      ['now', 'now'],
      ['m', "[FS_RPC_NO_ENDPOINT] 'driver' has no endpoint 'nowhere' (asked for method 'm')"],
      ['later', 'later'],
    ])
  })

  it('end an ask at its deadline and tell the handler', async () => {
    const clock = new ManualClock()
    const { driver, toDriver } = await joined({ clock })
    let signal: AbortSignal | undefined
    driver.register('e', {
      never: (_, context) => {
        signal = context.signal
        return new Promise(() => undefined)
      },
    })
    const code = codeOf(toDriver.ask('e', 'never', text(0), { timeoutMs: 500 }))
    await turns()
    clock.advance(499)
    await turns()
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    expect(await code).toBe('FS_RPC_ASK_TIMEOUT')
    await turns()
    expect(FiresteelError.is(signal?.reason, 'FS_RPC_ASK_CANCELLED')).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('end an ask when its signal is aborted, before or while it runs', async () => {
    const { driver, toDriver } = await joined()
    driver.register('e', { never: () => new Promise(() => undefined) })
    const controller = new AbortController()
    const running = codeOf(toDriver.ask('e', 'never', text(0), { timeoutMs: 0, signal: controller.signal }))
    controller.abort('enough')
    expect(await running).toBe('enough')
    expect(await codeOf(toDriver.ask('e', 'never', text(0), { timeoutMs: 0, signal: controller.signal }))).toBe(
      'enough',
    )
  })

  it('fail every open ask when the peer closes, after delivering what was sent before', async () => {
    const { driver, executor, toDriver, toExecutor } = await joined()
    const seen: unknown[] = []
    const ends: unknown[] = []
    driver.register('e', { never: () => new Promise(() => undefined) })
    executor.register('log', { line: ({ body }) => void seen.push(body) })
    toDriver.onClose((cause) => ends.push(['executor', cause]))
    toExecutor.onClose((cause) => ends.push(['driver', cause]))
    const open = [1, 2, 3].map(() => codeOf(toDriver.ask('e', 'never', text(0), { timeoutMs: 1_000 })))
    await turns()
    toExecutor.send('log', 'line', text('last words'))
    await toExecutor.close()
    expect(await Promise.all(open)).toEqual(Array(3).fill('FS_RPC_PEER_CLOSED'))
    await turns()
    expect(seen).toEqual(['last words'])
    expect(ends).toEqual(
      expect.arrayContaining([
        ['executor', undefined],
        ['driver', undefined],
      ]),
    )
    expect([toDriver.closed, toExecutor.closed, driver.peers, executor.peers]).toEqual([true, true, [], []])
    toDriver.send('e', 'never', text(0))
    expect(await codeOf(toDriver.ask('e', 'never', text(0), noDeadline))).toBe('FS_RPC_PEER_CLOSED')
    let late: unknown = 'not told'
    toDriver.onClose((cause) => {
      late = cause
    })
    await turns()
    expect(late).toBeUndefined()
  })
})

describe('a stream', () => {
  async function streaming(options: { clock?: ManualClock } = {}) {
    const sides = await joined(options)
    const log: string[] = []
    sides.driver.register('e', {
      async *count({ body }, { signal }) {
        try {
          for (let i = 0; i < (body as number); i++) {
            log.push(`made ${i}`)
            yield { body: i }
          }
        } finally {
          log.push(signal.aborted ? 'aborted' : 'finished')
        }
      },
      async *breaks() {
        yield { body: 'one' }
        throw new Error('broke')
      },
      one: () => ({ body: 'single' }),
      none: () => undefined,
      laterStream: async () =>
        (async function* () {
          yield { body: 'later' }
        })(),
      async *stalls() {
        yield { body: 1 }
        await new Promise(() => undefined)
      },
    })
    return { ...sides, log }
  }
  const all = async (stream: AsyncIterable<RpcMessage>) => {
    const bodies: unknown[] = []
    for await (const { body } of stream) bodies.push(body)
    return bodies
  }

  it('delivers every message in order', async () => {
    const { toDriver } = await streaming()
    expect(await all(toDriver.askStream('e', 'count', text(1000), noDeadline))).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    )
  })

  it('lets the producer run no further ahead than the window', async () => {
    const { toDriver, log } = await streaming()
    const stream = toDriver.askStream('e', 'count', text(1000), { timeoutMs: 0, window: 8 })[Symbol.asyncIterator]()
    for (let i = 0; i < 20; i++) {
      await stream.next()
      await turns(50)
      expect(log.length).toBeLessThanOrEqual(i + 1 + 8)
    }
    await stream.return?.()
    await turns(50)
    expect(log.at(-1)).toBe('aborted')
  })

  it('ends the producer when the consumer leaves the loop', async () => {
    const { toDriver, log } = await streaming()
    for await (const { body } of toDriver.askStream('e', 'count', text(1000), noDeadline)) if (body === 3) break
    await turns(50)
    expect(log.at(-1)).toBe('aborted')
    expect(log.length).toBeLessThan(12)
  })

  it('ends with what the producer threw, after what it had sent', async () => {
    const { toDriver } = await streaming()
    const seen: unknown[] = []
    const read = async () => {
      for await (const { body } of toDriver.askStream('e', 'breaks', text(0), noDeadline)) seen.push(body)
    }
    await expect(read()).rejects.toThrow('broke')
    expect(seen).toEqual(['one'])
  })

  it('may also be a single message, none, or a promise of a stream; but an ask gets no stream', async () => {
    const { toDriver } = await streaming()
    expect(await all(toDriver.askStream('e', 'one', text(0), noDeadline))).toEqual(['single'])
    expect(await all(toDriver.askStream('e', 'none', text(0), noDeadline))).toEqual([])
    expect(await all(toDriver.askStream('e', 'laterStream', text(0), noDeadline))).toEqual(['later'])
    expect(await codeOf(toDriver.ask('e', 'count', text(1), noDeadline))).toBe('FS_RPC_STREAM_MISMATCH')
  })

  it('fails at the deadline of the wait for the next message, and not because the consumer is slow', async () => {
    const clock = new ManualClock()
    const { toDriver } = await streaming({ clock })
    const stream = toDriver.askStream('e', 'stalls', text(0), { timeoutMs: 100 })[Symbol.asyncIterator]()
    await stream.next()
    clock.advance(10_000)
    const next = codeOf(stream.next())
    await turns()
    clock.advance(100)
    expect(await next).toBe('FS_RPC_ASK_TIMEOUT')
  })

  it('fails when the peer is gone', async () => {
    const { toDriver, driver } = await streaming()
    const stream = toDriver.askStream('e', 'stalls', text(0), noDeadline)[Symbol.asyncIterator]()
    await stream.next()
    const next = codeOf(stream.next())
    await driver.close()
    expect(await next).toBe('FS_RPC_PEER_CLOSED')
  })
})

describe('a hub', () => {
  it('connects by the address that an environment listens on', async () => {
    const hub = createInProcessHub()
    const master = hub.environment({ name: 'master' })
    const worker = hub.environment({ name: 'worker' })
    master.register('m', { hello: (_, { peer }) => ({ body: `hello ${peer.name}` }) })
    const server = await master.listen()
    const peer = await worker.connect(server.address)
    expect((await peer.ask('m', 'hello', text(0), noDeadline)).body).toBe('hello worker')
    await server.close()
    expect(await codeOf(worker.connect(server.address))).toBe('FS_RPC_UNREACHABLE')
    await master.close()
    expect(await codeOf(master.listen())).toBe('FS_RPC_CLOSED')
  })

  it('refuses a second endpoint of the same name until the first is unregistered', () => {
    const env = createInProcessHub().environment({ name: 'env' })
    const first = env.register('e', {})
    expect(() => env.register('e', {})).toThrow('FS_RPC_ENDPOINT_TAKEN')
    first.unregister()
    env.register('e', {})
  })
})
