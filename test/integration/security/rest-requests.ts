/** A request as bytes on a connection, and whether a server may do what it asks. */
export interface RawRequest {
  readonly bytes: Buffer
  /** Whether it is one that Spark's protocol allows; all others must change nothing. */
  readonly isSound: boolean
}

type Random = () => number

const valid = {
  action: 'CreateSubmissionRequest',
  clientSparkVersion: '4.0.1',
  appResource: 'file:/opt/app.mjs',
  mainClass: 'main',
  appArgs: ['1'],
  sparkProperties: { 'spark.app.name': 'fuzz', 'spark.driver.memory': '512m' },
  environmentVariables: { SPARK_X: '1' },
}

const changingPaths = ['create', 'kill/driver-1', 'killall', 'clear'].map((name) => `/v1/submissions/${name}`)
const readingPaths = ['status/driver-1', 'status', 'readyz'].map((name) => `/v1/submissions/${name}`)
const oddPaths = [
  '/',
  '//',
  '/v1',
  '/v1/submissions',
  '/v1/submissions//create/',
  '/v2/submissions/create',
  '/v1/submissions/create/../../../etc/passwd',
  '/v1/submissions/kill/%00',
  '/v1/submissions/kill/%ff%fe',
  '/v1/submissions/status/%',
  '/v1/submissions/status/%2e%2e%2f%2e%2e',
  '/v1/submissions/__proto__',
  '/v1/submissions/constructor',
  '/v1/submissions/toString/x',
  '/v1/%73ubmissions/killall',
  '/V1/SUBMISSIONS/KILLALL',
  `/v1/submissions/status/${'a'.repeat(7_000)}`,
  `/${'x/'.repeat(3_000)}`,
  '/v1/submissions/status/<script>alert(1)</script>',
  '/v1/submissions/killall?x=1#y',
  '*',
  'http://elsewhere.test/v1/submissions/killall',
  'not-a-path',
  '/\u00e9\u4e2d',
]
const oddMethods = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'CONNECT', 'BREW', 'get', '\u00e4']
const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  '\0',
  'x'.repeat(100_000),
  [],
  {},
  [[[]]],
  { toString: 1 },
  { __proto__: { a: 1 } },
  ['\ud800'],
  '{{HOME}}',
  '../../etc/passwd',
  'javascript:alert(1)',
  'file:///',
  'blob:x',
  '\r\nSet-Cookie: a=b',
]

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!
const upTo = (random: Random, most: number) => Math.floor(random() * most)
const noise = (random: Random, length: number) => Buffer.from(Array.from({ length }, () => upTo(random, 256)))

/** A request that is wrong in one way or another; now and then a sound one, so that what follows it is seen, too. */
export function randomRequest(random: Random): RawRequest {
  return pick(random, [
    soundRequest,
    bodyless,
    randomBytes,
    randomBody,
    cutJson,
    cutJson,
    changedField,
    changedField,
    changedField,
    oddProperty,
    nested,
    longBody,
    wrongVerb,
    oddPath,
    oddPath,
    brokenFraming,
    oddHeaders,
  ])(random)
}

function soundRequest(random: Random): RawRequest {
  const path = pick(random, [...changingPaths, ...readingPaths])
  const isCreate = path.endsWith('create')
  const method = readingPaths.includes(path) ? 'GET' : 'POST'
  return request(method, path, { body: isCreate ? JSON.stringify(valid) : '', isSound: true })
}

