import type { MiddlewareHandler } from 'hono'
import {
  type SparkConf,
  UI_ALLOW_FRAMING_FROM,
  UI_STRICT_TRANSPORT_SECURITY,
  UI_X_CONTENT_TYPE_OPTIONS,
  UI_X_XSS_PROTECTION,
} from '../common/conf/index.js'
import { FiresteelError } from '../common/errors/index.js'

/**
 * The headers of every answer: scripts, styles and forms of this origin only, nothing inline, no guessing of types, no frames of others.
 * HSTS is left to `spark.ui.strictTransportSecurity`, since browsers apply it to all ports of a host: by default it would cut off
 * whatever else the host serves without TLS.
 *
 * @throws FS_WEB_ADDRESS when `spark.ui.allowFramingFrom` is no origin
 */
export function securityHeaders(conf: SparkConf, isTls: boolean): MiddlewareHandler {
  const framing = framingOrigin(conf)
  const hsts = conf.get(UI_STRICT_TRANSPORT_SECURITY) ?? ''
  const xss = conf.get(UI_X_XSS_PROTECTION)
  const headers: [string, string][] = [
    [
      'Content-Security-Policy',
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'${framing === undefined ? '' : ` ${framing}`}`,
    ],
    ['Referrer-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()'],
  ]
  // There is no value of this older header that names another origin.
  if (framing === undefined) headers.push(['X-Frame-Options', 'SAMEORIGIN'])
  if (conf.get(UI_X_CONTENT_TYPE_OPTIONS)) headers.push(['X-Content-Type-Options', 'nosniff'])
  if (xss !== '') headers.push(['X-XSS-Protection', xss])
  // Browsers take these two over TLS only, and complain of them elsewhere.
  if (isTls) headers.push(['Cross-Origin-Opener-Policy', 'same-origin'])
  if (isTls && hsts !== '') headers.push(['Strict-Transport-Security', hsts])
  return async (c, next) => {
    await next()
    for (const [name, value] of headers) c.res.headers.set(name, value)
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  }
}

function framingOrigin(conf: SparkConf): string | undefined {
  const value = conf.get(UI_ALLOW_FRAMING_FROM)?.trim()
  if (value === undefined || value === '') return undefined
  if (/^https?:\/\/[A-Za-z0-9.:[\]-]+$/.test(value)) return value
  throw new FiresteelError('FS_WEB_ADDRESS', {
    key: UI_ALLOW_FRAMING_FROM.key,
    value,
    accepts: 'an origin such as https://portal.example.org',
  })
}
