import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { WebContext } from './web-env.js'

export interface ForwardOptions {
  /** The server that is asked: `http(s)://host:port`, nothing behind it. */
  readonly origin: string
  /** Path and query there, from the slash on. */
  readonly path: string
  /** Path under which the browser sees the server's `/`, without a slash at the end. */
  readonly prefix: string
  /** Said to the server in the browser's stead. */
  readonly authorization?: string
  /** Authorities that vouch for the server, PEM; those of Node when absent. */
  readonly ca?: string
}

/** How long the other server may take to begin its answer, and how long it may fall silent in the middle of it. */
const silenceMs = 30_000

/** Belong to one connection (RFC 9110, 7.6.1), not to the message. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Of the browser and this server alone: the one behind must not get the keys to this one. */
const private_ = ['cookie', 'authorization', 'host', 'content-length', 'forwarded']
/** Set by this server for itself; the one behind has no say in them. */
const ownAnswers = [
  'set-cookie',
  'service-worker-allowed',
  'clear-site-data',
  'strict-transport-security',
  'www-authenticate',
]

/**
 * Hands a request on to a server that the caller has chosen, and its answer back as it comes. No cookie and no credentials go either way.
 */
export function forward(c: WebContext, options: ForwardOptions): Promise<Response> {
  const { origin, path, prefix } = options
  const url = new URL(origin)
  const host = c.req.header('host')
  const headers: Record<string, string> = {
    ...forwardable(c.req.raw.headers),
    'x-forwarded-prefix': prefix,
    'x-forwarded-proto': new URL(c.req.url).protocol.slice(0, -1),
    ...(host === undefined ? {} : { 'x-forwarded-host': c.req.header('x-forwarded-host') ?? host }),
    ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
  }
  const settings: RequestOptions & { ca?: string } = {
    method: c.req.method,
    headers,
    timeout: silenceMs,
    signal: c.req.raw.signal,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  }
  const ask = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const request = ask(new URL(path, url), settings, (answer) => {
      const status = answer.statusCode ?? 502
      const isEmpty = status === 204 || status === 304 || c.req.method === 'HEAD'
      if (isEmpty) answer.resume()
      const body = isEmpty ? null : (Readable.toWeb(answer) as ReadableStream)
      resolve(new Response(body, { status, headers: answerHeaders(answer.headers, { url, prefix }) }))
    })
    request.once('timeout', () => request.destroy(new Error(`it said nothing for ${silenceMs / 1000} s`)))
    request.once('error', (error) => resolve(c.text(`Cannot reach ${url.origin}: ${error.message}\n`, 502)))
    const { body } = c.req.raw
    if (body === null) request.end()
    else
      Readable.fromWeb(body as NodeReadableStream)
        .on('error', (error) => request.destroy(error))
        .pipe(request)
  })
}

function forwardable(headers: Headers): Record<string, string> {
  const named = (headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...private_, ...named])
  return Object.fromEntries([...headers].filter(([name]) => !dropped.has(name)))
}

function answerHeaders(headers: IncomingHttpHeaders, { url, prefix }: { url: URL; prefix: string }): Headers {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...hopByHop, ...ownAnswers, ...named])
  const result = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || dropped.has(name)) continue
    for (const one of Array.isArray(value) ? value : [value]) result.append(name, one)
  }
  const location = headers.location
  if (location !== undefined) result.set('location', redirected(location, { url, prefix }))
  return result
}

/** A redirect within the server stays below the prefix; one that leads elsewhere is left as it is. */
function redirected(location: string, { url, prefix }: { url: URL; prefix: string }): string {
  const isOwn = location.startsWith('/') && !location.startsWith('//')
  if (isOwn) return `${prefix}${location}`
  if (!URL.canParse(location)) return location
  const target = new URL(location)
  return target.origin === url.origin ? `${prefix}${target.pathname}${target.search}${target.hash}` : location
}
