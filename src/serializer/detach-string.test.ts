import { expect, test } from 'vitest'
import { detachString } from './index.js'

test('a detached string is equal to the original, whatever its characters', () => {
  for (const text of [
    '',
    'short',
    'a string of some length',
    'naïve and longer',
    '日本語の長い文字列です、はい',
    'lone \ud800 surrogate here',
  ]) {
    expect(detachString(text)).toBe(text)
  }
})
