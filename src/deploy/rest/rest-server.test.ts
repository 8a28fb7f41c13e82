import { describe, expect, test } from 'vitest'
import { MemoryMaster } from '../../../test/kit/memory-master.js'
import { SparkConf } from '../../common/conf/index.js'
import { firesteelVersion } from '../../common/index.js'
import { accessOf, type WebFilter, WebGate } from '../../web/index.js'
import { createRestServer, type RestServerOptions } from './rest-server.js'

const version = firesteelVersion()

function start(options: RestServerOptions = {}) {
  const master = new MemoryMaster()
  const app = createRestServer(master, options)
  /** Asks; the answer's status and message. */
  const ask = async (method: string, path: string, { body, headers }: Pick<RequestInit, 'body' | 'headers'> = {}) => {
    const response = await app.request(`http://master.test:6066${path}`, { method, body, headers })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    }
  }
  const create = (request: object, headers?: Record<string, string>) =>
    ask('POST', '/v1/submissions/create', { body: JSON.stringify(request), headers })
  return { master, ask, create }
}

const request = (more: object = {}) => ({
  action: 'CreateSubmissionRequest',
  clientSparkVersion: '4.3.0',
  appResource: 'file:/opt/app/pi.mjs',
  mainClass: 'main',
  appArgs: ['10'],
  sparkProperties: { 'spark.app.name': 'pi', 'spark.master': 'spark://127.0.0.1:6066' },
  environmentVariables: {},
  ...more,
})

const properties = (more: Record<string, unknown>) => request({ sparkProperties: { 'spark.app.name': 'pi', ...more } })

