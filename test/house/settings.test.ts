import { expect, test } from 'vitest'
import type { AnyConfigEntry } from '../../src/common/conf/config-entry.js'
import * as entries from '../../src/common/conf/entries/index.js'
import { reservedKeys } from '../../src/common/conf/reserved-keys.js'
import { sourceFiles } from './source-files.js'

/** Code that may act on a setting; the registry itself and the flags of submit do not. */
const readers = sourceFiles()
  .filter(({ path }) => !/^common\/(?:conf\/(?!spark-conf)|errors\/)|^cli\/submit-flags/.test(path))
  .map(({ text }) => text)
  .join('\n')

function isNamed([name, { key, aliases }]: [string, AnyConfigEntry]): boolean {
  const texts = [key, ...aliases].map((text) => `'${text}'`)
  return new RegExp(`\\b${name}\\b`).test(readers) || texts.some((text) => readers.includes(text))
}

const all = Object.entries<AnyConfigEntry>(entries)
const named = all.filter(isNamed).map(([, entry]) => entry)
/** One that another falls back to is read through it. */
const read = new Set(named.flatMap((entry) => [entry.key, entry.fallback?.key]))
const unread = all.map(([, { key }]) => key).filter((key) => !read.has(key))

test('a setting that nothing acts on is reserved, so that users are told', () => {
  expect(unread.filter((key) => !reservedKeys.has(key)).sort()).toEqual([])
})

test('a setting that something acts on is not reserved', () => {
  expect([...reservedKeys.keys()].filter((key) => !unread.includes(key)).sort()).toEqual([])
})
