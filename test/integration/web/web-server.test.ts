import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { SparkConf } from '../../../src/common/conf/index.js'
import { FiresteelError } from '../../../src/common/errors/index.js'
import { systemClock } from '../../../src/common/index.js'
import { ownCertificate } from '../../../src/rpc/network/own-certificate.js'
import {
  aWorker,
  busyMaster,
  busyWorker,
  MemoryMaster,
  MemoryWorker,
  masterUi,
  workerUi,
} from '../../../src/ui/ui.test-kit.js'
import { forward, startWebServer, type WebEnv, webSettings } from '../../../src/web/index.js'
import { eventually, within } from '../../kit/eventually.js'

const closing: (() => Promise<void> | void)[] = []
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firesteel-web-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(app: Hono<WebEnv>, more: Partial<Parameters<typeof startWebServer>[1]> = {}) {
  const server = await startWebServer(app, { host: '127.0.0.1', port: 0, portRetries: 0, ...more })
  closing.push(() => server.close())
  return server
}

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** By Node's own client, which sends what it is told and nothing else. */
function ask(
  url: string,
  { headers = {}, ca, method = 'GET' }: { headers?: Record<string, string>; ca?: string; method?: string } = {},
) {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  return within(
    10_000,
    url,
    new Promise<Answer>((resolve, reject) => {
      request(url, { headers, ca, method, agent: false }, (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk) => (body += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }))
        answer.on('error', reject)
      })
        .on('error', reject)
        .end()
    }),
  )
}

const hello = () => new Hono<WebEnv>().get('/', (c) => c.text('hello'))

test('a taken port gives way to the next one, as often as it is allowed', async () => {
  const first = await serve(hello())
  const second = await serve(hello(), { port: first.port, portRetries: 16 })
  expect(second.port).toBeGreaterThan(first.port)
  expect((await ask(`${second.url}/`)).body).toBe('hello')
  await expect(serve(hello(), { port: first.port })).rejects.toSatisfy((error) =>
    FiresteelError.is(error, 'FS_RPC_PORT_TAKEN'),
  )
})

test('a head that is too long is refused, and what is no HTTP does no harm', async () => {
  const server = await serve(hello(), { maxHeaderSize: 2048 })
  expect((await ask(`${server.url}/`, { headers: { cookie: 'x'.repeat(1000) } })).status).toBe(200)
  expect((await ask(`${server.url}/`, { headers: { cookie: 'x'.repeat(4000) } })).status).toBe(431)
  const socket = connect(server.port, '127.0.0.1')
  const said = await within(
    10_000,
    'the end of the connection',
    new Promise<string>((resolve) => {
      let text = ''
      socket.on('data', (chunk) => (text += chunk))
      socket.on('close', () => resolve(text))
      socket.end(Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 0]))
    }),
  )
  expect(said).toMatch(/^HTTP\/1\.1 400 /)
  expect((await ask(`${server.url}/`)).status).toBe(200)
})

test('close ends streams that are still open', async () => {
  const master = new MemoryMaster(busyMaster(2, 2))
  const ui = await masterUi(master, { clock: systemClock })
  const server = await startWebServer(ui.app, { host: '127.0.0.1', port: 0, portRetries: 0 })
  const answer = await fetch(`${server.url}/`, { headers: { accept: 'text/event-stream' } })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  ui.close()
  await within(10_000, 'the end of the server', server.close())
  await within(
    10_000,
    'the end of the stream',
    answer.text().catch(() => 'cut'),
  )
  expect(master.listeners.size).toBe(0)
})

/** Settings with a certificate in PEM files, and the authority that vouches for it. */
function certificate(): { readonly settings: Record<string, string>; readonly ca: string } {
  const { key, cert } = ownCertificate('firesteel test', new Date())
  writeFileSync(join(folder, 'key.pem'), key)
  writeFileSync(join(folder, 'cert.pem'), cert)
  const settings = {
    'spark.ssl.standalone.enabled': 'true',
    'spark.ssl.standalone.privateKey': join(folder, 'key.pem'),
    'spark.ssl.certChain': join(folder, 'cert.pem'),
  }
  return { settings, ca: cert }
}

const tlsOf = (settings: Record<string, string>) =>
  webSettings(new SparkConf(false).setAll(settings), { host: '127.0.0.1', folder }).then(({ tls }) => tls)

