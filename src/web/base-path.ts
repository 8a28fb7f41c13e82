import type { WebContext } from './web-env.js'

const forwarded = ['x-forwarded-prefix', 'x-forwarded-context']

/**
 * What links begin with: the path below which a proxy serves these pages, ending in a slash, when the proxy or `spark.ui.proxyBase` says
 * so; else the way up from this page to the first one (`./`, `../`), which holds below any path.
 *
 * A browser sends none of these headers across sites, so that what stands in them is the proxy's word, or its own user's.
 */
export function rootOf(c: WebContext, proxyBase?: string): string {
  const base = basePathOf(c, proxyBase)
  if (base !== '') return `${base}/`
  // Not `c.req.path`, which may lack the slash at the end that counts here.
  return '../'.repeat(new URL(c.req.url).pathname.split('/').length - 2) || './'
}

/** The path alone, such as `/spark`; empty at the top and when nothing is known of a proxy. */
export function basePathOf(c: WebContext, proxyBase?: string): string {
  for (const text of [...forwarded.map((name) => c.req.header(name)), proxyBase]) {
    const path = text === undefined ? undefined : cleanPath(text)
    if (path !== undefined) return path
  }
  return ''
}

/** `/a/b` of `/a/b/`; undefined for what is no plain path, such as `//host` or one with quotes in it. */
export function cleanPath(text: string): string | undefined {
  const path = text.trim().replace(/\/$/, '')
  return /^(?:\/[A-Za-z0-9._~%-]+)*$/.test(path) ? path : undefined
}
