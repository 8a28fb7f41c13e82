import { expect, test } from 'vitest'
import { sparkKeys } from './known-to-spark.js'
import { configSections, findEntry } from './registry.js'

const entries = configSections.flatMap((section) => section.entries)

test('no key or alias is registered twice', () => {
  const names = entries.flatMap((entry) => [entry.key, ...entry.aliases])
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})

test('every setting has a key below spark., a sentence that says what it does, and a version', () => {
  for (const entry of entries) {
    expect(entry.key).toMatch(/^spark\.[A-Za-z0-9.]+$/)
    expect(entry.doc, entry.key).toMatch(/^[A-Z`n].*[.]$/)
    expect(entry.since).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('every default survives being written and read again', () => {
  for (const entry of entries) {
    if (entry.default === undefined) continue
    expect(entry.parse(entry.type.format(entry.default)), entry.key).toEqual(entry.default)
  }
})

test('no key that is registered is also listed as without effect', () => {
  expect([...sparkKeys()].filter((key) => findEntry(key) !== undefined)).toEqual([])
})