test('pages come over TLS 1.3 by PEM files, each key falling back to the general one', async () => {
  const { settings, ca } = certificate()
  const ui = await masterUi(new MemoryMaster(), {
    settings: { ...settings, 'spark.ui.strictTransportSecurity': 'max-age=60' },
  })
  const server = await serve(ui.app, { tls: await tlsOf(settings) })
  expect(server.url).toMatch(/^https:/)
  const answer = await askTrusting(`${server.url}/`, ca)
  expect(answer).toMatchObject({ status: 200, protocol: 'TLSv1.3' })
  expect(answer.headers).toMatchObject({
    'strict-transport-security': 'max-age=60',
    'cross-origin-opener-policy': 'same-origin',
  })
  await expect(ask(`http://127.0.0.1:${server.port}/`)).rejects.toThrow()
})

/** The test's certificate names no host. */
function askTrusting(
  url: string,
  ca: string,
): Promise<{ status: number; protocol: string | null; headers: IncomingMessage['headers'] }> {
  return new Promise((resolve, reject) => {
    httpsRequest(url, { ca, agent: false, checkServerIdentity: () => undefined }, (answer) => {
      const { protocol } = { protocol: (answer.socket as import('node:tls').TLSSocket).getProtocol() }
      answer.resume()
      answer.on('end', () => resolve({ status: answer.statusCode!, protocol, headers: answer.headers }))
    })
      .on('error', reject)
      .end()
  })
}

test('half a certificate, a wrong one and none are refused by name', async () => {
  const { settings } = certificate()
  const { 'spark.ssl.certChain': _, ...half } = settings
  await expect(tlsOf(half)).rejects.toThrow(/privateKey is set, but spark\.ssl\.standalone\.certChain is not/)
  writeFileSync(join(folder, 'other.pem'), ownCertificate('other', new Date()).key)
  const mixed = tlsOf({ ...settings, 'spark.ssl.standalone.privateKey': join(folder, 'other.pem') })
  await expect(mixed).rejects.toSatisfy((error) => FiresteelError.is(error, 'FS_WEB_TLS'))
  const absent = tlsOf({ ...settings, 'spark.ssl.standalone.privateKey': join(folder, 'nowhere.pem') })
  await expect(absent).rejects.toSatisfy((error) => FiresteelError.is(error, 'FS_RPC_SECURITY_FILE'))
})

test('a filter module knows users, or turns them away', async () => {
  writeFileSync(
    join(folder, 'who.mjs'),
    `export const filter = async (c, next) => {
       const user = c.req.header('x-user')
       if (user === 'banned') return c.text('not you', 403)
       if (user) c.set('user', user)
       await next()
     }`,
  )
  const settings = { 'spark.ui.filters': './who.mjs', 'spark.acls.enable': 'true', 'spark.ui.view.acls': 'vera' }
  const ui = await masterUi(new MemoryMaster(), { settings, folder })
  const statusOf = async (user: string) => (await ui.app.request('/', { headers: { 'x-user': user } })).status
  expect(await statusOf('vera')).toBe(200)
  expect(await statusOf('mallory')).toBe(403)
  expect(await statusOf('banned')).toBe(403)
  expect((await ui.app.request('/')).status).toBe(401)
})

