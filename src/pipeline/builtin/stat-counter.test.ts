import { expect, test } from 'vitest'
import { StatCounter } from './stat-counter.js'

test('merged counters say what one counter of all numbers says', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 1e6 + i)
  const whole = new StatCounter(values)
  for (const cut of [0, 1, 20, 500, 990, 1000]) {
    const merged = new StatCounter(values.slice(0, cut)).merge(new StatCounter(values.slice(cut)))
    expect(merged.count).toBe(1000)
    expect(merged.mean / whole.mean).toBeCloseTo(1, 12)
    expect(merged.variance / whole.variance).toBeCloseTo(1, 12)
    expect([merged.max, merged.min]).toEqual([whole.max, whole.min])
  }
})

test('a counter without numbers has neither extremes nor a variance', () => {
  const empty = new StatCounter()
  expect([empty.count, empty.mean, empty.sum]).toEqual([0, 0, 0])
  expect([empty.max, empty.min]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  expect([empty.variance, empty.stdev, empty.sampleVariance, empty.sampleStdev]).toEqual([NaN, NaN, NaN, NaN])
  expect(new StatCounter([5]).sampleVariance).toBeNaN()
  expect(new StatCounter([5]).popVariance).toBe(0)
})

test('a copy goes its own way', () => {
  const counter = new StatCounter([1, 2])
  const copy = counter.copy().merge(9)
  expect([counter.count, copy.count]).toEqual([2, 3])
  expect(String(copy)).toBe(`(count: 3, mean: 4, stdev: ${copy.stdev}, max: 9, min: 1)`)
})
