import { expect, test } from 'vitest'
import { ManualClock } from '../../../common/index.js'
import { Leadership } from './leadership.js'
import type { ZooKeeperSession } from './zookeeper-session.js'

function leadershipFrom(provenAt: number) {
  const clock = new ManualClock(provenAt)
  const session = { timeoutMs: 6_000, isOver: false }
  const leadership = new Leadership(session as ZooKeeperSession, { path: '/epoch', version: 3, provenAt, clock })
  return { clock, session, leadership }
}

test('lasts two thirds of the session from when the last proof was sent, not from when its answer came', () => {
  const { clock, leadership } = leadershipFrom(1_000)
  clock.advance(3_999)
  expect(leadership.hasLapsed).toBe(false)
  leadership.proven(1_500) // an answer that took its time
  clock.advance(500)
  expect(leadership.hasLapsed).toBe(false)
  leadership.proven(1_200) // overtaken by the one before
  clock.advance(1)
  expect(leadership.hasLapsed).toBe(true)
})

test('ends with its session', () => {
  const { session, leadership } = leadershipFrom(1_000)
  session.isOver = true
  expect(leadership.hasLapsed).toBe(true)
})
