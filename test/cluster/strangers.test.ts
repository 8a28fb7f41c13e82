import { connect, createServer, type Server } from 'node:net'
import { FiresteelError, SparkContext } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { eventually, failureOf } from '../kit/eventually.js'
import { LeftOvers } from '../kit/left-overs.js'
import { freePort } from '../kit/tcp-relay.js'
import { withContext } from '../kit/with-context.js'

/** Says something to a port and waits until it hangs up. */
function say(port: number, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
  })
}

const garbage = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) & 255))

describe("a stranger at the driver's port", () => {
  test('is refused with one line, and the job is not disturbed', async () => {
    const port = await freePort()
    await withContext(
      'local-cluster[1,2,512]',
      async ({ sc, stderr }) => {
        const job = sc
          .parallelize([1, 2, 3, 4], 4)
          .map((n) => {
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
            return n
          })
          .sum()
        await say(port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
        await say(port, garbage)
        const refused = await eventually('two lines', () => {
          const lines = stderr.linesWith('refused')
          return lines.length >= 2 && lines
        })
        expect(refused).toHaveLength(2)
        for (const line of refused) expect(line).toMatch(/127\.0\.0\.1/)
        expect(await job).toBe(10)
      },
      { conf: { 'spark.driver.port': port } },
    )
  })

  test('that comes a thousand times does not fill the log', async () => {
    const port = await freePort()
    await withContext(
      'local-cluster[1,1,512]',
      async ({ sc, stderr }) => {
        for (let round = 0; round < 20; round++) {
          await Promise.all(Array.from({ length: 50 }, () => say(port, 'GET / HTTP/1.1\r\n\r\n')))
        }
        expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
        const lines = stderr.linesWith('refused')
        expect(lines.length).toBeGreaterThan(0)
        expect(lines.length).toBeLessThan(30)
      },
      { conf: { 'spark.driver.port': port } },
    )
  })
})

/** Takes a port for the time of a test. */
async function occupy(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  return server
}

const release = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve))

describe('a taken port', () => {
  test('is passed over for the next one', async () => {
    const port = await freePort()
    const server = await occupy(port)
    try {
      await withContext(
        'local-cluster[1,1,512]',
        async ({ sc }) => {
          expect(await sc.parallelize([1, 2, 3], 2).sum()).toBe(6)
        },
        { conf: { 'spark.driver.port': port } },
      )
    } finally {
      await release(server)
    }
  })

  test('is an error by name when no other may be tried, and nothing keeps running', async () => {
    const port = await freePort()
    const server = await occupy(port)
    const leftOvers = await LeftOvers.watch()
    try {
      const conf = { 'spark.driver.port': port, 'spark.port.maxRetries': 0, 'spark.local.dir': leftOvers.localDir }
      const error = await failureOf(SparkContext.create({ master: 'local-cluster[1,1,512]', conf }))
      expect(FiresteelError.is(error, 'FS_RPC_PORT_TAKEN')).toBe(true)
      expect(error.message).toContain(`port ${port} on 127.0.0.1 is taken`)
    } finally {
      await leftOvers.expectNothing()
      await release(server)
    }
    // A failed start does not stand in the way of the next.
    await withContext('local[1]', async ({ sc }) => expect(await sc.parallelize([1], 1).count()).toBe(1))
  })
})
