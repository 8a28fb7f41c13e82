import { describe, expect, it } from 'vitest'
import { outlived, shownOf } from './retention.js'

const ended = (...times: readonly number[]) =>
  new Map(times.map((endedAt, i) => [String(i), { id: i, endedAt, isCleared: false }]))
const ids = (entries: readonly { readonly id: number }[]) => entries.map(({ id }) => id)

describe('what has ended', () => {
  it('is forgotten, the earliest first, when there are more than are shown and they are old', () => {
    const { forget, next } = outlived(ended(0, 1_000, 2_000), { shown: 2, now: 300_000 })
    expect(ids(forget)).toEqual([0])
    expect(next).toBeUndefined()
  })

  it('is remembered for five minutes, however few are shown', () => {
    expect(outlived(ended(0, 1_000), { shown: 0, now: 299_999 })).toEqual({ forget: [], next: 300_000 })
    expect(ids(outlived(ended(0, 1_000), { shown: 0, now: 300_000 }).forget)).toEqual([0])
  })

  it('is forgotten at once when there are thousands', () => {
    const many = ended(...Array.from({ length: 5_010 }, () => 1))
    expect(outlived(many, { shown: 2, now: 1 }).forget).toHaveLength(8)
  })

  it('is shown the latest first, unless it was cleared', () => {
    const all = ended(0, 1, 2)
    expect(ids(shownOf(all, 2))).toEqual([2, 1])
    expect(shownOf(all, 0)).toEqual([])
    for (const entry of all.values()) entry.isCleared = entry.id < 2
    expect(ids(shownOf(all, 2))).toEqual([2])
  })
})
