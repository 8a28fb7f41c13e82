import { expect, test } from 'vitest'
import { normalQuantile, poissonQuantile, studentQuantile } from './distributions.js'

test('quantiles of the normal distribution are those of the tables', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10)
  expect(normalQuantile(0.5)).toBeCloseTo(0, 10)
  expect(normalQuantile(0.005)).toBeCloseTo(-2.5758293035489004, 9)
})

test('quantiles of the t distribution are those of the tables', () => {
  expect(studentQuantile(0.975, 1)).toBeCloseTo(12.706204736, 6)
  expect(studentQuantile(0.975, 9)).toBeCloseTo(2.2621571628, 8)
  expect(studentQuantile(0.95, 99)).toBeCloseTo(1.660391156, 8)
})

test('quantiles of the Poisson distribution are whole and right for small and large means', () => {
  expect(poissonQuantile(0.975, 1)).toBe(3)
  expect(poissonQuantile(0.025, 10)).toBe(4)
  expect(poissonQuantile(0.975, 10)).toBe(17)
  expect(poissonQuantile(0.025, 0)).toBe(0)
  expect(Math.abs(poissonQuantile(0.975, 1e6) - (1e6 + 1.96 * 1e3))).toBeLessThan(3)
})
