import { describe, expect, it } from 'vitest'
import { simulateCluster } from './index.js'

/** FIRESTEEL_SEED replays one seed, FIRESTEEL_SEEDS says how many to run. */
const only = process.env.FIRESTEEL_SEED
const count = Number(process.env.FIRESTEEL_SEEDS ?? 3_000)

describe('simulated standalone clusters', () => {
  it.runIf(only !== undefined)('replay the seed given', () => {
    simulateCluster(Number(only))
  })

  it.skipIf(only !== undefined)(
    'keep every promise under deaths, partitions and changes of the leader',
    () => {
      const drivers = new Set<string>()
      const applications = new Set<string>()
      let [elections, launches] = [0, 0]
      for (let seed = 0; seed < count; seed++) {
        const result = simulateCluster(seed)
        for (const state of result.drivers.keys()) drivers.add(state)
        for (const end of result.applications.keys()) applications.add(end)
        elections += result.elections
        launches += result.launches
      }
      // The troubles are real: each kind of end occurs, and leaders change in most runs.
      for (const state of ['FINISHED', 'FAILED', 'KILLED', 'ERROR', 'SUBMITTED']) expect(drivers).toContain(state)
      for (const end of ['stopped', 'crashed', 'refused', 'removed KILLED', 'removed FAILED']) {
        expect(applications).toContain(end)
      }
      expect(elections).toBeGreaterThan(1.5 * count)
      expect(launches).toBeGreaterThan(5 * count)
    },
    120_000,
  )

  it('are the same for the same seed', () => {
    const lines: string[][] = [[], []]
    for (const trace of lines) simulateCluster(7, { trace: (line) => trace.push(line) })
    expect(lines[0]?.length).toBeGreaterThan(100)
    expect(lines[0]).toEqual(lines[1])
  })
})
