import { expect, test } from 'vitest'
import { webToken } from '../../web/index.js'
import {
  aDriver,
  anApplication,
  aWorker,
  busyMaster,
  emptyMaster,
  failingMaster,
  MemoryLog,
  MemoryMaster,
  masterUi,
  someTime,
  type UiFixtureOptions,
} from '../ui.test-kit.js'

const secret = { kind: 'words', text: 'a secret' } as const
const html = { accept: 'text/html' }

async function bed(state = busyMaster(), options: UiFixtureOptions = {}) {
  const master = new MemoryMaster(state)
  const ui = await masterUi(master, options)
  const get = async (path: string, headers: Record<string, string> = html) => ui.app.request(path, { headers })
  const text = async (path: string) => (await get(path)).text()
  const post = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    ui.app.request(path, {
      method: 'POST',
      headers: { host: '127.0.0.1:8080', ...headers },
      body: new URLSearchParams(fields),
    })
  return { master, ui, get, text, post }
}

test('every page is there with and without the slash at its end', async () => {
  const { get } = await bed(busyMaster(), { log: new MemoryLog().write('hello') })
  for (const path of [
    '/',
    '/app/?appId=app-20261122153820-0000',
    '/app?appId=app-20261122153820-0000',
    '/environment',
    '/environment/',
    '/json',
    '/json/',
    '/logPage/?self&logType=out',
    '/log/?self&logType=out',
    '/static/pages.css',
  ])
    expect((await get(path)).status, path).toBe(200)
  for (const path of ['/nothing', '/app/?appId=unknown', '/app/', '/static/../package.json', '/proxy/x/', '/__proto__'])
    expect((await get(path)).status, path).toBe(404)
})

test('what others say of themselves cannot become markup or a link that runs something', async () => {
  const { text } = await bed(failingMaster())
  for (const path of [
    '/',
    '/app/?appId=app-20261122153820-0001',
    '/app/?appId=<script>alert(1)</script>',
    '/?workers="><script>',
  ]) {
    const page = await text(path)
    expect(page).not.toContain('<img src=x')
    expect(page).not.toContain('javascript:')
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page).not.toMatch(/ on[a-z]+=(?!alert\(1\)&gt;)| style=/)
  }
})

test('the JSON is that of a Spark master', async () => {
  const worker = aWorker(1, {
    id: 'worker-20261122153447-127.0.0.1-45371',
    host: '127.0.0.1',
    port: 45371,
    webUiUrl: 'http://127.0.0.1:8081',
    cores: 1,
    coresUsed: 1,
    memoryMiB: 1024,
    memoryUsedMiB: 512,
    lastHeartbeat: 1795361903227,
  })
  const app = anApplication(0, {
    id: 'app-20261122153820-0000',
    name: 'bench-sleep-6-6000',
    user: 'root',
    submittedAt: someTime,
    coresGranted: 1,
    coresMax: undefined,
    memoryPerExecutorMiB: 512,
    executors: [],
  })
  const driver = aDriver(1, {
    id: 'driver-20261122153812-0001',
    submittedAt: 1795361892159,
    memoryMiB: 512,
    workerId: worker.id,
    mainClass: 'Bench',
  })
  const { get } = await bed({ ...emptyMaster(), workers: [worker], activeApplications: [app], activeDrivers: [driver] })
  const answer = await get('/json/')
  expect(answer.headers.get('content-type')).toContain('application/json')
  // Captured from a Spark 4 master, with one of its two workers.
  expect(await answer.json()).toEqual({
    url: 'spark://127.0.0.1:7077',
    workers: [
      {
        id: 'worker-20261122153447-127.0.0.1-45371',
        host: '127.0.0.1',
        port: 45371,
        webuiaddress: 'http://127.0.0.1:8081',
        cores: 1,
        coresused: 1,
        coresfree: 0,
        memory: 1024,
        memoryused: 512,
        memoryfree: 512,
        resources: {},
        resourcesused: {},
        resourcesfree: {},
        state: 'ALIVE',
        lastheartbeat: 1795361903227,
      },
    ],
    aliveworkers: 1,
    cores: 1,
    coresused: 1,
    memory: 1024,
    memoryused: 512,
    resources: [{}],
    resourcesused: [{}],
    activeapps: [
      {
        id: 'app-20261122153820-0000',
        starttime: 1795361900371,
        name: 'bench-sleep-6-6000',
        cores: 1,
        user: 'root',
        memoryperexecutor: 512,
        memoryperslave: 512,
        resourcesperexecutor: [],
        resourcesperslave: [],
        submitdate: 'Sun Nov 22 15:38:20 UTC 2026',
        state: 'RUNNING',
        duration: 7000,
      },
    ],
    completedapps: [],
    activedrivers: [
      {
        id: 'driver-20261122153812-0001',
        starttime: '1795361892159',
        state: 'RUNNING',
        cores: 1,
        memory: 512,
        resources: {},
        submitdate: 'Sun Nov 22 15:38:12 UTC 2026',
        worker: 'worker-20261122153447-127.0.0.1-45371',
        mainclass: 'Bench',
      },
    ],
    completeddrivers: [],
    status: 'ALIVE',
  })
})