describe('a submission', () => {
  test('is answered byte by byte as Spark answers', async () => {
    const { ask } = start()
    const { status, headers, text } = await ask('POST', '/v1/submissions/create', { body: JSON.stringify(request()) })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json;charset=utf-8')
    expect(text).toBe(`{
  "action" : "CreateSubmissionResponse",
  "message" : "Driver successfully submitted as driver-20260101000000-0000",
  "serverSparkVersion" : "${version}",
  "submissionId" : "driver-20260101000000-0000",
  "success" : true
}`)
  })

  test('becomes a driver with all that the request says', async () => {
    const { master, create } = start()
    await create(
      request({
        appArgs: ['a b', ''],
        sparkProperties: {
          'spark.app.name': 'pi',
          'spark.master': 'spark://127.0.0.1:6066',
          'spark.driver.memory': '1536m',
          'spark.driver.cores': '2',
          'spark.driver.supervise': 'true',
          'spark.driver.resource.gpu.amount': '1',
          'spark.jars': 'file:/opt/app/pi.mjs,file:/opt/lib/extra.js',
          'spark.files': 'http://host.test/a.txt',
          'spark.archives': '/data/b.tgz#b',
          'spark.my.key': 'val',
          'spark.authenticate.secret': 'of the client',
        },
        environmentVariables: { SPARK_USER: 'ana', SPARK_LOCAL_IP: '10.0.0.1', TZ: 'UTC' },
      }),
    )
    expect(master.submitted).toEqual([
      {
        token: expect.any(String),
        name: 'pi',
        user: 'ana',
        application: { kind: 'url', url: 'file:///opt/app/pi.mjs' },
        className: 'main',
        args: ['a b', ''],
        settings: {
          'spark.app.name': 'pi',
          'spark.master': 'spark://master.test:7077',
          'spark.driver.memory': '1536m',
          'spark.driver.cores': '2',
          'spark.driver.supervise': 'true',
          'spark.driver.resource.gpu.amount': '1',
          'spark.my.key': 'val',
        },
        environment: { SPARK_USER: 'ana', TZ: 'UTC' },
        jars: [{ kind: 'url', url: 'file:///opt/lib/extra.js' }],
        files: [{ kind: 'url', url: 'http://host.test/a.txt' }],
        archives: [{ kind: 'url', url: 'file:///data/b.tgz#b' }],
        packages: [],
        cores: 2,
        memoryMiB: 1536,
        supervise: true,
        resources: { gpu: 1 },
      },
    ])
  })

  test('without main class runs the module alone, and has the defaults of Spark', async () => {
    const { master, create } = start()
    await create(request({ mainClass: undefined, appArgs: undefined, environmentVariables: null }))
    const [driver] = master.submitted
    expect(driver).not.toHaveProperty('className')
    expect(driver).toMatchObject({ cores: 1, memoryMiB: 1024, supervise: false, args: [], environment: {} })
  })

  test('by the class SparkSubmit runs its first argument, as the documentation of Spark has it for scripts', async () => {
    const { master, create } = start()
    const mainClass = 'org.apache.spark.deploy.SparkSubmit'
    await create(request({ appResource: '', mainClass, appArgs: ['/opt/pi.ts', '10'] }))
    expect(master.submitted[0]).toMatchObject({ application: { url: 'file:///opt/pi.ts' }, args: ['10'] })
    const { status, json } = await create(
      request({ appResource: '', mainClass, appArgs: ['--name', 'x', '/opt/pi.ts'] }),
    )
    expect([status, json.message]).toEqual([400, expect.stringContaining('not with flags')])
  })

  test('that names several masters keeps them, by their ports for applications', async () => {
    const { master, create } = start()
    await create(properties({ 'spark.master': 'spark://a:6066,b:6066,c:7177' }))
    expect(master.submitted[0]!.settings['spark.master']).toBe('spark://a:7077,b:7077,c:7177')
  })

  test('that is repeated with the same Idempotency-Key is one driver', async () => {
    const { master, create } = start()
    const first = await create(request(), { 'Idempotency-Key': 'one' })
    const again = await create(request(), { 'Idempotency-Key': 'one' })
    const other = await create(request(), { 'Idempotency-Key': 'two' })
    expect(again.json.submissionId).toBe(first.json.submissionId)
    expect(other.json.submissionId).not.toBe(first.json.submissionId)
    expect(master.ids).toHaveLength(2)
  })

  test('without a key is a driver of its own each time', async () => {
    const { master, create } = start()
    await create(request())
    await create(request())
    expect(new Set(master.submitted.map(({ token }) => token)).size).toBe(2)
  })

  test('has variables of the master filled in only where it was told so', async () => {
    const { master, create } = start({
      environment: { REGION: 'eu', SPARK_AUTHENTICATE_SECRET: 'x', SPARK_MASTER_OPTS: 'x' },
    })
    const more = { sparkProperties: { 'spark.app.name': 'pi', 'spark.x': '{{REGION}}', 'spark.y': '{{HOME}}' } }
    await create(request({ ...more, environmentVariables: { REGION: '{{REGION}}', P: '{{__proto__}}' } }))
    expect(master.submitted[0]!.settings).toMatchObject({ 'spark.x': 'eu', 'spark.y': '{{HOME}}' })
    expect(master.submitted[0]!.environment).toEqual({ REGION: 'eu', P: '{{__proto__}}' })
    const secrets = { A: '{{SPARK_AUTHENTICATE_SECRET}}', B: '{{SPARK_MASTER_OPTS}}' }
    await create(request({ environmentVariables: secrets }))
    expect(master.submitted[1]!.environment).toEqual(secrets)
  })

  test('of an uploaded file needs that file to be there', async () => {
    const hash = 'ab'.repeat(32)
    const { master, create } = start({ uploadedBytes: (asked) => (asked === hash ? 7 : undefined) })
    await create(request({ appResource: `blob:${hash}/pi.mjs` }))
    expect(master.submitted[0]!.application).toEqual({ kind: 'blob', name: 'pi.mjs', hash, bytes: 7 })
    const { status, json } = await create(request({ appResource: `blob:${'cd'.repeat(32)}` }))
    expect([status, json.message]).toEqual([400, expect.stringContaining('was uploaded to this cluster')])
  })

  test('tells which of its fields are not known', async () => {
    const { create } = start()
    const { text } = await create(request({ color: 'red', size: 1 }))
    expect(text).toContain('"unknownFields" : [ "color", "size" ]')
  })

  test.each([
    ['', 'it has no body'],
    ['hello', 'it is not JSON'],
    ['{"a":', 'it is not JSON'],
    ['[1]', 'it is not a JSON object'],
    ['null', 'it is not a JSON object'],
    ['{"a":1}', "it has no field 'action'"],
    ['{"action":"FooRequest","clientSparkVersion":"4.3.0"}', "its action is 'FooRequest'"],
    ['{"action":"CreateSubmissionRequest"}', "it has no field 'clientSparkVersion'"],
  ])('whose body is %j is refused with 400 and one sentence', async (body, problem) => {
    const { master, ask } = start()
    const { status, json } = await ask('POST', '/v1/submissions/create', { body })
    expect(status).toBe(400)
    expect(json.action).toBe('ErrorResponse')
    expect(json.message).toMatch(new RegExp(`^Malformed request: ${problem.replace(/[[\]]/g, '\\$&')}[^\n]*$`))
    expect(master.submitted).toEqual([])
  })

  test.each([
    [request({ sparkProperties: undefined }), "it has no field 'sparkProperties'"],
    [request({ sparkProperties: {} }), "sparkProperties has no 'spark.app.name'"],
    [request({ sparkProperties: 'x' }), "the field 'sparkProperties' is not an object of texts"],
    [request({ appArgs: 'x' }), "the field 'appArgs' is not a list of texts"],
    [request({ appArgs: ['a', {}] }), "the field 'appArgs[1]' is not a text"],
    [request({ appArgs: ['a\0b'] }), "the field 'appArgs[0]' has a zero byte in it"],
    [request({ appResource: '' }), "the field 'appResource' is empty"],
    [request({ appResource: 'app.mjs' }), "appResource: 'app.mjs' cannot be used"],
    [request({ appResource: 's3://bucket/app.mjs' }), "appResource: 's3://bucket/app.mjs' cannot be used"],
    [request({ appResource: 'file://elsewhere/app.mjs' }), 'cannot be used'],
    [properties({ 'spark.driver.cores': 'many' }), "spark.driver.cores cannot be 'many'"],
    [properties({ 'spark.driver.memory': '-1g' }), "spark.driver.memory cannot be '-1g'"],
    [properties({ 'spark.driver.supervise': 'perhaps' }), "spark.driver.supervise cannot be 'perhaps'"],
    [properties({ 'spark.jars.packages': 'a@1' }), 'spark.jars.packages: packages are resolved by the client'],
    [properties({ 'spark.jars': 'ftp://x/y.js' }), "spark.jars: 'ftp://x/y.js' cannot be used"],
    [request({ environmentVariables: { 'A=B': 'x' } }), 'a name in environmentVariables'],
  ])('is refused with the field that is wrong: %#', async (body, problem) => {
    const { master, create } = start()
    const { status, json } = await create(body)
    expect([status, json.message]).toEqual([400, expect.stringContaining(problem)])
    expect(master.submitted).toEqual([])
  })

  test('has numbers and booleans taken as texts, and odd names as names', async () => {
    const { master, ask } = start()
    const sparkProperties = '{"spark.app.name":"pi","spark.driver.cores":2,"spark.driver.supervise":true}'
    const body = `{"action":"CreateSubmissionRequest","clientSparkVersion":"","appResource":"/a.js","sparkProperties":${sparkProperties},"environmentVariables":{"__proto__":"x"}}`
    await ask('POST', '/v1/submissions/create', { body })
    expect(master.submitted[0]).toMatchObject({ cores: 2, supervise: true })
    expect(Object.entries(master.submitted[0]!.environment)).toEqual([['__proto__', 'x']])
  })

  test('longer than the limit is refused with 413', async () => {
    const { ask, master } = start({ maxBodyBytes: 1000 })
    const { status, json } = await ask('POST', '/v1/submissions/create', { body: 'x'.repeat(1001) })
    expect([status, json.message]).toEqual([413, 'The request is longer than 1000 bytes.'])
    expect(master.submitted).toEqual([])
  })

  test('nested half a million deep is refused like any other that is wrong', async () => {
    const { create, ask } = start()
    const body = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    expect((await ask('POST', '/v1/submissions/create', { body })).status).toBe(400)
    expect((await create(request())).status).toBe(200)
  })
})

