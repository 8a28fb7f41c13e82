import { describe, expect, it } from 'vitest'
import { compareKeys } from '../common/key/index.js'
import { Sorter, type SorterOptions } from './index.js'
import { bench, randomOrderedKey, seeded, smallDisk } from './shuffle.test-kit.js'

const MB = 1024 * 1024

type Order = Pick<SorterOptions, 'ascending' | 'compare'>

function drain(sorter: Sorter): [unknown, unknown][] {
  const pairs: [unknown, unknown][] = []
  sorter.finish()
  for (let batch = sorter.next(); batch !== undefined; batch = sorter.next()) {
    for (let i = 0; i < batch.keys.length; i++) pairs.push([batch.keys[i], batch.values[i]])
  }
  return pairs
}

/** Sorts and compares with a stable sort by comparing; returns the sorter's metrics. */
function check(keys: readonly unknown[], order: Order, limit = 512 * MB) {
  using b = bench(limit)
  using sorter = new Sorter({ ...b.spill, ...order })
  for (let from = 0; from < keys.length; from += 1000) {
    const part = keys.slice(from, from + 1000)
    sorter.addAll(
      part,
      part.map((_, i) => from + i),
    )
  }
  const compare = order.compare ?? compareKeys
  const expected = keys.map((_, i) => i)
  expected.sort((x, y) => (order.ascending ? 1 : -1) * compare(keys[x], keys[y]))
  const got = drain(sorter)
  expect(got.length).toBe(keys.length)
  expect(got.map(([, value]) => value)).toEqual(expected)
  expect(got.every(([key, value]) => Object.is(key, keys[value as number]) || typeof key === 'object')).toBe(true)
  expect(b.left()).toEqual(sorter.metrics.spills > 0 ? [expect.any(String)] : [])
  sorter.close()
  expect(b.left()).toEqual([])
  expect(b.memory.used).toBe(0)
  return sorter.metrics
}

const random = seeded(42)
const below = (n: number) => Math.floor(random() * n)
const make = (count: number, key: (i: number) => unknown) => Array.from({ length: count }, (_, i) => key(i))

const inputs: Record<string, unknown[]> = {
  nothing: [],
  'one key': ['x'],
  'short strings with repeats': make(20_000, () => `k${below(500)}`),
  'strings with a long common prefix': make(20_000, () => `user/profile/${String(below(1e6)).padStart(9, '0')}`),
  'strings that differ late': make(5000, () => `${'ab'.repeat(below(3))}${'x'.repeat(20 + below(4))}${below(50)}`),
  'strings with NUL': make(5000, () => 'a\0'.repeat(below(4)) + '\0'.repeat(below(12)) + (below(3) === 0 ? 'b' : '')),
  'equal strings': make(3000, () => 'same and long enough'),
  'strings of all scripts': make(
    20_000,
    () => ['é', 'ж', '中', '😀', 'a', '\uffff', ''][below(7)] + `${below(40)}`.repeat(below(3)),
  ),
  'small integers': make(20_000, () => below(1000) - 500),
  'large integers': make(20_000, () => 1_700_000_000_000 + below(1e9)),
  'integers too far apart': make(5000, () => (below(2) === 0 ? -1 : 1) * below(2 ** 52)),
  fractions: make(20_000, () => (random() - 0.5) * 10 ** (below(600) - 300)),
  'close fractions': make(5000, () => 1 + below(3) * Number.EPSILON),
  'odd numbers': make(5000, () => [0, -0, Number.NaN, 1 / 0, -1 / 0, 5e-324, -5e-324, 1][below(8)]),
  tuples: make(5000, () => [-below(20), `w${below(20)}`]),
  'tuples that agree in their first items': make(8000, () => ['a', below(2), below(3), random() < 0.5 ? 'x' : 'y']),
  'tuples of several lengths': make(5000, () => make(below(4), () => below(3))),
  'tuples of mixed items': make(5000, () => [below(2) === 0 ? below(5) : `w${below(5)}`, below(3)]),
  dates: make(5000, () => new Date(below(100) === 0 ? Number.NaN : below(1000) * 86_400_000)),
  'bigints and numbers': make(3000, () => (below(2) === 0 ? below(50) : BigInt(below(50)))),
  'all kinds': make(10_000, () => randomOrderedKey(random, 100)),
}

describe('Sorter', () => {
  for (const [name, keys] of Object.entries(inputs)) {
    it.each([true, false])(`sorts ${name}, stably (ascending: %s)`, (ascending) => {
      check(keys, { ascending })
    })
  }

  it('sorts by a given order', () => {
    const compare = (a: unknown, b: unknown) => (a as string).length - (b as string).length
    const keys = make(10_000, () => 'x'.repeat(below(50)))
    check(keys, { ascending: true, compare })
    check(keys, { ascending: false, compare })
  })

  it.each([true, false])('merges runs from disk, stably (ascending: %s)', (ascending) => {
    const cases = ['strings with a long common prefix', 'fractions', 'all kinds', 'small integers', 'equal strings']
    for (const name of cases) {
      const keys = [1, 2, 3].flatMap(() => inputs[name] as unknown[])
      expect(check(keys, { ascending }, 1 * MB).spills > 0, name).toBe(keys.length > 10_000)
    }
  })

  it('merges in several passes when there are very many runs', () => {
    const text = 'z'.repeat(20_000)
    using b = bench(256 * 1024)
    using sorter = new Sorter({ ...b.spill, ascending: true })
    for (let i = 0; i < 8000; i++) sorter.addAll([(i * 7919) % 8000], [text + i])
    sorter.finish()
    expect(sorter.metrics.spills).toBeGreaterThan(66)
    const got = drain(sorter)
    expect(got.length).toBe(8000)
    expect(got.every(([key, value], i) => key === i && (value as string).length > 20_000)).toBe(true)
  })

  it('removes its files when it is closed half-way', () => {
    using b = bench(1 * MB)
    const sorter = new Sorter({ ...b.spill, ascending: true })
    for (let i = 0; i < 100; i++)
      sorter.addAll(inputs['small integers'] as unknown[], inputs['small integers'] as unknown[])
    expect(sorter.next()).toBeDefined()
    expect(b.left().length).toBeGreaterThan(0)
    sorter.close()
    sorter.close()
    expect(b.left()).toEqual([])
    expect(sorter.next()).toBeUndefined()
  })

  it('names the full disk, and cleans up', () => {
    using b = bench(1 * MB)
    const sorter = new Sorter({ ...b.spill, ascending: true, files: smallDisk(100_000) })
    const keys = make(200_000, () => random())
    expect(() => sorter.addAll(keys, keys)).toThrow(/FS_SHUFFLE_DISK_FULL.*spill file.*ENOSPC/)
    sorter.close()
    expect(b.left()).toEqual([])
  })
})
