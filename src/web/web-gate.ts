import { randomBytes } from 'node:crypto'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Hono, MiddlewareHandler } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Access } from './access.js'
import { basePathOf, rootOf } from './base-path.js'
import type { WebFilter } from './filters.js'
import { isLoopback, isOfThisMachine, knownHosts, nameOf } from './known-hosts.js'
import type { WebContext, WebEnv } from './web-env.js'
import { isSameSecret, Sessions } from './web-token.js'

export interface WebGateOptions {
  readonly access: Access
  readonly headers: MiddlewareHandler
  readonly filters: readonly WebFilter[]
  /** What the server binds. */
  readonly host: string
  /** Names by which it tells others to call it. */
  readonly publicHosts: readonly string[]
  /** `spark.firesteel.web.hosts`. */
  readonly furtherHosts: readonly string[]
  readonly isTls: boolean
  /** `spark.ui.proxyBase`. */
  readonly proxyBase?: string
  /** `scheme://host` of a proxy before it, from `spark.ui.reverseProxyUrl`. */
  readonly proxyOrigin?: string
  readonly now: () => number
}

/** Why a request is not carried out, and the status that says so. */
export interface Refusal {
  readonly status: 401 | 403 | 405 | 421
  readonly problem: string
}

/** Forms here have a few short fields. */
const largestBody = 64 * 1024

/**
 * What stands before every page and action of a web server: it settles who asks, and turns away what another site makes a browser ask.
 *
 * Three things hold a foreign page off, so that no single one must: what the browser says of the request's origin (Sec-Fetch-Site,
 * Origin), a token in each form that only a reader of our pages has, and the session's cookie, which browsers keep to this site.
 */
export class WebGate {
  readonly access: Access
  readonly sessions: Sessions | undefined
  readonly isTls: boolean
  /** In every form; new with each server. */
  readonly formToken = randomBytes(16).toString('base64url')
  readonly #options: WebGateOptions
  readonly #isKnownHost: (host: string) => boolean

  constructor(options: WebGateOptions) {
    this.#options = options
    this.access = options.access
    this.isTls = options.isTls
    this.sessions = options.access.token === undefined ? undefined : new Sessions(options.access.token)
    const own = [
      options.host,
      ...options.publicHosts,
      ...(options.proxyOrigin ? [new URL(options.proxyOrigin).hostname] : []),
    ]
    this.#isKnownHost = knownHosts({ own, further: options.furtherHosts })
  }

  /** Puts the gate before all routes of an application. One that limits its bodies itself takes longer ones, and chunked ones. */
  guard(app: Hono<WebEnv>, { limitsBodies = false }: { readonly limitsBodies?: boolean } = {}): void {
    app.use(this.#options.headers)
    app.use(async (c, next) => {
      const refusal = this.#foreign(c)
      if (refusal !== undefined) return c.text(`${refusal.problem}\n`, refusal.status)
      await next()
    })
    if (!limitsBodies) app.use(refuseLongBodies)
    for (const filter of this.#options.filters) app.use(filter)
    app.use(async (c, next) => {
      this.#identify(c)
      await next()
    })
  }

  /** What links begin with, ending in a slash. */
  root(c: WebContext): string {
    return rootOf(c, this.#options.proxyBase)
  }

  basePath(c: WebContext): string {
    return basePathOf(c, this.#options.proxyBase)
  }

  /**
   * Whether something may be changed by this request.
   *
   * @param formToken the field of the form, if any
   * @returns why not; undefined when it may
   */
  refusalOfChange(c: WebContext, formToken: unknown): Refusal | undefined {
    if (c.req.method !== 'POST') return { status: 405, problem: 'This takes POST requests only.' }
    if (!this.access.mayChange(c)) {
      const isKnown = c.get('user') !== undefined || this.access.token === undefined
      return isKnown
        ? { status: 403, problem: 'This user may not change anything here (spark.modify.acls, spark.admin.acls).' }
        : {
            status: 401,
            problem: 'Sign in, or send the header Authorization: Bearer <web token>, to change something.',
          }
    }
    if (c.get('byHeader') === true || isProgram(c)) return undefined
    if (typeof formToken === 'string' && isSameSecret(formToken, this.formToken)) return undefined
    return { status: 403, problem: 'The form is out of date. Load the page again and repeat what you did.' }
  }

  /** Whether the request comes from this very machine, and not through a proxy on it. */
  isLocal(c: WebContext): boolean {
    if (c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined) return false
    const address = remoteAddressOf(c)
    return address !== undefined && isOfThisMachine(address.replace(/^::ffff:/, ''))
  }

  #identify(c: WebContext): void {
    const { token } = this.access
    if (token === undefined || this.sessions === undefined) return
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1]
    if (given !== undefined && isSameSecret(given, token)) {
      c.set('holdsToken', true)
      c.set('byHeader', true)
      return
    }
    const session = getCookie(c, this.sessions.cookie)
    if (session !== undefined && this.sessions.isOpen(session, this.#options.now())) c.set('holdsToken', true)
  }

  /** What somebody else's page made a browser ask. */
  #foreign(c: WebContext): Refusal | undefined {
    const isReading = /^(?:GET|HEAD|OPTIONS)$/.test(c.req.method)
    const isOpen = this.access.token === undefined
    const host = c.req.header('host') ?? new URL(c.req.url).host
    if (isOpen && (!isReading || isLoopback(this.#options.host)) && !this.#isKnownHost(host)) {
      const problem = `This server does not go by the name '${nameOf(host)}'. If it should, add the name to spark.firesteel.web.hosts.`
      return { status: 421, problem }
    }
    const site = c.req.header('sec-fetch-site')
    const refusal: Refusal = { status: 403, problem: 'A request that comes from another site is refused.' }
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return isReading && c.req.header('sec-fetch-mode') === 'navigate' ? undefined : refusal
    }
    if (isReading) return undefined
    const origin = c.req.header('origin') ?? c.req.header('referer')
    return origin === undefined || this.#isOwnOrigin(origin, c, host) ? undefined : refusal
  }

  #isOwnOrigin(text: string, c: WebContext, host: string): boolean {
    if (!URL.canParse(text)) return false
    const origin = new URL(text)
    const { proxyOrigin } = this.#options
    return (
      origin.host === host.toLowerCase() ||
      origin.host === c.req.header('x-forwarded-host')?.toLowerCase() ||
      (proxyOrigin !== undefined && origin.origin === proxyOrigin)
    )
  }
}

/** Browsers and curl say how long their forms are. Nothing is read here: a POST without any body, as clients of Java send it, has neither header. */
const refuseLongBodies: MiddlewareHandler = async (c, next) => {
  if (c.req.header('transfer-encoding') !== undefined) return c.text('The request must say its length.\n', 411)
  if (Number(c.req.header('content-length') ?? 0) > largestBody) return c.text('The request is too large.\n', 413)
  await next()
}

/**
 * Whether it is curl or the like, which nobody can send on behalf of somebody else: every browser calls itself Mozilla, and none leaves
 * all of the others out when it posts.
 */
function isProgram(c: WebContext): boolean {
  const signs = ['sec-fetch-site', 'origin', 'referer', 'cookie']
  return (
    !/^Mozilla\//i.test(c.req.header('user-agent') ?? '') && signs.every((name) => c.req.header(name) === undefined)
  )
}

function remoteAddressOf(c: WebContext): string | undefined {
  try {
    return getConnInfo(c).remote.address
  } catch {
    // Called without a socket.
    return undefined
  }
}
