import { expect, test } from 'vitest'
import { bytesToSetting, formatBytes, parseBytes } from './bytes.js'

test('reads sizes with and without a suffix', () => {
  const sizes = ['10', '1k', '1kb', '2M', ' 3g ', '1t', '1p', '5b', '-1'].map((text) => parseBytes(text))
  expect(sizes).toEqual([10, 1024, 1024, 2 ** 21, 3 * 2 ** 30, 2 ** 40, 2 ** 50, 5, -1])
  expect(parseBytes('10', 'm')).toBe(10 * 2 ** 20)
  expect(parseBytes('10b', 'm')).toBe(10)
})

test.each(['', 'x', '1.5g', '1 g', '1x', '1bb', '999999999p'])('refuses %j', (text) => {
  expect(parseBytes(text)).toBeUndefined()
})

test('writes sizes for people and for settings', () => {
  expect([0, 640, 1000, 1536, 2 ** 30, 123 * 2 ** 20].map(formatBytes)).toEqual([
    '0 B',
    '640 B',
    '1 KiB',
    '1.5 KiB',
    '1 GiB',
    '123 MiB',
  ])
  expect([0, 1000, 1536 * 2 ** 20, 2 ** 30].map(bytesToSetting)).toEqual(['0b', '1000b', '1536m', '1g'])
})
