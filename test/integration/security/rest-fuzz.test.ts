import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SparkConf } from '../../../src/common/conf/index.js'
import { createRestServer } from '../../../src/deploy/rest/index.js'
import { startWebServer, type WebServer, webSettings } from '../../../src/web/index.js'
import { seededRandom } from '../../chaos/seeded-random.js'
import { MemoryMaster } from '../../kit/memory-master.js'
import { type RawRequest, randomRequest } from './rest-requests.js'

/** Another run of requests: FIRESTEEL_FUZZ_SEED=7 FIRESTEEL_FUZZ_REQUESTS=100000. */
const seed = Number(process.env.FIRESTEEL_FUZZ_SEED ?? 1)
const requests = Number(process.env.FIRESTEEL_FUZZ_REQUESTS ?? 3_000)
const answerDeadlineMs = 15_000

let master: MemoryMaster
let server: WebServer

beforeAll(async () => {
  master = new MemoryMaster()
  const { gate } = await webSettings(new SparkConf(false), { host: '127.0.0.1', folder: tmpdir() })
  server = await startWebServer(createRestServer(master, { gate }), { host: '127.0.0.1', port: 0, portRetries: 0 })
})

afterAll(() => server.close())

/** Sends bytes on a connection of their own and gives back all that comes until it ends. */
function send(bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const answer = () => resolve(Buffer.concat(chunks).toString('latin1'))
    const socket = connect(server.port, '127.0.0.1')
    const deadline = setTimeout(() => {
      socket.destroy()
      reject(new Error(`nothing came in ${answerDeadlineMs} ms for ${preview(bytes)}`))
    }, answerDeadlineMs)
    // A server that refuses early may cut a request that is still on its way.
    socket.on('error', () => {})
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('close', () => {
      clearTimeout(deadline)
      answer()
    })
    socket.end(bytes)
  })
}

const preview = (bytes: Buffer) => JSON.stringify(bytes.subarray(0, 500).toString('latin1'))

async function check({ bytes, isSound }: RawRequest): Promise<string> {
  const before = master.snapshot()
  const answer = await send(bytes)
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'none'
  const about = `${preview(bytes)} was answered with ${answer.slice(0, 500)}`
  // TRACE and the like end at Node's parser, with 4xx and no body; a cut connection gets nothing.
  if (status.startsWith('5')) throw new Error(`a failure inside: ${about}`)
  if (/\n\s+at |\.ts:\d|\.js:\d|node:internal/.test(answer)) throw new Error(`a stack: ${about}`)
  if (/<html|<script/i.test(answer) && !/application\/json/.test(answer)) throw new Error(`a page: ${about}`)
  if (master.snapshot() !== before && (!isSound || status !== '200')) throw new Error(`a change of state: ${about}`)
  return status
}

test(`no request, however odd, breaks the REST server, gets a stack out of it or changes what it may not (seed ${seed})`, async () => {
  const random = seededRandom(seed)
  const counts: Record<string, number> = {}
  for (let done = 0; done < requests; done++) {
    const status = await check(randomRequest(random))
    counts[status] = (counts[status] ?? 0) + 1
    if (master.ids.length > 50) master.forget()
  }
  // What was tried reached the server's own answers, not only Node's parser.
  const seen = ['200', '400', '403', '405', '413', '421', '468']
  expect(seen.filter((status) => counts[status] === undefined)).toEqual([])
}, 240_000)

test('after all of it, a sound request is answered as ever', async () => {
  const answer = await send(
    Buffer.from('GET /v1/submissions/readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'),
  )
  expect(answer).toContain('HTTP/1.1 200 OK')
  expect(answer).toContain('"action" : "ReadyzResponse"')
})
