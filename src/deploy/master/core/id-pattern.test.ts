import { describe, expect, it } from 'vitest'
import { formatId, idOfName, idTime, isFitId } from './id-pattern.js'

describe('ids', () => {
  it.each([
    ['app-%s-%04d', 'app-20260102030405-0007'],
    ['%2$04d/%1$s', '0007/20260102030405'],
    ['%s-%d', '20260102030405-7'],
    ['x-%2$d', 'x-7'],
    ['100%%-%s', '100%-20260102030405'],
    ['plain', 'plain'],
  ])('of the pattern %s are formatted as Java does it', (pattern, expected) => {
    expect(formatId(pattern, ['20260102030405', 7])).toBe(expected)
  })

  it('carry the time in UTC', () => {
    expect(idTime(Date.UTC(2026, 10, 22, 15, 36, 22, 999))).toBe('20261122153622')
  })

  it('of names can name a folder', () => {
    expect(idOfName('My Word Count')).toBe('mywordcount')
    expect(idOfName('../../etc/passwd')).toBe('etc-passwd')
    expect(idOfName('…')).toBe('app')
    expect(isFitId(idOfName('Größe: 7%'))).toBe(true)
  })

  it('that others have made are refused when they could name something else', () => {
    for (const id of ['app-20260102030405-0000', 'worker-1-[::1]-7078', 'a.b_c']) expect(isFitId(id)).toBe(true)
    for (const id of ['', '../x', '.hidden', 'a/b', 'a\0b', 'x'.repeat(300)]) expect(isFitId(id)).toBe(false)
  })
})