describe('the state of a submission', () => {
  test.each([
    [
      { state: 'SUBMITTED', message: 'waits for 4g; the largest worker has 1g free' },
      'waits for 4g; the largest worker has 1g free',
    ],
    [{ state: 'FAILED', exitCode: 3, message: 'exited with 3' }, 'Exception from the cluster:\nexited with 3'],
    [{ state: 'FINISHED', exitCode: 0, workerId: 'w', workerHostPort: 'h:1' }, undefined],
  ] as const)('is told with what is known of it: %#', async (report, message) => {
    const { master, ask, create } = start()
    const { submissionId } = (await create(request())).json
    master.report(submissionId, report)
    const { status, json } = await ask('GET', `/v1/submissions/status/${submissionId}`)
    expect(status).toBe(200)
    const { message: _, state, ...rest } = { message: undefined, ...report }
    expect(json).toEqual({
      action: 'SubmissionStatusResponse',
      serverSparkVersion: version,
      submissionId,
      success: true,
      driverState: state,
      ...rest,
      ...(message === undefined ? {} : { message }),
    })
  })

  test('that is not known is no success', async () => {
    const { ask } = start()
    const { status, text } = await ask('GET', '/v1/submissions/status/driver-nope')
    expect(status).toBe(200)
    expect(text).toBe(`{
  "action" : "SubmissionStatusResponse",
  "serverSparkVersion" : "${version}",
  "submissionId" : "driver-nope",
  "success" : false
}`)
  })
})

