import { type Html, html } from './markup.js'
import type { NavigationLink, Page } from './page.js'

/** What a daemon runs in. Secrets are redacted by who makes this. */
export interface Environment {
  /** Versions, the machine, the process. */
  readonly runtime: readonly (readonly [name: string, value: string])[]
  readonly settings: readonly (readonly [key: string, value: string])[]
  /** Those that `spark.master.ui.visibleEnvVarPrefixes` lets be seen. */
  readonly variables: readonly (readonly [name: string, value: string])[]
}

export function environmentPage(environment: Environment, navigation: readonly NavigationLink[]): Page {
  const part = (id: string, title: string, pairs: Environment['settings']) => ({
    id,
    content: table(id, title, pairs),
    hasHeading: true,
  })
  return {
    title: 'Environment – Firesteel',
    heading: html`Environment`,
    navigation,
    isLive: false,
    regions: [
      part('runtime', 'Runtime', environment.runtime),
      part('settings', 'Spark properties', environment.settings),
      part('variables', 'Environment variables', environment.variables),
    ],
  }
}

function table(id: string, title: string, pairs: Environment['settings']): Html {
  const heading = html`<h2 id="${id}-title">${title} <span class="count">(${pairs.length})</span></h2>`
  if (pairs.length === 0) return html`${heading}<p class="empty">None.</p>`
  return html`
    ${heading}
    <table role="table" class="pairs" aria-labelledby="${id}-title">
      <thead role="rowgroup"><tr role="row">
        <th role="columnheader" scope="col">Name</th><th role="columnheader" scope="col">Value</th>
      </tr></thead>
      <tbody role="rowgroup">${pairs.map(
        ([name, value]) =>
          html`<tr role="row"><th role="rowheader" scope="row">${name}</th><td role="cell" data-label="Value">${value}</td></tr>`,
      )}</tbody>
    </table>`
}
