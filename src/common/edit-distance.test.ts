import { expect, test } from 'vitest'
import { editDistance, nearest } from './edit-distance.js'

test('counts insertions, deletions, replacements and swaps', () => {
  expect(editDistance('memory', 'memory')).toBe(0)
  expect(editDistance('memory', 'memry')).toBe(1)
  expect(editDistance('memory', 'meomry')).toBe(1)
  expect(editDistance('', 'abc')).toBe(3)
  expect(editDistance('kitten', 'sitting')).toBe(3)
})

test('suggests the nearest name, and none when all are far', () => {
  expect(nearest('--mster', ['--master', '--name'])).toBe('--master')
  expect(nearest('--zzz', ['--master', '--name'])).toBeUndefined()
})
