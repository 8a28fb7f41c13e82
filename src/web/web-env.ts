import type { Context } from 'hono'

/** What a request carries along inside a web server. */
export interface WebEnv {
  Variables: {
    /** Name of the user, set by a filter module that knows it. */
    user?: string
    /** Set by the guard: whether the request has shown the web token, by header or by a session's cookie. */
    holdsToken?: boolean
    /** Set by the guard: the token came in the Authorization header, which no browser sends by itself. */
    byHeader?: boolean
  }
}

export type WebContext = Context<WebEnv>

/** Who asks, for logs and for those who are told about an action. */
export function actorOf(c: WebContext): string {
  return c.get('user') ?? (c.get('holdsToken') ? 'a holder of the web token' : 'somebody at the web UI')
}
