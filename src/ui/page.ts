import { createHash } from 'node:crypto'
import { firesteelVersion } from '../common/index.js'
import { assetUrl } from './assets.js'
import { withoutRunningTimes } from './format.js'
import { type Html, html, nothing } from './markup.js'

/** A part of a page that is kept up to date by itself. */
export interface Region {
  readonly id: string
  readonly content: Html
  /** The heading that names it, if it has one: `<id>-title`. */
  readonly hasHeading?: boolean
}

export interface NavigationLink {
  readonly href: string
  readonly text: string
  readonly isCurrent?: boolean
}

export interface Page {
  readonly title: string
  readonly heading: Html
  readonly navigation: readonly NavigationLink[]
  readonly regions: readonly Region[]
  /** Whether the page has a stream of what changes (asked for at its own address). */
  readonly isLive: boolean
  /** A page of a log that is still written: the byte up to which it has it. */
  readonly followsFrom?: number
}

/** Where the page is and who looks at it. */
export interface PageSurroundings {
  /** What links begin with. */
  readonly root: string
  readonly now: number
  /** Signing in and out, where there is such a thing. */
  readonly session: Html
}

/** Tells two states of a region apart. */
export function versionOf(region: Region): string {
  const text = withoutRunningTimes(region.content.toString())
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}

/** The whole document. Complete without scripts; the one script only keeps it up to date. */
export function documentOf(page: Page, { root, now, session }: PageSurroundings): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${page.title}</title>
        <link rel="icon" href="${root}${assetUrl('icon.svg')}">
        <link rel="stylesheet" href="${root}${assetUrl('pages.css')}">
        <script src="${root}${assetUrl('live.js')}" defer></script>
      </head>
      <body data-now="${now}"${page.isLive && html` data-live`}${page.followsFrom !== undefined && html` data-follow="${page.followsFrom}"`}>
        <a class="skip" href="#content">Skip to content</a>
        <header>
          <a class="brand" href="${root}">Firesteel</a>
          <nav aria-label="Pages">${page.navigation.map(navigationLink)}</nav>
          <span id="live-state" role="status"></span>
          <span class="session">${session}</span>
        </header>
        <main id="content" tabindex="-1">
          <h1>${page.heading}</h1>
          ${page.regions.map(section)}
        </main>
        <footer>Firesteel ${firesteelVersion()}</footer>
      </body>
    </html>`
}

function section(region: Region): Html {
  const label = region.hasHeading === true ? html` aria-labelledby="${region.id}-title"` : nothing
  return html`<section id="${region.id}" data-version="${versionOf(region)}"${label}>${region.content}</section>`
}

function navigationLink({ href, text, isCurrent }: NavigationLink): Html {
  return html`<a href="${href}"${isCurrent === true && html` aria-current="page"`}>${text}</a>`
}

/** Names and values, as at the top of most pages; what is undefined is left out. */
export function facts(items: readonly (readonly [name: string, value: Html | string | number | undefined])[]): Html {
  const shown = items.filter(([, value]) => value !== undefined)
  return html`<dl class="facts">${shown.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** How much of something is in use, in words and as a bar. */
export function usage(used: number, total: number, text: (value: number) => string): Html {
  return html`${text(used)} of ${text(total)} in use ${total > 0 && html`<meter min="0" max="${total}" value="${used}" aria-hidden="true"></meter>`}`
}
