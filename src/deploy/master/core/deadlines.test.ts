import { describe, expect, it } from 'vitest'
import { Deadlines } from './deadlines.js'

describe('Deadlines', () => {
  it('gives out what is due in the order of its time, and nothing else', () => {
    const deadlines = new Deadlines<string>()
    deadlines.set('b', 20)
    deadlines.set('a', 10)
    deadlines.set('c', 30)
    expect(deadlines.earliest).toBe(10)
    expect([deadlines.next(20), deadlines.next(20), deadlines.next(20)]).toEqual(['a', 'b', undefined])
    expect(deadlines.earliest).toBe(30)
  })

  it('follows a deadline that moves, later or earlier', () => {
    const deadlines = new Deadlines<string>()
    deadlines.set('late', 10)
    deadlines.set('late', 50)
    deadlines.set('early', 40)
    deadlines.set('early', 5)
    expect([deadlines.next(10), deadlines.next(10)]).toEqual(['early', undefined])
    expect(deadlines.earliest).toBe(50)
    expect(deadlines.next(49)).toBeUndefined()
    expect(deadlines.next(50)).toBe('late')
    expect(deadlines.size).toBe(0)
    expect(deadlines.earliest).toBeUndefined()
  })

  it('forgets what is cleared, and takes it anew', () => {
    const deadlines = new Deadlines<string>()
    deadlines.set('a', 10)
    deadlines.clear('a')
    expect(deadlines.earliest).toBeUndefined()
    deadlines.set('a', 30)
    expect(deadlines.next(29)).toBeUndefined()
    expect(deadlines.next(30)).toBe('a')
  })

  it('keeps the order of thousands that move at random', () => {
    const deadlines = new Deadlines<number>()
    const due = new Map<number, number>()
    let state = 1
    const random = (n: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return Math.floor((state / 2 ** 32) * n)
    }
    for (let i = 0; i < 20_000; i++) {
      const key = random(500)
      if (random(10) === 0) {
        deadlines.clear(key)
        due.delete(key)
      } else {
        const at = random(10_000)
        deadlines.set(key, at)
        due.set(key, at)
      }
    }
    for (let now = 0; now <= 10_000; now += 100) {
      const given: number[] = []
      for (let key = deadlines.next(now); key !== undefined; key = deadlines.next(now)) given.push(key)
      const expected = [...due].filter(([, at]) => at <= now).map(([key]) => key)
      expect(given.sort()).toEqual(expected.sort())
      for (const key of expected) due.delete(key)
    }
    expect(due.size).toBe(0)
  })
})
