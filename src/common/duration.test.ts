import { expect, test } from 'vitest'
import { durationToSetting, formatDuration, parseDuration } from './duration.js'

test('reads durations with and without a suffix', () => {
  const durations = ['10', '500us', '1ms', '2S', '3m', '3min', '1h', '1d', '-1'].map((text) => parseDuration(text))
  expect(durations).toEqual([10, 0.5, 1, 2000, 180_000, 180_000, 3_600_000, 86_400_000, -1])
  expect(parseDuration('10', 's')).toBe(10_000)
})

test.each(['', 'x', '1.5s', '1 s', '1y', '10 sec'])('refuses %j', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('writes durations for people and for settings', () => {
  expect([12, 1500, 90_000, 5_400_000].map(formatDuration)).toEqual(['12 ms', '1.5 s', '1.5 min', '1.5 h'])
  expect([0, 0.5, 1500, 30_000, 86_400_000].map(durationToSetting)).toEqual(['0ms', '500us', '1500ms', '30s', '1d'])
})