test('a part of the JSON is asked for by its name, and what does not exist is empty, as in Spark', async () => {
  const { get } = await bed(busyMaster(2, 1))
  const json = async (field: string) => (await get(`/json/${field}`)).json()
  expect(await json('master')).toEqual({ master: '' })
  expect(await json('constructor')).toEqual({ constructor: '' })
  expect(((await json('workers')) as { workers: unknown[] }).workers).toHaveLength(2)
  expect(await json('clusterutilization')).toEqual({
    waitingDrivers: 1,
    cores: 32,
    coresused: 3,
    coresutilization: 9,
    memory: 131072,
    memoryused: 3072,
    memoryutilization: 2,
  })
})

test('the JSON says why something waits and how it ended', async () => {
  const { get } = await bed(failingMaster())
  const json = (await (await get('/json/')).json()) as Record<string, Record<string, unknown>[]>
  expect(json.activeapps![1]).toMatchObject({
    state: 'WAITING',
    waitingreason: expect.stringContaining('no worker is alive'),
  })
  expect(json.completedapps![0]!.message).toContain('10 executors in a row')
  expect(json.completeddrivers![1]).toMatchObject({ state: 'FAILED', exitcode: 1 })
})

test('programs kill what runs, and are told what does not', async () => {
  const { master, post } = await bed()
  const killed = await post('/app/kill/', { id: 'app-20261122153820-0000', terminate: 'true' })
  expect([killed.status, killed.headers.get('location')]).toEqual([303, '../../'])
  expect((await post('/app/kill/', { id: 'app-unknown', terminate: 'true' })).status).toBe(404)
  expect((await post('/app/kill/', { id: 'app-20261122153820-0001' })).status).toBe(400)
  expect((await post('/driver/kill/', { id: 'driver-20261122153812-0001', terminate: 'true' })).status).toBe(303)
  const unknown = await post('/driver/kill/', { id: 'driver-x', terminate: 'true' })
  expect([unknown.status, await unknown.text()]).toEqual([
    404,
    'driver driver-x has already finished or does not exist\n',
  ])
  expect(master.asked).toEqual([
    'kill application app-20261122153820-0000 by somebody at the web UI',
    'kill driver driver-20261122153812-0001',
    'kill driver driver-x',
  ])
})

test('with spark.ui.killEnabled false nothing can be killed, nor looks as if it could', async () => {
  const { master, post, text } = await bed(busyMaster(), { settings: { 'spark.ui.killEnabled': 'false' } })
  expect((await post('/app/kill/', { id: 'app-20261122153820-0000', terminate: 'true' })).status).toBe(403)
  expect(await text('/')).not.toContain('Kill')
  expect(master.asked).toEqual([])
})

test('with a secret, a browser that wants to change something is led to sign in, and a program is told', async () => {
  const { master, get, post } = await bed(busyMaster(), { secret })
  const fields = { id: 'app-20261122153820-0000', terminate: 'true' }
  const shown = await post('/app/kill/', fields, html)
  expect([shown.status, shown.headers.get('location')]).toEqual([303, '../../login/'])
  const told = await post('/app/kill/', fields)
  expect([told.status, told.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  expect(master.asked).toEqual([])
  expect((await post('/app/kill/', fields, { authorization: `Bearer ${await webToken(secret)}` })).status).toBe(303)
  expect(master.asked).toHaveLength(1)
  expect((await get('/login/')).status).toBe(200)
})

test('the token opens a session by the form alone, whose cookie is for this server and no script', async () => {
  const { get, post } = await bed(busyMaster(), { secret })
  const csrfToken = /name="csrfToken" value="([^"]+)"/.exec(await (await get('/login/')).text())![1]!
  const token = await webToken(secret)
  expect((await post('/login/', { token })).status).toBe(401)
  expect((await post('/login/', { token: 'wrong', csrfToken })).status).toBe(401)
  const opened = await post(
    '/login/',
    { token, csrfToken },
    { 'x-forwarded-prefix': '/spark', 'x-forwarded-proto': 'https' },
  )
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/spark/'])
  expect(opened.headers.get('set-cookie')).toMatch(
    /^firesteel-\w+=.*Max-Age=43200; Path=\/spark\/; HttpOnly; Secure; SameSite=Strict$/,
  )
})