/** As clients of Java post without a body: no length of one either. */
function bodyless(random: Random): RawRequest {
  const path = pick(random, changingPaths)
  return { bytes: Buffer.from(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`), isSound: true }
}

const randomBytes = (random: Random): RawRequest => ({ bytes: noise(random, upTo(random, 3_000)), isSound: false })

function randomBody(random: Random): RawRequest {
  return request('POST', '/v1/submissions/create', { body: noise(random, upTo(random, 3_000)) })
}

function cutJson(random: Random): RawRequest {
  const json = JSON.stringify(valid)
  return request('POST', '/v1/submissions/create', { body: json.slice(0, upTo(random, json.length)) })
}

/** A field that is missing, or of another kind. Whether that is allowed depends on the field: the server says so by its status. */
function changedField(random: Random): RawRequest {
  const field = pick(random, Object.keys(valid))
  const changed: Record<string, unknown> = { ...valid, [field]: pick(random, oddValues) }
  if (random() < 0.3) delete changed[field]
  return request('POST', '/v1/submissions/create', { body: JSON.stringify(changed), isSound: true })
}

function oddProperty(random: Random): RawRequest {
  const keys = [
    'spark.driver.memory',
    'spark.driver.cores',
    'spark.driver.supervise',
    'spark.jars',
    'spark.files',
    '__proto__',
  ]
  const more = { [pick(random, [...keys, 'x'.repeat(9_999), ''])]: pick(random, oddValues) }
  const field = pick(random, ['sparkProperties', 'environmentVariables'] as const)
  const body = JSON.stringify({ ...valid, [field]: { ...valid[field], ...more } })
  return request('POST', '/v1/submissions/create', { body, isSound: true })
}

function nested(random: Random): RawRequest {
  const depth = upTo(random, 50_000)
  const [open, close] = pick(random, [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
  return request('POST', '/v1/submissions/create', { body: `${open.repeat(depth)}1${close.repeat(depth)}` })
}

function longBody(random: Random): RawRequest {
  const body = JSON.stringify({ ...valid, appArgs: ['x'.repeat(2 ** 20 + upTo(random, 2 ** 20))] })
  return request('POST', '/v1/submissions/create', { body })
}

function wrongVerb(random: Random): RawRequest {
  const method = pick(random, [...oddMethods, 'GET'])
  return request(method, pick(random, changingPaths), { body: JSON.stringify(valid) })
}

function oddPath(random: Random): RawRequest {
  const path = pick(random, oddPaths)
  const isSound = /^(?:\/v1|http:.*)\/submissions\/(?:create|killall|kill\/)|^http:.*killall/.test(path)
  return request(pick(random, ['GET', 'POST']), path, { body: JSON.stringify(valid), isSound })
}

/** Lengths that lie, chunks that are none. */
function brokenFraming(random: Random): RawRequest {
  const body = JSON.stringify(valid)
  const headers = pick(random, [
    `Content-Length: ${body.length + 1 + upTo(random, 1_000)}`,
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Content-Length: 5\r\nContent-Length: 6',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    `Content-Length: ${body.length}\r\nTransfer-Encoding: chunked`,
    'Expect: 200-maybe\r\nContent-Length: 3',
  ])
  return {
    bytes: Buffer.from(`POST /v1/submissions/create HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n\r\n${body}`),
    isSound: false,
  }
}

function oddHeaders(random: Random): RawRequest {
  const header = pick(random, [
    'Origin: http://evil.test',
    'Sec-Fetch-Site: cross-site',
    `Idempotency-Key: ${'k'.repeat(300)}`,
    'Host: [::bad',
    'Host: a b',
    'Host: rebound.test',
    'Host: evil.test:99999999',
    `X-Long: ${'h'.repeat(20_000)}`,
    'Content-Encoding: gzip',
    'X-Bad: \u0001',
    'no colon',
  ])
  // These two are headers that nothing here reads.
  const isSound = /^Content-Encoding/.test(header)
  return request('POST', '/v1/submissions/create', { body: JSON.stringify(valid), header, isSound })
}

function request(
  method: string,
  path: string,
  {
    body,
    header = 'X-Nothing: here',
    isSound = false,
  }: { readonly body: string | Buffer; readonly header?: string; readonly isSound?: boolean },
): RawRequest {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body)
  const host = header.startsWith('Host:') ? '' : 'Host: 127.0.0.1\r\n'
  const head = `${method} ${path} HTTP/1.1\r\n${host}${header}\r\nContent-Length: ${bytes.length}\r\n\r\n`
  return { bytes: Buffer.concat([Buffer.from(head), bytes]), isSound }
}
