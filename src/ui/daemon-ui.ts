import type { Hono } from 'hono'
import type { WebContext, WebEnv } from '../web/index.js'

/** The web UI of a daemon: serve `app` with `startWebServer`. */
export interface DaemonUi {
  readonly app: Hono<WebEnv>
  /** Ends the streams of pages that are looked at. */
  close(): void
}

/** Indented, as Spark's, for those who read it with curl. */
export function jsonAnswer(c: WebContext, value: unknown): Response {
  return c.body(`${JSON.stringify(value, null, 2)}\n`, 200, { 'Content-Type': 'application/json; charset=utf-8' })
}
