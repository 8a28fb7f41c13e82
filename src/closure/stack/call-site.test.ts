import { expect, test } from 'vitest'
import { callSite } from './call-site.js'

test('names the line of the user that called', () => {
  expect(callSite('map').short).toBe('map at call-site.test.ts:5')
})

test('names code that was typed by the name it was given', () => {
  const make = new Function('callSite', `return (() =>\n callSite('map'))()\n//# sourceURL=shell-3`)
  expect((make(callSite) as { short: string }).short).toMatch(/^map at shell-3:\d$/)
})