describe('the other requests', () => {
  test('kill a driver once', async () => {
    const { ask, create } = start()
    const { submissionId } = (await create(request())).json
    const kill = async () => (await ask('POST', `/v1/submissions/kill/${submissionId}`)).json
    const answer = { action: 'KillSubmissionResponse', serverSparkVersion: version, submissionId }
    expect(await kill()).toEqual({ ...answer, success: true, message: `Kill request for ${submissionId} submitted` })
    const message = `Driver ${submissionId} has already finished or does not exist`
    expect(await kill()).toEqual({ ...answer, success: false, message })
  })

  test('kill all, clear, and tell that the master is ready', async () => {
    const { ask, master } = start()
    const answer = { serverSparkVersion: version, success: true }
    expect((await ask('POST', '/v1/submissions/killall')).json).toEqual({
      action: 'KillAllSubmissionResponse',
      message: 'Kill request for all drivers submitted',
      ...answer,
    })
    expect((await ask('POST', '/v1/submissions/clear')).json).toEqual({
      action: 'ClearResponse',
      message: '',
      ...answer,
    })
    expect(master.changes).toBe(2)
    expect((await ask('GET', '/v1/submissions/readyz')).json).toEqual({
      action: 'ReadyzResponse',
      message: '',
      ...answer,
    })
  })

  test.each([
    [
      'GET',
      '/',
      400,
      'Missing protocol version. Please submit requests through http://[host]:[port]/v1/submissions/...',
    ],
    ['GET', '/v1', 400, 'Missing the /submissions prefix.'],
    [
      'GET',
      '/v1/submissions',
      400,
      'Missing an action: please specify one of /create, /kill, /killall, /clear, /status, or /readyz.',
    ],
    ['GET', '/v1/submissions/foo', 400, 'Missing an action'],
    ['GET', '/v1/submissions/__proto__', 400, 'Missing an action'],
    ['POST', '/v1/submissions//killall', 400, 'Missing an action'],
    ['POST', '//v1/submissions/killall', 468, 'Unknown protocol version'],
    ['GET', '/v1/submissions/status', 400, 'Submission ID is missing in status request.'],
    ['POST', '/v1/submissions/kill', 400, 'Submission ID is missing in kill request.'],
    ['GET', '/v1/submissions/create', 405, 'HTTP method GET is not supported by /create, which takes POST.'],
    ['GET', '/v1/submissions/kill/x', 405, 'HTTP method GET is not supported by /kill, which takes POST.'],
    ['DELETE', '/v1/submissions/status/x', 405, 'HTTP method DELETE is not supported by /status, which takes GET.'],
    ['OPTIONS', '/v1/submissions/clear', 405, 'HTTP method OPTIONS is not supported by /clear, which takes POST.'],
  ])('that are wrong, such as %s %s, are answered with %i', async (method, path, expected, message) => {
    const { ask, master } = start()
    const before = master.snapshot()
    const { status, json } = await ask(method, path)
    expect([status, json.action]).toEqual([expected, 'ErrorResponse'])
    expect(json.message).toContain(message)
    if (status !== 468) expect(json).not.toHaveProperty('highestProtocolVersion')
    expect(master.snapshot()).toBe(before)
  })

  test.each(['/foo', '/readyz', '/v2/submissions/create'])(
    'of another version, such as %s, are answered with 468',
    async (path) => {
      const { ask } = start()
      const { status, json } = await ask('POST', path)
      expect(status).toBe(468)
      const version = path.split('/')[1]
      const message = `Unknown protocol version '${version}'. Please submit requests through http://[host]:[port]/v1/submissions/...`
      expect(json).toMatchObject({ action: 'ErrorResponse', highestProtocolVersion: 'v1', message })
    },
  )

  test('of a master that stands by are left to the next one', async () => {
    const { ask, create, master } = start()
    master.status = 'STANDBY'
    const answers = [
      await create(request()),
      await ask('POST', '/v1/submissions/kill/x'),
      await ask('POST', '/v1/submissions/killall'),
      await ask('POST', '/v1/submissions/clear'),
      await ask('GET', '/v1/submissions/status/x'),
    ]
    for (const { status, json } of answers) {
      expect([status, json.success]).toEqual([200, false])
      expect(json.message).toMatch(/^Current state is not alive/)
    }
    expect(master.changes).toBe(0)
    const ready = await ask('GET', '/v1/submissions/readyz')
    expect([ready.status, ready.json.message]).toEqual([503, 'Master is not ready.'])
  })

  test('are given up when the master does not answer', async () => {
    const { create, master } = start({ timeoutMs: 1 })
    master.submitDriver = () => new Promise(() => {})
    const { status, json } = await create(request())
    expect([status, json.message]).toEqual([504, 'The master did not answer in time.'])
  })
})

