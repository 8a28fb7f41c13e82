import { expect, test } from 'vitest'
import { ManualClock } from '../common/index.js'
import type { RefusalReason } from './environment.js'
import { RefusalLog } from './refusal-log.js'

function setUp() {
  const clock = new ManualClock()
  const lines: string[] = []
  const log = new RefusalLog(clock, (line) => lines.push(line))
  const refuse = (reason: RefusalReason, port: number) =>
    log.note({ reason, address: `10.0.0.1:${port}`, message: `refused 10.0.0.1:${port}: ${reason}` })
  return { clock, lines, log, refuse }
}

test('a flood of garbage is one line, and then a count for each minute', () => {
  const { clock, lines, refuse } = setUp()
  for (let port = 1; port <= 500; port++) refuse('not-firesteel', port)
  expect(lines).toEqual(['refused 10.0.0.1:1: not-firesteel'])
  clock.advance(60_000)
  expect(lines.slice(1)).toEqual(['and 499 more within a minute, the last: refused 10.0.0.1:500: not-firesteel'])
  refuse('not-firesteel', 7)
  expect(lines).toHaveLength(2)
  clock.advance(60_000)
  expect(lines.slice(2)).toEqual(['and 1 more within a minute, the last: refused 10.0.0.1:7: not-firesteel'])
})

test('another reason is told at once, and so is the same one after a quiet minute', () => {
  const { clock, lines, refuse } = setUp()
  refuse('not-firesteel', 1)
  refuse('secret-wrong', 2)
  expect(lines).toHaveLength(2)
  clock.advance(60_000)
  expect(clock.pending).toBe(0)
  refuse('secret-wrong', 3)
  expect(lines.slice(2)).toEqual(['refused 10.0.0.1:3: secret-wrong'])
})

test('what was counted is told when the log is closed', () => {
  const { clock, lines, log, refuse } = setUp()
  for (let port = 1; port <= 3; port++) refuse('too-slow', port)
  log.close()
  expect(lines[1]).toBe('and 2 more within a minute, the last: refused 10.0.0.1:3: too-slow')
  expect(clock.pending).toBe(0)
})