/** A server that tells what it was asked. */
async function told(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      response.setHeader('Set-Cookie', 'from-behind=1')
      response.setHeader('Service-Worker-Allowed', '/')
      if (request.url === '/moved') response.writeHead(302, { Location: '/there?x=1' })
      if (request.url === '/away') response.writeHead(302, { Location: 'https://elsewhere.example/' })
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

async function proxied(settings: Record<string, string> = {}, secret?: { kind: 'words'; text: string }) {
  const behind = await told()
  const master = new MemoryMaster({
    ...busyMaster(0, 1),
    workers: [
      aWorker(1, { id: 'worker-1', webUiUrl: behind.url }),
      aWorker(2, { id: 'worker-2', webUiUrl: 'http://127.0.0.1:1' }),
    ],
  })
  master.set({
    activeApplications: master.state.activeApplications.map((app) => ({ ...app, id: 'app-1', uiUrl: behind.url })),
  })
  const ui = await masterUi(master, {
    settings: { 'spark.ui.reverseProxy': 'true', ...settings },
    ...(secret ? { secret } : {}),
  })
  const server = await serve(ui.app)
  return { behind, master, ui, url: server.url, token: ui.token }
}

interface Told {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

test('the proxy hands on path and query as they are, and no key of the master', async () => {
  const { url } = await proxied()
  const headers = {
    cookie: 'firesteel-x=secret',
    authorization: 'Bearer secret',
    connection: 'close, x-private',
    'x-private': '1',
    te: 'trailers',
  }
  const answer = await ask(`${url}/proxy/worker-1/a%2Fb/?q=%20x&y`, { headers })
  const seen = JSON.parse(answer.body) as Told
  expect(seen).toMatchObject({ method: 'GET', url: '/a%2Fb/?q=%20x&y' })
  expect(seen.headers).toMatchObject({ 'x-forwarded-prefix': '/proxy/worker-1', 'x-forwarded-proto': 'http' })
  for (const name of ['cookie', 'authorization', 'x-private', 'te']) expect(seen.headers[name], name).toBeUndefined()
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers['service-worker-allowed']).toBeUndefined()
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
})

test('redirects stay below the prefix, whatever stands before it', async () => {
  const { url } = await proxied({ 'spark.ui.reverseProxyUrl': 'https://portal.example/spark' })
  expect((await ask(`${url}/proxy/worker-1/moved`)).headers.location).toBe('/spark/proxy/worker-1/there?x=1')
  expect((await ask(`${url}/proxy/worker-1/away`)).headers.location).toBe('https://elsewhere.example/')
  const bare = await ask(`${url}/proxy/worker-1`)
  expect([bare.status, bare.headers.location]).toEqual([302, 'worker-1/'])
})

test('the proxy leads to workers and running applications only', async () => {
  const { master, url } = await proxied()
  expect((await ask(`${url}/proxy/app-1/jobs/`)).status).toBe(200)
  for (const path of [
    '/proxy/http:%2F%2F127.0.0.1:1/',
    '/proxy/127.0.0.1/',
    '/proxy/worker-9/',
    '/proxy/',
    '/proxy/..%2f/',
  ])
    expect((await ask(`${url}${path}`)).status, path).toBe(404)
  expect((await ask(`${url}/proxy/worker-2/`)).status).toBe(502)
  master.set({ activeApplications: [] })
  expect((await ask(`${url}/proxy/app-1/`)).status).toBe(404)
})

test('a worker is told that the master has let the reader in; an application, and who changes something, is not', async () => {
  const { url, token } = await proxied({ 'spark.acls.enable': 'true' }, { kind: 'words', text: 'a secret' })
  const headers = { authorization: `Bearer ${token}` }
  const authorization = async (path: string, method = 'GET') =>
    (JSON.parse((await ask(`${url}${path}`, { headers, method })).body) as Told).headers.authorization
  expect(await authorization('/proxy/worker-1/')).toBe(`Bearer ${token}`)
  expect(await authorization('/proxy/worker-1/', 'POST')).toBeUndefined()
  expect(await authorization('/proxy/app-1/')).toBeUndefined()
  expect((await ask(`${url}/proxy/worker-1/`)).status).toBe(401)
})

test('without spark.ui.reverseProxy there is no proxy', async () => {
  const { url } = await proxied({ 'spark.ui.reverseProxy': 'false' })
  expect((await ask(`${url}/proxy/worker-1/`)).status).toBe(404)
})

test("a worker's stream of changes comes through the master, and ends with the browser's", async () => {
  const worker = new MemoryWorker(busyWorker())
  const behind = await serve((await workerUi(worker, { clock: systemClock })).app)
  const master = new MemoryMaster({
    ...busyMaster(0, 0),
    workers: [aWorker(1, { id: 'worker-1', webUiUrl: behind.url })],
  })
  const front = await serve(
    (await masterUi(master, { settings: { 'spark.ui.reverseProxy': 'true' }, clock: systemClock })).app,
  )
  const leave = new AbortController()
  const answer = await fetch(`${front.url}/proxy/worker-1/`, {
    headers: { accept: 'text/event-stream' },
    signal: leave.signal,
  })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const heard = async (what: string) => {
    while (!text.includes(what)) text += (await within(10_000, what, reader.read())).value ?? ''
  }
  await heard('5 of 8 in use')
  worker.set({ coresUsed: 6 })
  await heard('6 of 8 in use')
  leave.abort()
  await eventually('the end of the stream at the worker', () => worker.listeners.size === 0)
})

test('a POST of a browser through the proxy needs the same origin, as everywhere', async () => {
  const app = new Hono<WebEnv>()
  const behind = await told()
  const { gate } = await webSettings(new SparkConf(false), { host: '127.0.0.1', folder })
  gate.guard(app)
  app.all('/p/*', (c) => forward(c, { origin: behind.url, path: '/kill', prefix: '/p' }))
  const server = await serve(app)
  const post = (origin: string) => fetch(`${server.url}/p/kill`, { method: 'POST', body: 'id=1', headers: { origin } })
  expect((await post('http://evil.example')).status).toBe(403)
  const passed = await post(server.url)
  expect(await passed.json()).toMatchObject({ method: 'POST', url: '/kill', body: 'id=1' })
})
