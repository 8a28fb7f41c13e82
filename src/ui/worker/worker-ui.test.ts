import { expect, test } from 'vitest'
import { busyWorker, emptyWorker, MemoryLog, MemoryWorker, type UiFixtureOptions, workerUi } from '../ui.test-kit.js'

const executorLog = 'appId=app-20261122153820-0000&executorId=0&logType=stderr'

async function bed(log = new MemoryLog(), options: UiFixtureOptions = {}) {
  const worker = new MemoryWorker(busyWorker())
  worker.logs.set('executor app-20261122153820-0000 0 stderr', log)
  worker.logs.set('driver driver-20261122153812-0001 stdout', log)
  worker.logs.set('self out', log)
  const ui = await workerUi(worker, options)
  const get = async (path: string, headers: Record<string, string> = { accept: 'text/html' }) =>
    ui.app.request(path, { headers })
  return {
    worker,
    get,
    text: async (path: string, headers = {}) => (await get(path, { accept: 'text/html', ...headers })).text(),
  }
}

test('logs are found by the parameters of Spark, and by nothing that leads out of their folder', async () => {
  const { get } = await bed()
  for (const query of [executorLog, 'driverId=driver-20261122153812-0001&logType=stdout', 'self&logType=out']) {
    expect((await get(`/logPage/?${query}`)).status, query).toBe(200)
    expect((await get(`/log/?${query}`)).status, query).toBe(200)
  }
  for (const query of [
    '',
    'self&logType=stdout',
    'appId=..&executorId=0&logType=stdout',
    'appId=a%2Fb&executorId=0&logType=stdout',
    'appId=a&executorId=0&logType=..%2F..%2Fsecret',
    'driverId=&logType=stdout',
    'driverId=a%00b&logType=stdout',
  ])
    expect((await get(`/logPage/?${query}`)).status, query).toBe(400)
  expect((await get('/logPage/?driverId=driver-unknown&logType=stdout')).status).toBe(404)
})

test('a log is shown from its end, and the links lead through all of it', async () => {
  const log = new MemoryLog()
  for (let line = 0; line < 100; line++) log.write(`line ${String(line).padStart(3, '0')}\n`)
  const { text } = await bed(log)
  const page = async (query: string) => text(`/logPage/?${executorLog}${query}`)
  const end = await page('&byteLength=360')
  expect(end).toContain('line 099\n')
  expect(end).not.toContain('line 059\n')
  expect(end).toContain('540–900 of 900')
  expect(end).toContain(`${executorLog.replaceAll('&', '&amp;')}&amp;offset=180&amp;byteLength=360">Older</a>`)
  expect(end).toContain('data-follow="900"')
  const start = await page('&offset=0&byteLength=360')
  expect(start).toContain('line 000\n')
  expect(start).toContain('0–360 of 900')
  expect(start).toContain('&amp;offset=360&amp;byteLength=360">Newer</a>')
  expect(start).not.toContain('data-follow')
})

test('odd ranges give what there is', async () => {
  const { get, text } = await bed(new MemoryLog().write('short'))
  for (const query of [
    '&offset=-5',
    '&offset=x',
    '&byteLength=0',
    '&byteLength=99999999999',
    '&offset=999999',
    '&offset=1e3',
  ])
    expect((await get(`/logPage/?${executorLog}${query}`)).status, query).toBe(200)
  expect(await text(`/log/?${executorLog}&offset=1&byteLength=3`)).toBe(
    '==== Bytes 1-4 of 5 of executor 0 of app-20261122153820-0000, stderr ====\nhor',
  )
})

test('a log is text, whatever is in it', async () => {
  const { get, text } = await bed(new MemoryLog().write('\u001b[31m<script>alert(1)</script>\u001b[0m\u0000\u0007 ok'))
  const page = await text(`/logPage/?${executorLog}`)
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\ufffd\ufffd ok')
  const plain = await get(`/log/?${executorLog}`)
  expect(plain.headers.get('content-type')).toContain('text/plain')
  expect(plain.headers.get('x-content-type-options')).toBe('nosniff')
})

test('the JSON has the fields of a Spark worker, and shows no command line', async () => {
  const { get } = await bed()
  const json = (await (await get('/json/')).json()) as Record<string, unknown>
  expect(Object.keys(json)).toEqual([
    'id',
    'masterurl',
    'masterwebuiurl',
    'cores',
    'coresused',
    'memory',
    'memoryused',
    'resources',
    'resourcesused',
    'executors',
    'finishedexecutors',
  ])
  const [executor] = json.executors as Record<string, unknown>[]
  expect(executor).toMatchObject({
    id: 0,
    memory: 4096,
    resources: {},
    appid: 'app-20261122153820-0000',
    appdesc: { name: 'nightly-report-0', cores: 4, memoryperexecutor: 4096, user: 'ada', command: '' },
  })
  expect(json.resources).toEqual({ gpu: { name: 'gpu', addresses: ['0', '1'] } })
})

test('the way back to the master leads where the browser came from', async () => {
  const { worker, text } = await bed()
  expect(await text('/')).toContain('<a href="http://127.0.0.1:8080">Master</a>')
  const through = { 'x-forwarded-prefix': `/spark/proxy/${worker.state.id}` }
  expect(await text('/', through)).toContain('<a href="/spark/">Master</a>')
  expect(await text('/', through)).toContain(
    `href="/spark/proxy/${worker.state.id}/logPage/?${executorLog.replaceAll('&', '&amp;')}"`,
  )
  const settings = { 'spark.ui.reverseProxy': 'true', 'spark.ui.reverseProxyUrl': 'https://portal.example/spark' }
  const told = await bed(new MemoryLog(), { settings })
  expect(await told.text('/')).toContain('<a href="https://portal.example/spark/">Master</a>')
})

test('a worker without a master says so', async () => {
  const ui = await workerUi(new MemoryWorker({ ...emptyWorker(), masterUrl: undefined, masterWebUiUrl: undefined }))
  const page = await (await ui.app.request('/', { headers: { accept: 'text/html' } })).text()
  expect(page).toContain('This worker has no master at present')
  expect(page).not.toContain('>Master</a>')
})
