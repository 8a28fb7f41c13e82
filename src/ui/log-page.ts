import type { LogPart } from '../deploy/worker/index.js'
import type { WebContext } from '../web/index.js'
import { followLog } from './follow-log.js'
import { Live } from './live.js'
import { printable, type ReadLog } from './log-text.js'
import { html } from './markup.js'
import type { Region } from './page.js'
import type { UiApp } from './ui-app.js'

export interface LogPage {
  /** What it is the log of: `executor 0 of app-…: stderr`. */
  readonly name: string
  readonly read: ReadLog
  /** The page itself without position: `logPage/?self&logType=out`, below the root. */
  readonly path: string
  /** The plain text of it, likewise. */
  readonly plainPath: string
}

/** A page of a log is so long unless `byteLength` says otherwise, and at most so long. */
const usualBytes = 100 * 1024
const mostBytes = 1024 * 1024

/** A page of a log: the end of it, which then follows what is written, or a part further up. */
export async function logPage(ui: UiApp, c: WebContext, log: LogPage): Promise<Response> {
  const asked = rangeOf(c)
  const part = await log.read(asked)
  if (part === undefined) return ui.problem(c, 404, `There is no log of ${log.name}.`)
  const isAtEnd = asked.end === undefined || part.end >= part.total
  if (isAtEnd && Live.isAskedFor(c)) return followLog(c, { read: log.read, clock: ui.clock })
  const root = ui.gate.root(c)
  return ui.page(c, () => ({
    title: `${log.name} – Firesteel`,
    heading: html`Log of ${log.name}`,
    navigation: ui.navigation(c),
    regions: [logRegion(part, { root, log, bytes: asked.bytes, isAtEnd })],
    isLive: false,
    followsFrom: isAtEnd ? part.end : undefined,
  }))
}

/** The same as plain text, with Spark's line at the top unless it is downloaded. */
export async function plainLog(ui: UiApp, c: WebContext, log: LogPage): Promise<Response> {
  const { bytes, end } = rangeOf(c)
  const part = await log.read({ end, bytes })
  if (part === undefined) return ui.problem(c, 404, `There is no log of ${log.name}.`)
  const head = `==== Bytes ${part.start}-${part.end} of ${part.total} of ${log.name} ====\n`
  return c.text(head + part.text)
}

/** Spark's parameters: the first byte, and how many. Without the first one, the end of the log is meant. */
function rangeOf(c: WebContext): { readonly end?: number; readonly bytes: number } {
  const number = (name: string): number | undefined => {
    const text = c.req.query(name)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }
  const bytes = Math.min(mostBytes, Math.max(1, number('byteLength') ?? usualBytes))
  const offset = number('offset')
  return offset === undefined ? { bytes } : { end: offset + bytes, bytes }
}

interface LogSurroundings {
  readonly root: string
  readonly log: LogPage
  readonly bytes: number
  readonly isAtEnd: boolean
}

function logRegion(part: LogPart, { root, log, bytes, isAtEnd }: LogSurroundings): Region {
  const { start, end, total } = part
  const length = bytes === usualBytes ? '' : `&byteLength=${bytes}`
  const at = (offset: number) => `${root}${log.path}&offset=${offset}${length}`
  const link = (text: string, href: string | undefined) =>
    href === undefined ? html`<span aria-disabled="true">${text}</span>` : html`<a href="${href}">${text}</a>`
  const content = html`
    <div class="log-bar">
      <nav aria-label="Parts of the log">
        ${link('Start', start > 0 ? at(0) : undefined)}
        ${link('Older', start > 0 ? at(Math.max(0, start - bytes)) : undefined)}
        ${link('Newer', end < total ? at(end) : undefined)}
        ${link('End', isAtEnd ? undefined : `${root}${log.path}${length}`)}
      </nav>
      <span>Bytes <span id="log-range">${start}–${end} of ${total}</span></span>
      <a href="${root}${log.plainPath}&offset=${start}&byteLength=${Math.max(1, end - start)}">Plain text</a>
    </div>
    <pre id="log" tabindex="0" role="region" aria-label="Text of the log">${printable(part.text)}</pre>
    ${total === 0 && html`<p class="empty">Nothing has been written yet.</p>`}`
  return { id: 'log-part', content }
}
