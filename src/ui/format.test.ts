import { expect, test } from 'vitest'
import { ago, duration, resourceList, span, withoutRunningTimes } from './format.js'
import { javaDate } from './spark-json.js'

test('durations have two figures at most', () => {
  const second = 1000
  const cases: [number, string][] = [
    [-5, '0 s'],
    [7 * second, '7 s'],
    [303 * second, '5 min 3 s'],
    [7860 * second, '2 h 11 min'],
    [273_600 * second, '3 d 4 h'],
  ]
  for (const [ms, text] of cases) expect(duration(ms)).toBe(text)
})

test('times that run on say from when, and are the same to whoever compares', () => {
  const from = Date.UTC(2026, 10, 22, 15, 38, 20)
  expect(String(ago(from, from + 61_000))).toBe(
    `<time datetime="2026-11-22T15:38:20.000Z" title="2026-11-22 15:38:20 UTC" data-ago="${from}">1 min 1 s ago</time>`,
  )
  const at = (now: number) => withoutRunningTimes(String(span(from, undefined, now)) + String(ago(from, now)))
  expect(at(from + 1000)).toBe(at(from + 99_000))
  expect(String(span(from, from + 5000, from + 99_000))).toBe('5 s')
  expect(String(span(undefined, undefined, from))).toBe('–')
})

test('resources are listed by address or by amount', () => {
  expect(resourceList({ gpu: ['0', '2'], fpga: 1 })).toBe('gpu: 0, 2; fpga: 1')
  expect(resourceList({})).toBe('–')
})

test('dates in the JSON are spelt as Java spells them', () => {
  expect(javaDate(1795361900371)).toBe('Sun Nov 22 15:38:20 UTC 2026')
})