test('with lists, nobody sees anything before signing in', async () => {
  const { get } = await bed(busyMaster(), { secret, settings: { 'spark.acls.enable': 'true' } })
  for (const path of ['/', '/json/', '/environment/', '/app/?appId=app-20261122153820-0000', '/nothing']) {
    const page = await get(path)
    expect([page.status, page.headers.get('location')], path).toEqual([303, expect.stringMatching(/login\/$/)])
    expect((await get(path, {})).status, path).toBe(401)
  }
  expect((await get('/', { accept: 'text/event-stream' })).status).toBe(401)
  expect(await (await get('/login/')).text()).not.toContain('Environment')
})

test('workers are decommissioned from this machine only, unless the setting says otherwise', async () => {
  const ask = async (mode: string | undefined, address: string | undefined, headers: Record<string, string> = {}) => {
    const settings: Record<string, string> =
      mode === undefined ? {} : { 'spark.master.ui.decommission.allow.mode': mode }
    const { ui } = await bed(busyMaster(), { settings })
    const env = address === undefined ? {} : { incoming: { socket: { remoteAddress: address } } }
    const init = { method: 'POST', headers: { host: '127.0.0.1:8080', ...headers } }
    const answer = await ui.app.request('/workers/kill/?host=10.0.0.3&host=10.0.0.4', init, env)
    return [answer.status, (await answer.text()).trim()]
  }
  const done = [200, 'worker-20261122153447-10.0.0.3-40003\nworker-20261122153447-10.0.0.4-40004']
  expect(await ask(undefined, '127.0.0.1')).toEqual(done)
  expect(await ask(undefined, '::ffff:127.0.0.1')).toEqual(done)
  expect((await ask(undefined, '203.0.113.9'))[0]).toBe(405)
  expect((await ask(undefined, undefined))[0]).toBe(405)
  expect((await ask(undefined, '127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }))[0]).toBe(405)
  expect((await ask('DENY', '127.0.0.1'))[0]).toBe(405)
  expect(await ask('ALLOW', '203.0.113.9')).toEqual(done)
})

test('decommissioning wants hosts, and says when none of them has a worker', async () => {
  const { post } = await bed(busyMaster(), { settings: { 'spark.master.ui.decommission.allow.mode': 'ALLOW' } })
  expect((await post('/workers/kill/', {})).status).toBe(400)
  expect((await post('/workers/kill/', { host: 'nowhere' })).status).toBe(404)
})

test('the title, the history server and the prefix of a proxy are as the settings say', async () => {
  const settings = {
    'spark.master.ui.title': 'The <big> cluster',
    'spark.master.ui.historyServerUrl': 'https://history.example/',
    'spark.ui.proxyBase': '/spark',
  }
  const { text } = await bed(busyMaster(), { settings })
  const page = await text('/')
  expect(page).toContain('<title>The &lt;big&gt; cluster</title>')
  expect(page).toContain('href="https://history.example/history/app-20261122153820-0090/"')
  expect(page).toContain('href="/spark/app/?appId=app-20261122153820-0000"')
})

test('with the reverse proxy, links to workers and applications stay on the master', async () => {
  const { text } = await bed(busyMaster(), { settings: { 'spark.ui.reverseProxy': 'true' } })
  const page = (await text('/')) + (await text('/app/?appId=app-20261122153820-0000'))
  expect(page).toContain('href="./proxy/worker-20261122153447-10.0.0.1-40001/"')
  expect(page).toContain('href="./proxy/app-20261122153820-0000/"')
  expect(page).toContain(
    'href="../proxy/worker-20261122153447-10.0.0.1-40001/logPage/?appId=app-20261122153820-0000&amp;executorId=0&amp;logType=stdout"',
  )
  expect(page).not.toContain('href="http://10.')
})

test('the environment page shows no secret', async () => {
  const { text } = await bed(emptyMaster(), {
    settings: {
      'spark.authenticate.secret': 'hush',
      'spark.ssl.keyStorePassword': 'hush',
      'spark.master.ui.visibleEnvVarPrefixes': 'SPARK_',
    },
    env: { SPARK_AUTH_TOKEN: 'hush', SPARK_MASTER_HOST: 'one', OTHER: 'hush' },
  })
  const page = await text('/environment/')
  expect(page).not.toContain('hush')
  expect(page).toContain('SPARK_MASTER_HOST')
})

test('a master that does not lead says so', async () => {
  const { text } = await bed({ ...emptyMaster(), status: 'STANDBY' })
  expect(await text('/')).toContain('STANDBY')
})
