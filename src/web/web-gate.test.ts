import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { SparkConf } from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'
import type { WebEnv } from './web-env.js'
import { type WebSettingsOptions, webSettings } from './web-settings.js'
import { webToken } from './web-token.js'

const secret = { kind: 'random', text: Buffer.alloc(32, 1).toString('base64') } as const

interface Setting extends Partial<WebSettingsOptions> {
  readonly settings?: Record<string, string>
  /** Taken for the user that a filter has named. */
  readonly user?: string
}

/** A server with one thing to see and one to change, behind the gate. */
async function server({ settings = {}, user, ...options }: Setting = {}) {
  const conf = new SparkConf(false).setAll(settings)
  const { gate } = await webSettings(conf, { host: '127.0.0.1', folder: '/', ...options })
  const app = new Hono<WebEnv>()
  gate.guard(app)
  app.use(async (c, next) => {
    if (user !== undefined) c.set('user', user)
    await next()
  })
  app.get('/', (c) => c.text(gate.access.maySee(c) ? 'seen' : 'hidden'))
  app.all('/change', async (c) => {
    const { form } = (await c.req.parseBody()) as Record<string, string>
    const refusal = gate.refusalOfChange(c, form)
    return refusal === undefined ? c.text('changed') : c.text(refusal.problem, refusal.status)
  })
  const see = async (headers: Record<string, string> = {}) => app.request('http://127.0.0.1:8080/', { headers })
  const change = async (headers: Record<string, string> = {}, form?: string) =>
    app.request('http://127.0.0.1:8080/change', {
      method: 'POST',
      headers,
      ...(form === undefined ? {} : { body: new URLSearchParams({ form }) }),
    })
  return { gate, app, see, change, status: async (headers = {}, form?: string) => (await change(headers, form)).status }
}

const browser = {
  'user-agent': 'Mozilla/5.0',
  host: '127.0.0.1:8080',
  origin: 'http://127.0.0.1:8080',
  'sec-fetch-site': 'same-origin',
}

test('on loopback without a secret, the forms of the pages and programs change things', async () => {
  const { gate, status } = await server()
  expect(await status(browser, gate.formToken)).toBe(200)
  expect(await status({ host: '127.0.0.1:8080' })).toBe(200)
})

