import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { estimateBytes } from './index.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Mean bytes of a value by the heap's own account. */
function measured(make: (i: number) => unknown, count: number): { real: number; estimate: number } {
  const values: unknown[] = new Array(count).fill(undefined)
  for (let round = 0; round < 3; round++) collect() // buffers of earlier tests go in a second round
  const before = process.memoryUsage()
  for (let i = 0; i < count; i++) values[i] = make(i)
  collect()
  const after = process.memoryUsage()
  let estimate = 0
  for (const value of values) estimate += estimateBytes(value)
  const grown = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers
  return { real: grown / count, estimate: estimate / count }
}

const flat = (text: string) => Buffer.from(text).toString()

const cases: [string, (i: number) => unknown][] = [
  ['short strings', (i) => flat(`key${i}`)],
  ['long strings', (i) => flat(String(i).padEnd(100, 'x'))],
  ['strings beyond Latin-1', (i) => flat(String(i).padEnd(50, '中'))],
  ['fractions', (i) => (i % 2 === 0 ? i + 0.5 : -i - 0.25)],
  ['bigints', (i) => BigInt(i) * 3n],
  ['dates', (i) => new Date(i)],
  ['pairs', (i) => [flat(`k${i}`), i]],
  ['objects', (i) => ({ id: i, name: flat(`name${i}`), score: i + 0.5, ok: true })],
  ['nested objects', (i) => ({ at: new Date(i), point: { x: i, y: i + 1 }, tags: [1, 2, 3] })],
  ['lists', (i) => Array.from({ length: 40 }, (_, j) => ({ i, j }))],
  ['maps', (i) => new Map(Array.from({ length: 10 }, (_, j) => [j, i]))],
  ['buffers', () => new Uint8Array(1000)],
]

describe('estimateBytes', () => {
  it.each(cases)('is within a factor of two of the heap for %s', (_, make) => {
    // Enough that what else happens on the heap meanwhile does not count.
    const count = Math.ceil(4_000_000 / Math.max(20, estimateBytes(make(1))))
    const { real, estimate } = measured(make, count)
    expect(estimate / real).toBeGreaterThan(0.5)
    expect(estimate / real).toBeLessThan(2)
  })

  it('takes bounded time for a huge or a cyclic value', () => {
    const cyclic: unknown[] = Array.from({ length: 1000 }, (_, i) => ({ i }))
    cyclic[0] = cyclic
    expect(estimateBytes(cyclic)).toBeGreaterThan(1000 * 8)
  })

  it('counts nothing for what lies in the slot itself', () => {
    for (const value of [1, -5, true, null, undefined]) expect(estimateBytes(value)).toBe(0)
  })
})
