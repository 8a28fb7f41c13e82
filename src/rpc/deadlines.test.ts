import { describe, expect, it } from 'vitest'
import { ManualClock } from '../common/index.js'
import { Deadlines } from './deadlines.js'

function setUp() {
  const clock = new ManualClock(1_000)
  const deadlines = new Deadlines(clock)
  const expired: string[] = []
  const wait = (name: string, deadline: number) => {
    const waiting = { deadline, expire: () => void expired.push(name) }
    deadlines.add(waiting)
    return waiting
  }
  return { clock, deadlines, expired, wait }
}

describe('Deadlines', () => {
  it('expires each wait at its deadline, whatever the order in which they were added', () => {
    const { clock, expired, wait } = setUp()
    wait('late', 1_300)
    wait('early', 1_100)
    wait('never', Number.POSITIVE_INFINITY)
    clock.advance(99)
    expect(expired).toEqual([])
    clock.advance(1)
    expect(expired).toEqual(['early'])
    clock.advance(10_000)
    expect(expired).toEqual(['early', 'late'])
  })

  it('leaves no timer behind once all waits have ended and the timer has looked', () => {
    const { clock, deadlines, expired, wait } = setUp()
    const first = wait('first', 1_100)
    const second = wait('second', 1_200)
    deadlines.delete(first)
    deadlines.delete(second)
    clock.advance(200)
    expect(expired).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('lets an expiring wait add another', () => {
    const { clock, deadlines, expired, wait } = setUp()
    deadlines.add({ deadline: 1_010, expire: () => void wait('second', 1_020) })
    clock.advance(20)
    expect(expired).toEqual(['second'])
  })

  it('keeps a deadline beyond the longest timer of the machine', () => {
    const { clock, expired, wait } = setUp()
    wait('far', 1_000 + 2 ** 32)
    clock.advance(2 ** 31)
    expect(expired).toEqual([])
    clock.advance(2 ** 31)
    expect(expired).toEqual(['far'])
  })
})