test('a browser needs the token of the form, whatever else it shows', async () => {
  const { status } = await server()
  expect(await status(browser)).toBe(403)
  expect(await status(browser, 'guessed')).toBe(403)
  expect(await status({ host: '127.0.0.1:8080', 'user-agent': 'Mozilla/5.0' })).toBe(403)
  expect(await status({ host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' })).toBe(403)
})

test.each([
  ['says so itself', { 'sec-fetch-site': 'cross-site' }],
  ['is on another port', { 'sec-fetch-site': 'same-site' }],
  ['has another origin', { origin: 'http://evil.example' }],
  ['hides its origin', { origin: 'null' }],
  ['has another scheme and port', { origin: 'http://127.0.0.1:9999' }],
  ['shows by the page before', { origin: undefined, referer: 'http://evil.example/page' }],
])('a form of a site that %s is refused, with the right token in it', async (_, headers) => {
  const { gate, status } = await server()
  const mixed: Record<string, string | undefined> = {
    ...browser,
    ...('sec-fetch-site' in headers ? {} : { 'sec-fetch-site': undefined }),
    ...headers,
  }
  const sent = Object.fromEntries(
    Object.entries(mixed).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
  expect(await status(sent, gate.formToken)).toBe(403)
})

test('what is no POST changes nothing', async () => {
  const { app, gate } = await server()
  for (const method of ['GET', 'PUT', 'DELETE'])
    expect(
      (await app.request(`/change?form=${gate.formToken}`, { method, headers: { host: 'localhost' } })).status,
    ).toBe(405)
})

test('a name that was pointed here by somebody else is not answered, not even for reading', async () => {
  const { see, status } = await server()
  expect((await see({ host: 'evil.example:8080' })).status).toBe(421)
  expect(await status({ host: 'evil.example:8080' })).toBe(421)
  const named = await server({ settings: { 'spark.firesteel.web.hosts': 'spark.example' } })
  expect((await named.see({ host: 'spark.example' })).status).toBe(200)
})

test('other sites may lead here, but not load anything from here', async () => {
  const { see } = await server()
  const host = 'localhost:8080'
  expect((await see({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200)
  expect((await see({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403)
})

test('behind a proxy the origin is that of the proxy', async () => {
  const proxied = { ...browser, 'sec-fetch-site': 'same-origin', origin: 'https://portal.example' }
  const { 'sec-fetch-site': _, ...older } = proxied
  const { gate, status } = await server()
  expect(await status(older, gate.formToken)).toBe(403)
  expect(await status({ ...older, 'x-forwarded-host': 'portal.example' }, gate.formToken)).toBe(200)
  const told = await server({ settings: { 'spark.ui.reverseProxyUrl': 'https://portal.example/spark' } })
  expect(await told.status(older, told.gate.formToken)).toBe(200)
})

test('with a secret, everybody sees, and who changes something shows the token', async () => {
  const token = await webToken(secret)
  const { gate, see, status } = await server({ secret })
  expect(await (await see()).text()).toBe('seen')
  expect(await status({})).toBe(401)
  expect(await status(browser, gate.formToken)).toBe(401)
  expect(await status({ authorization: `Bearer ${token}` })).toBe(200)
  expect(await status({ authorization: `Bearer ${token}x` })).toBe(401)
  expect(await status({ authorization: `Basic ${token}` })).toBe(401)
  const cookie = `${gate.sessions!.cookie}=${gate.sessions!.open(Date.now())}`
  expect(await status({ ...browser, cookie }, gate.formToken)).toBe(200)
  expect(await status({ ...browser, cookie })).toBe(403)
  expect(await status({ cookie })).toBe(403)
})

test('with lists, only those on them and holders of the token see and change', async () => {
  const settings = {
    'spark.acls.enable': 'true',
    'spark.ui.view.acls': 'vera',
    'spark.modify.acls': 'max',
    'spark.admin.acls': 'ada',
  }
  const may = async (user: string | undefined) => {
    const one = await server({ settings, user, secret, owner: 'root' })
    return [await (await one.see()).text(), await one.status({})]
  }
  expect(await may('vera')).toEqual(['seen', 403])
  expect(await may('max')).toEqual(['hidden', 200])
  expect(await may('ada')).toEqual(['seen', 200])
  expect(await may('root')).toEqual(['seen', 200])
  expect(await may('mallory')).toEqual(['hidden', 403])
  expect(await may(undefined)).toEqual(['hidden', 401])
  const one = await server({ settings, secret })
  expect(await (await one.see({ authorization: `Bearer ${await webToken(secret)}` })).text()).toBe('seen')
})

test('* lets every user in that a filter names, but nobody without a name', async () => {
  const settings = { 'spark.acls.enable': 'true', 'spark.ui.view.acls': '*' }
  expect(await (await (await server({ settings, user: 'anybody' })).see()).text()).toBe('seen')
  expect(await (await (await server({ settings })).see()).text()).toBe('hidden')
})

test('lists of groups are refused, since nothing knows the groups of a user', async () => {
  const refused = server({ settings: { 'spark.modify.acls.groups': 'ops' } })
  await expect(refused).rejects.toSatisfy((error) => FiresteelError.is(error, 'FS_WEB_GROUPS'))
})

test('a body that is too large is not read', async () => {
  const { app } = await server()
  const answer = await app.request('/change', {
    method: 'POST',
    headers: { host: 'localhost', 'content-length': String(10_000_000) },
    body: 'x'.repeat(100_000),
  })
  expect(answer.status).toBe(413)
})

test('the headers keep foreign scripts, frames and guesses away', async () => {
  const { see } = await server()
  const { headers } = await see({ host: 'localhost' })
  expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self'")
  expect(headers.get('content-security-policy')).not.toContain('unsafe')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
  expect(headers.get('referrer-policy')).toBe('same-origin')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('strict-transport-security')).toBeNull()
})

test('the settings of headers are honoured', async () => {
  const settings = {
    'spark.ui.allowFramingFrom': 'https://portal.example',
    'spark.ui.xContentTypeOptions.enabled': 'false',
    'spark.ui.xXssProtection': '0',
  }
  const { headers } = await (await server({ settings })).see({ host: 'localhost' })
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self' https://portal.example")
  expect(headers.get('x-frame-options')).toBeNull()
  expect(headers.get('x-content-type-options')).toBeNull()
  expect(headers.get('x-xss-protection')).toBe('0')
})

test.each([
  ['spark.ui.allowFramingFrom', "https://a.example; script-src 'unsafe-inline'"],
  ['spark.ui.proxyBase', 'spark'],
  ['spark.ui.reverseProxyUrl', 'javascript:alert(1)'],
])('%s refuses %s', async (key, value) => {
  await expect(server({ settings: { [key]: value } })).rejects.toSatisfy((error) =>
    FiresteelError.is(error, 'FS_WEB_ADDRESS'),
  )
})

test('TLS without a certificate is refused: none is made up for browsers', async () => {
  for (const key of ['spark.ssl.enabled', 'spark.ssl.standalone.enabled']) {
    const refused = server({ settings: { [key]: 'true' } })
    await expect(refused).rejects.toSatisfy((error) => FiresteelError.is(error, 'FS_WEB_NO_CERTIFICATE'))
  }
})

test('a filter that is a Java class, or no module, is refused by name', async () => {
  const java = server({ settings: { 'spark.ui.filters': 'org.apache.spark.ui.JWSFilter' } })
  await expect(java).rejects.toThrow(/JWSFilter.*it is the name of a Java class/)
  const missing = server({ settings: { 'spark.ui.filters': './nowhere.js' } })
  await expect(missing).rejects.toSatisfy((error) => FiresteelError.is(error, 'FS_WEB_FILTER'))
})
