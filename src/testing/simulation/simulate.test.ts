import { describe, expect, it } from 'vitest'
import { simulate } from './index.js'

/** FIRESTEEL_SEED replays one seed, FIRESTEEL_SEEDS says how many to run. */
const only = process.env.FIRESTEEL_SEED
const count = Number(process.env.FIRESTEEL_SEEDS ?? 3_000)

describe('simulation', () => {
  it.runIf(only !== undefined)('replays the seed given', () => {
    simulate(Number(only))
  })

  it.skipIf(only !== undefined)(
    'ends every job of thousands of troubled clusters right, or with an error that is implied',
    () => {
      const ends = new Map<string, number>()
      for (let seed = 0; seed < count; seed++) {
        for (const end of simulate(seed).jobs.values()) ends.set(end, (ends.get(end) ?? 0) + 1)
      }
      // The troubles are real: each kind of end occurs, and most jobs outlive them.
      expect([...ends.keys()].sort()).toEqual([
        'FS_JOB_CANCELLED',
        'FS_JOB_EXECUTORS_GONE',
        'FS_JOB_FAILED',
        'FS_JOB_FETCH_FAILED',
        'FS_JOB_INDETERMINATE',
        'FS_JOB_NO_RESOURCES',
        'FS_JOB_TASK_KILLS_EXECUTORS',
        'succeeded',
      ])
    },
  )

  it('gives the same run for the same seed', () => {
    const lines: string[][] = [[], []]
    for (const trace of lines) simulate(7, { trace: (line) => trace.push(line) })
    expect(lines[0]).toEqual(lines[1])
  })
})
