import { expect, test } from 'vitest'
import { SparkConf } from '../../common/conf/index.js'
import { endOfInterval, neverRolls, rollingPolicy } from './rolling-policy.js'

function policyOf(settings: Record<string, string>) {
  const problems: string[] = []
  const named = Object.entries(settings).map(([key, value]) => [`spark.executor.logs.rolling.${key}`, value] as const)
  const policy = rollingPolicy(new SparkConf(false).setAll(named), (problem) => problems.push(problem))
  return { policy, problems }
}

test('a log does not roll unless a strategy is set', () => {
  expect(policyOf({ maxSize: '5000', maxRetainedFiles: '3' })).toEqual({ policy: neverRolls, problems: [] })
})

test('by size or by time, keeping some or all, compressed or not', () => {
  expect(
    policyOf({ strategy: 'size', maxSize: '5k', maxRetainedFiles: '3', enableCompression: 'true' }).policy,
  ).toEqual({
    maxBytes: 5120,
    intervalMs: Infinity,
    retained: 3,
    compress: true,
  })
  const intervals = ['daily', 'hourly', 'minutely', '90'].map((text) =>
    policyOf({ strategy: 'time', 'time.interval': text }),
  )
  expect(intervals.map(({ policy }) => policy.intervalMs)).toEqual([86_400_000, 3_600_000, 60_000, 90_000])
  expect(intervals[0]?.policy).toMatchObject({ maxBytes: Infinity, retained: Infinity, compress: false })
})

test('what cannot be used is said, and the log does not roll', () => {
  const wrong: Record<string, string>[] = [
    { strategy: 'size', maxSize: '10' },
    { strategy: 'time', 'time.interval': 'weekly' },
  ]
  for (const settings of wrong) {
    const { policy, problems } = policyOf(settings)
    expect(policy).toEqual(neverRolls)
    expect(problems).toHaveLength(1)
  }
})

test('intervals end where days and hours of local time do', () => {
  const noon = Date.UTC(2026, 10, 28, 12, 30)
  expect(endOfInterval(noon, 3_600_000, 0)).toBe(Date.UTC(2026, 10, 28, 13))
  expect(endOfInterval(noon, 86_400_000, 0)).toBe(Date.UTC(2026, 10, 29))
  expect(endOfInterval(noon, 86_400_000, 13 * 3_600_000)).toBe(Date.UTC(2026, 10, 29, 11))
  expect(endOfInterval(noon, Infinity, 0)).toBe(Infinity)
})
