import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { cleanPath, rootOf } from './base-path.js'
import type { WebEnv } from './web-env.js'

async function rootAt(
  path: string,
  { headers = {}, proxyBase }: { headers?: Record<string, string>; proxyBase?: string } = {},
) {
  const app = new Hono<WebEnv>({ strict: false })
  app.get('*', (c) => c.text(rootOf(c, proxyBase)))
  return (await app.request(path, { headers })).text()
}

test('links lead up from where the page is, so that they hold below any path', async () => {
  expect(await rootAt('/')).toBe('./')
  expect(await rootAt('/app/?appId=1')).toBe('../')
  expect(await rootAt('/app?appId=1')).toBe('./')
  expect(await rootAt('/json/workers')).toBe('../')
})

test('a proxy says below which path it serves the pages; else the setting does', async () => {
  expect(await rootAt('/app/', { headers: { 'x-forwarded-prefix': '/spark/' } })).toBe('/spark/')
  expect(await rootAt('/app/', { headers: { 'x-forwarded-context': '/a/b' } })).toBe('/a/b/')
  expect(await rootAt('/app/', { proxyBase: '/gateway' })).toBe('/gateway/')
  expect(await rootAt('/app/', { headers: { 'x-forwarded-prefix': '/spark' }, proxyBase: '/gateway' })).toBe('/spark/')
})

test('what is no plain path is not taken for one', async () => {
  for (const text of ['//evil.example', 'https://evil.example', '/a"onclick="x', '/a b', '/a?b', 'a'])
    expect(cleanPath(text), text).toBeUndefined()
  expect(await rootAt('/app/', { headers: { 'x-forwarded-prefix': '//evil.example' } })).toBe('../')
})
