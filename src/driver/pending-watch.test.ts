import { expect, test } from 'vitest'
import { ManualClock } from '../common/index.js'
import { PendingWatch } from './pending-watch.js'

test('says why nothing runs after some seconds, again each minute, and not at all while something runs', () => {
  const clock = new ManualClock()
  const lines: string[] = []
  let isWaiting = false
  const watch = new PendingWatch({
    clock,
    afterMs: 5000,
    isWaiting: () => isWaiting,
    reasons: () => [{ what: 'stage 0.0', reason: 'noExecutors', text: 'no executor is registered', figures: {} }],
    warn: (line) => lines.push(line),
  })
  watch.start()
  clock.advance(30_000)
  expect(lines).toEqual([])
  isWaiting = true
  clock.advance(4000)
  isWaiting = false
  clock.advance(1000)
  isWaiting = true
  clock.advance(5000)
  expect(lines).toEqual([])
  clock.advance(1000)
  expect(lines).toEqual(['nothing has been running for 5 s: no executor is registered'])
  clock.advance(59_000)
  expect(lines).toHaveLength(1)
  clock.advance(1000)
  expect(lines[1]).toBe('nothing has been running for 65 s: no executor is registered')
  watch.stop()
  expect(clock.pending).toBe(0)
})
