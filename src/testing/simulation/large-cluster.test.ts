import { expect, it } from 'vitest'
import { simulateLargeCluster } from './large-cluster.js'

const taskMs = { min: 1_000, max: 3_000 }

it('schedules 220,000 tasks on 10,000 executors, with their data', () => {
  const size = { executors: 10_000, slotsPerExecutor: 4, executorsPerHost: 4, maps: 200_000, reduces: 20_000 }
  const result = simulateLargeCluster(1, { ...size, deaths: 0, taskMs })
  expect(result).toMatchObject({ end: 'succeeded', results: 20_000, launches: 220_000 })
  expect(result.localMaps).toBeGreaterThan(190_000)
  // Five waves of maps and one of reduces, at two seconds each, could not be much faster.
  expect(result.endedAt).toBeLessThan(25_000)
})

it('outlives the deaths of hundreds of 2,000 executors', () => {
  const size = { executors: 2_000, slotsPerExecutor: 2, executorsPerHost: 4, maps: 60_000, reduces: 2_000 }
  const result = simulateLargeCluster(2, { ...size, deaths: 300, taskMs })
  expect(result).toMatchObject({ end: 'succeeded', results: 2_000 })
  // No more is made again than what the dead had made or were making.
  expect(result.launches).toBeLessThan(70_000)
})
