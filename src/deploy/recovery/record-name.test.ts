import { expect, test } from 'vitest'
import { recordName } from './record-name.js'

test('ids as masters make them stay readable', () => {
  expect(recordName('driver', 'driver-20261128105733-0000')).toBe('driver_driver-20261128105733-0000')
  expect(recordName('worker', 'worker-20261128-10.0.0.7-35001')).toBe('worker_worker-20261128-10%2e0%2e0%2e7-35001')
})

test('any id is a safe name, and no two records share one', () => {
  const ids = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    'a b',
    'a%20b',
    'a%2fb',
    'A',
    'a',
    'ä',
    '𝔘',
    'a\0b',
    'con',
    'x_y',
    '\ud800',
  ]
  const kinds = ['app', 'App', 'a_b', '']
  const names = kinds.flatMap((kind) => ids.map((id) => recordName(kind, id)))
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
  for (const name of names) expect(name).toMatch(/^[a-z0-9_%.-]+$/)
  expect(recordName('a', 'b_c')).not.toBe(recordName('a_b', 'c'))
})

test('a long id is cut, and still told from its like', () => {
  const long = 'x'.repeat(5_000)
  expect(recordName('app', `${long}1`)).not.toBe(recordName('app', `${long}2`))
  expect(recordName('app', long).length).toBeLessThanOrEqual(160)
})
