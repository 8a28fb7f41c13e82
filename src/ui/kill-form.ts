import { type Html, html } from './markup.js'

export interface KillForm {
  /** Where it is posted, relative to the page. */
  readonly action: string
  readonly id: string
  /** What is killed, for people: `application app-…`. */
  readonly what: string
  readonly formToken: string
}

/** A button that first asks whether it is meant; by a disclosure, so that this needs no script. */
export function killForm({ action, id, what, formToken }: KillForm): Html {
  return html`
    <details class="kill" data-key="kill ${id}">
      <summary aria-label="Kill ${what}">Kill</summary>
      <form method="post" action="${action}">
        <input type="hidden" name="id" value="${id}">
        <input type="hidden" name="terminate" value="true">
        <input type="hidden" name="csrfToken" value="${formToken}">
        <button aria-label="Yes, kill ${what}">Yes, kill</button>
      </form>
    </details>`
}
