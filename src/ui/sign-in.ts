import { deleteCookie, setCookie } from 'hono/cookie'
import { isSameSecret, sessionMs, type WebContext, type WebGate } from '../web/index.js'
import { type Html, html, nothing } from './markup.js'
import { fieldsOf, seeOther } from './request.js'
import type { UiApp } from './ui-app.js'

/** The form in which the web token is shown once, for a cookie that no script can read and no other site can send. */
export function serveSignIn(ui: UiApp): void {
  const { gate, hono } = ui
  const { sessions } = gate
  const { token } = gate.access
  if (sessions === undefined || token === undefined) return

  const form = (c: WebContext, problem?: string): Response | Promise<Response> => {
    if (problem !== undefined) c.status(401)
    return ui.page(c, () => ({
      title: 'Sign in – Firesteel',
      heading: html`Sign in`,
      navigation: ui.navigation(c),
      isLive: false,
      regions: [
        { id: 'sign-in', content: signInForm({ action: `${gate.root(c)}login/`, formToken: gate.formToken, problem }) },
      ],
    }))
  }
  const cookie = (c: WebContext) => ({
    path: `${gate.basePath(c)}/`,
    httpOnly: true,
    sameSite: 'Strict' as const,
    secure: gate.isTls || c.req.header('x-forwarded-proto') === 'https',
  })

  hono.get('/login', (c) => form(c))
  hono.post('/login', async (c) => {
    const fields = await fieldsOf(c)
    if (!isSameSecret(fields.csrfToken ?? '', gate.formToken)) return form(c, 'The form was out of date. Try again.')
    if (!isSameSecret((fields.token ?? '').trim(), token)) return form(c, 'This is not the web token of the cluster.')
    setCookie(c, sessions.cookie, sessions.open(ui.clock.now()), { ...cookie(c), maxAge: sessionMs / 1000 })
    return seeOther(c, gate.root(c))
  })
  hono.post('/logout', async (c) => {
    const { csrfToken } = await fieldsOf(c)
    if (!isSameSecret(csrfToken ?? '', gate.formToken)) return ui.problem(c, 403, 'The form was out of date.')
    deleteCookie(c, sessions.cookie, cookie(c))
    return seeOther(c, gate.root(c))
  })
}

/** Who is signed in, with the way out; or the way in, where there is one. */
export function sessionOf(c: WebContext, gate: WebGate): Html {
  const user = c.get('user')
  if (gate.sessions === undefined || user !== undefined) return user === undefined ? nothing : html`${user}`
  const root = gate.root(c)
  if (c.get('holdsToken') !== true) return html`<a href="${root}login/">Sign in</a>`
  return html`
    <form method="post" action="${root}logout/">
      <input type="hidden" name="csrfToken" value="${gate.formToken}">
      <button class="plain">Sign out</button>
    </form>`
}

interface SignInForm {
  readonly action: string
  readonly formToken: string
  readonly problem: string | undefined
}

function signInForm({ action, formToken, problem }: SignInForm): Html {
  return html`
    ${problem !== undefined && html`<p class="alert" role="alert">${problem}</p>`}
    <form method="post" action="${action}" class="sign-in">
      <input type="hidden" name="csrfToken" value="${formToken}">
      <label for="token">Web token of the cluster</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
      <button>Sign in</button>
    </form>
    <p class="hint"><code>firesteel web-token</code> prints it on the master's machine. It is asked for before anything is
      changed, and, with <code>spark.acls.enable</code>, before anything is shown.</p>`
}
