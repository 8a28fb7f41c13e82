import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { HTTPException } from 'hono/http-exception'
import type { Clock } from '../common/index.js'
import { getLogger } from '../common/log/index.js'
import type { WebContext, WebEnv, WebGate } from '../web/index.js'
import { serveAssets } from './assets.js'
import { Live } from './live.js'
import { html } from './markup.js'
import { documentOf, type NavigationLink, type Page } from './page.js'
import { serveSignIn, sessionOf } from './sign-in.js'

export interface UiAppOptions {
  readonly gate: WebGate
  readonly clock: Clock
  /** Called when what pages show has changed. */
  readonly onChange: (listener: () => void) => () => void
  readonly navigation: (c: WebContext) => readonly NavigationLink[]
}

const log = getLogger('WebUi')

/**
 * What the pages of all daemons have in common: the gate, signing in, who may see, errors as pages, and one way to answer with a page
 * or, when the browser asks for it, with the stream of its changes.
 */
export class UiApp {
  readonly hono = new Hono<WebEnv>({ strict: false })
  readonly gate: WebGate
  readonly clock: Clock
  readonly live: Live
  readonly #navigation: UiAppOptions['navigation']

  constructor({ gate, clock, onChange, navigation }: UiAppOptions) {
    this.gate = gate
    this.clock = clock
    this.live = new Live({ onChange, clock })
    this.#navigation = navigation
    const { hono } = this
    hono.onError((error, c) => this.#failed(error, c))
    hono.notFound((c) => this.problem(c, 404, 'There is no such page.'))
    gate.guard(hono)
    hono.use(compress({ contentTypeFilter: /^(?:text\/(?:html|css|javascript|plain)|application\/json|image\/svg)/ }))
    serveAssets(hono)
    serveSignIn(this)
    hono.use(async (c, next) => {
      if (gate.access.maySee(c)) return await next()
      const isNobody = c.get('user') === undefined
      return isNobody ? this.signInFirst(c) : this.problem(c, 403, 'This user may not see these pages.')
    })
  }

  /** Answers with a page, or with the stream of what changes on it. */
  page(c: WebContext, build: () => Page): Response | Promise<Response> {
    const page = build()
    c.header('Vary', 'Accept')
    if (page.isLive && Live.isAskedFor(c))
      return this.live.stream(c, { key: this.#keyOf(c), render: () => build().regions })
    return c.html(this.#document(c, page))
  }

  /** A page that says what is wrong; in one line for programs. */
  problem(
    c: WebContext,
    status: 400 | 401 | 403 | 404 | 405 | 421 | 500 | 502 | 503,
    problem: string,
  ): Response | Promise<Response> {
    if (!wantsHtml(c)) return c.text(`${problem}\n`, status)
    const content = html`<p>${problem}</p><p><a href="${this.gate.root(c)}">To the first page</a></p>`
    const titles: Record<number, string> = { 401: 'Sign in', 403: 'Not allowed', 404: 'Not found', 500: 'Failed' }
    const title = titles[status] ?? 'Not possible'
    const page: Page = {
      title: `${title} – Firesteel`,
      heading: html`${title}`,
      navigation: this.navigation(c),
      regions: [{ id: 'problem', content }],
      isLive: false,
    }
    return c.html(this.#document(c, page), status)
  }

  /** A browser is led to where it can sign in; a program is told. */
  signInFirst(c: WebContext): Response | Promise<Response> {
    if (this.gate.sessions !== undefined && wantsHtml(c)) return c.redirect(`${this.gate.root(c)}login/`, 303)
    c.header('WWW-Authenticate', 'Bearer')
    return this.problem(c, 401, 'Send the header Authorization: Bearer <web token>.')
  }

  /** Links to the pages, unless the request may not see them. */
  navigation(c: WebContext): readonly NavigationLink[] {
    return this.gate.access.maySee(c) ? this.#navigation(c) : []
  }

  /** What a page depends on besides the daemon's state: where it is, and whether who looks may change something. */
  #keyOf(c: WebContext): string {
    const url = new URL(c.req.url)
    url.searchParams.delete('seen')
    return JSON.stringify([url.pathname, url.search, this.gate.root(c), this.gate.access.mayChange(c)])
  }

  #document(c: WebContext, page: Page): string {
    const root = this.gate.root(c)
    return documentOf(page, { root, now: this.clock.now(), session: sessionOf(c, this.gate) }).toString()
  }

  #failed(error: Error, c: WebContext): Response | Promise<Response> {
    if (error instanceof HTTPException) return error.getResponse()
    log.error(`the page ${c.req.path} failed`, { error })
    return this.problem(c, 500, 'This page failed; the log of the daemon says why.')
  }
}

function wantsHtml(c: WebContext): boolean {
  return (c.req.header('accept') ?? '').includes('text/html')
}
