import { expect, test } from 'vitest'
import { shares } from './stratified-shares.js'

const counts = [
  [10, 0, 5],
  [0, 3, 5],
  [30, 3, 1],
]
const total = (parts: number[][]): number[] =>
  [0, 1, 2].map((s) => parts.reduce((sum, part) => sum + (part[s] as number), 0))

test('shares add up to exactly the part that is wanted of each stratum', () => {
  for (const withReplacement of [false, true]) {
    const parts = shares(counts, [0.5, 1, 0.1], { withReplacement, seed: 3 })
    expect(total(parts)).toEqual([20, 6, 2])
  }
})

test('without replacement no share is larger than what is there', () => {
  for (let seed = 0; seed < 50; seed++) {
    const parts = shares(counts, [0.9, 0.5, 1], { withReplacement: false, seed })
    parts.forEach((part, p) => {
      part.forEach((share, s) => {
        expect(share).toBeLessThanOrEqual((counts[p] as number[])[s] as number)
      })
    })
    expect(total(parts)).toEqual([36, 3, 11])
  }
})

test('the same seed gives the same shares, and nothing comes of nothing', () => {
  const options = { withReplacement: false, seed: 8 }
  expect(shares(counts, [0.3, 0.3, 0.3], options)).toEqual(shares(counts, [0.3, 0.3, 0.3], options))
  expect(shares([], [0.5], options)).toEqual([])
  expect(total(shares(counts, [0, 0, 0], options))).toEqual([0, 0, 0])
})
