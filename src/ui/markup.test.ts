import { expect, test } from 'vitest'
import { html, link, webUrl } from './markup.js'

test('text is escaped, markup is not, and nothing at all is left out', () => {
  const text = `<b>"'&`
  expect(String(html`<p title="${text}">${text}</p>`)).toBe(
    '<p title="&lt;b&gt;&quot;&#39;&amp;">&lt;b&gt;&quot;&#39;&amp;</p>',
  )
  expect(String(html`${html`<b>${1}</b>`}${undefined}${false}${['a', html`<i>b</i>`]}`)).toBe('<b>1</b>a<i>b</i>')
})

test('line breaks of a template are nothing at tags and a space in a text', () => {
  expect(
    String(html`
      <p>
        one
        two ${3}
      </p>
      ${4}
    `),
  ).toBe('<p>one two 3</p>4')
})

test('only addresses of the web become links', () => {
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'not a url', 'http://user:word@host/', undefined])
    expect(webUrl(url), url).toBeUndefined()
  expect(webUrl('https://host:8081')).toBe('https://host:8081')
  expect(String(link(webUrl('javascript:alert(1)'), 'x'))).toBe('x')
})
