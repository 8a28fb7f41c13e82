import { html as honoHtml, raw } from 'hono/html'

/** Markup that may stand in a page as it is. */
export interface Html {
  toString(): string
  readonly isEscaped: true
}

/** What may stand in a template: text is escaped, markup is not, nothing at all is left out. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[]

const narrowed = new WeakMap<TemplateStringsArray, TemplateStringsArray>()

/**
 * Markup from a template. Line breaks of the template itself, with the indentation after them, do not get into the page: at tags and at
 * values they are nothing, within a text a space.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let narrow = narrowed.get(strings)
  if (narrow === undefined) {
    const texts = strings.map((text) => text.replace(/(^|>)\s*\n\s*|\s*\n\s*(?=<|$)/g, '$1').replace(/\s*\n\s*/g, ' '))
    narrow = Object.assign(texts, { raw: texts }) as TemplateStringsArray
    narrowed.set(strings, narrow)
  }
  // Without promises among the values, as the types insist, the result is there at once.
  return honoHtml(narrow, ...values) as unknown as Html
}

export const nothing: Html = raw('') as unknown as Html

/** An address that may be a link: other schemes than HTTP could run something. Workers and applications tell theirs themselves. */
export function webUrl(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const { protocol, username, password } = new URL(url)
  return /^https?:$/.test(protocol) && username === '' && password === '' ? url : undefined
}

/** A link where there is an address, else the text alone. */
export function link(url: string | undefined, text: HtmlValue): Html {
  return url === undefined ? html`${text}` : html`<a href="${url}">${text}</a>`
}