/** A gate that knows one token. */
function gateWith(filters: readonly WebFilter[] = [], acls: Record<string, string> = {}): WebGate {
  return new WebGate({
    access: accessOf(new SparkConf(false).setAll(acls), { token: 'right' }),
    headers: async (_, next) => next(),
    filters,
    host: 'master.test',
    publicHosts: [],
    furtherHosts: [],
    isTls: false,
    now: () => 0,
  })
}

describe('who may come in', () => {
  test('is asked of what changes something, before it is read', async () => {
    const { ask, master } = start({ gate: gateWith() })
    const before = master.snapshot()
    for (const path of ['create', 'kill/x', 'killall', 'clear']) {
      const headers = { Authorization: 'Bearer wrong' }
      const answer = await ask('POST', `/v1/submissions/${path}`, { headers })
      expect([answer.status, answer.json.action]).toEqual([401, 'ErrorResponse'])
      expect(answer.json.message).toContain('Authorization: Bearer')
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="firesteel"')
    }
    expect(master.snapshot()).toBe(before)
    expect((await ask('GET', '/v1/submissions/status/x')).status).toBe(200)
  })

  test('is let in with the right token', async () => {
    const { create, master } = start({ gate: gateWith() })
    expect((await create(request(), { Authorization: 'Bearer right' })).status).toBe(200)
    expect(master.submitted).toHaveLength(1)
  })

  test('is asked of all but probes where lists of users are on', async () => {
    const { ask } = start({ gate: gateWith([], { 'spark.acls.enable': 'true' }) })
    expect((await ask('GET', '/v1/submissions/status/x')).status).toBe(401)
    expect((await ask('GET', '/v1/submissions/readyz')).status).toBe(200)
  })

  test('may be said by a filter, which names the user, or refuses in its own words', async () => {
    const filter: WebFilter = async (c, next) => {
      if (c.req.header('X-Who') === 'mallory') return c.text('not you', 403)
      if (c.req.header('X-Who') === 'ana') c.set('user', 'ana')
      return next()
    }
    const { create, master } = start({ gate: gateWith([filter]) })
    const environmentVariables = { SPARK_USER: 'root' }
    expect((await create(request({ environmentVariables }), { 'X-Who': 'ana' })).status).toBe(200)
    expect((await create(request(), { 'X-Who': 'bob' })).status).toBe(401)
    const { status, json } = await create(request(), { 'X-Who': 'mallory' })
    expect([status, json.action, json.message]).toEqual([403, 'ErrorResponse', 'not you'])
    expect(master.submitted.map(({ user, environment }) => [user, environment.SPARK_USER])).toEqual([['ana', 'ana']])
  })

  test.each([
    ['Origin', 'http://evil.test'],
    ['Origin', 'null'],
    ['Sec-Fetch-Site', 'cross-site'],
    ['Sec-Fetch-Site', 'same-origin'],
  ])('is no page in a browser: %s %s', async (name, value) => {
    const { create, master } = start()
    const { status, json } = await create(request(), { [name]: value })
    expect([status, json.action]).toEqual([403, 'ErrorResponse'])
    expect(master.submitted).toEqual([])
  })
})

test('what fails inside is told as that alone', async () => {
  const { create, master } = start()
  master.submitDriver = () => Promise.reject(new Error('the store at /secret/path is full'))
  const { status, json } = await create(request())
  expect([status, json.message]).toEqual([500, "Internal server error; the master's log has the details."])
})
