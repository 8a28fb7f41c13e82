import { expect, test } from 'vitest'
import { addToSketch, estimateDistinct, mergeSketches, type Sketch, sketchPrecision } from './distinct-sketch.js'

function sketchOf(keys: Iterable<unknown>, precision: number): Sketch {
  let sketch: Sketch = []
  for (const key of keys) sketch = addToSketch(sketch, key, precision)
  return sketch
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

test('estimates stay within four standard deviations from none to a hundred thousand keys', () => {
  for (const relativeSD of [0.2, 0.05, 0.01]) {
    const precision = sketchPrecision(relativeSD) as number
    for (const count of [0, 1, 2, 10, 100, 1000, 20_000, 100_000]) {
      const estimate = estimateDistinct(sketchOf(numbers(0, count), precision), precision)
      expect(Math.abs(estimate - count), `${count} at ${relativeSD}`).toBeLessThanOrEqual(4 * relativeSD * count + 0.5)
    }
  }
})

test('strings and arrays are told apart as well as numbers', () => {
  const strings = sketchOf(
    numbers(0, 50_000).map((i) => `key ${i % 10_000}`),
    14,
  )
  expect(Math.abs(estimateDistinct(strings, 14) / 10_000 - 1)).toBeLessThan(0.04)
  const arrays = sketchOf(
    numbers(0, 10_000).map((i) => [i, 'x']),
    14,
  )
  expect(Math.abs(estimateDistinct(arrays, 14) / 10_000 - 1)).toBeLessThan(0.04)
})

test('a merged sketch is the sketch of both sets, whatever their forms', () => {
  const whole = estimateDistinct(sketchOf(numbers(0, 5000), 12), 12)
  const small = sketchOf(numbers(0, 50), 12)
  const large = sketchOf(numbers(20, 5000), 12)
  expect(Array.isArray(small)).toBe(true)
  expect(Array.isArray(large)).toBe(false)
  expect(estimateDistinct(mergeSketches([...(small as number[])], large, 12), 12)).toBe(whole)
  expect(estimateDistinct(mergeSketches(large, small, 12), 12)).toBe(whole)
})

test('the precision follows the standard deviation as in Spark', () => {
  expect(sketchPrecision(0.05)).toBe(9)
  expect(sketchPrecision(0.01)).toBe(14)
  expect(sketchPrecision(0.4)).toBe(4)
  expect(sketchPrecision(0.00001)).toBeUndefined()
  expect(sketchPrecision(Number.NaN)).toBeUndefined()
})
