import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { equalKeys, hashKey } from '../common/key/index.js'
import { KeyTable } from './index.js'
import { randomKey, seeded } from './shuffle.test-kit.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is still there once a further collection frees nothing: buffers of earlier tests go in a second round. */
function heldBytes(): number {
  let held = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round++) {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    if (heapUsed + arrayBuffers > held * 0.995) break
    held = heapUsed + arrayBuffers
  }
  return held
}

const flat = (text: string) => Buffer.from(text).toString()

describe('KeyTable', () => {
  it('gives new keys dense ids in the order of insertion and finds them again', () => {
    const table = new KeyTable()
    expect(['a', 'b', 'a', 'c', 'b'].map((key) => table.id(key))).toEqual([0, 1, 0, 2, 1])
    expect(table.keys).toEqual(['a', 'b', 'c'])
    expect(table.find('c')).toBe(2)
    expect(table.find('d')).toBe(-1)
    expect(table.size).toBe(3)
    expect(table.updates).toBe(5)
  })

  it.each([1, 2, 3])('agrees with a model on keys of all kinds (seed %i)', (seed) => {
    const random = seeded(seed)
    const table = new KeyTable()
    const model = new Map<number, unknown[]>()
    for (let i = 0; i < 5000; i++) {
      const key = randomKey(random, 100)
      const bucket = model.get(hashKey(key)) ?? []
      model.set(hashKey(key), bucket)
      const isKnown = bucket.some((other) => equalKeys(other, key))
      const before = table.size
      expect(table.find(key) < 0).toBe(!isKnown)
      const entry = table.id(key)
      expect(entry === before).toBe(!isKnown)
      expect(equalKeys(table.keys[entry], key)).toBe(true)
      expect(table.hashAt(entry)).toBe(hashKey(key))
      if (!isKnown) bucket.push(key)
    }
    expect(table.size).toBe([...model.values()].reduce((sum, bucket) => sum + bucket.length, 0))
  })

  it('takes NaN for one key, and 0 and -0 for one', () => {
    const table = new KeyTable()
    expect([Number.NaN, 0, Number.NaN, -0, 1, '1', 1n].map((key) => table.id(key))).toEqual([0, 1, 0, 1, 2, 3, 4])
  })

  it('stays right while it grows to a million entries', () => {
    const table = new KeyTable()
    for (let i = 0; i < 1_000_000; i++) table.id(i * 16)
    expect(table.size).toBe(1_000_000)
    for (let i = 0; i < 1_000_000; i += 997) expect(table.find(i * 16)).toBe(i)
    expect(table.find(8)).toBe(-1)
  })

  it('starts anew after clear, and leaves arrays taken before untouched', () => {
    const table = new KeyTable()
    for (let i = 0; i < 5000; i++) table.values[table.id(`k${i}`)] = i
    const { keys, values } = table
    table.clear()
    expect(table.size).toBe(0)
    expect(table.find('k1')).toBe(-1)
    expect(table.id('k7')).toBe(0)
    expect(keys.length).toBe(5000)
    expect(values[4999]).toBe(4999)
  })

  it('estimates lists that grow after their keys are in', () => {
    const table = new KeyTable()
    for (let i = 0; i < 100; i++) table.values[table.id(i)] = []
    const empty = table.estimateBytes()
    for (let i = 0; i < 200_000; i++) (table.values[table.id(i % 100)] as number[]).push(i)
    const grown = table.estimateBytes() - empty
    expect(grown).toBeGreaterThan(200_000 * 8 * 0.5)
    expect(grown).toBeLessThan(200_000 * 8 * 2)
  })

  it('estimates one hot list among many small ones', () => {
    const table = new KeyTable()
    for (let i = 0; i < 20_000; i++) table.values[table.id(i)] = [i]
    const before = table.estimateBytes()
    const hot = table.values[12_345] as unknown[]
    for (let i = 0; i < 300_000; i++) {
      table.id(12_345)
      hot.push({ i })
    }
    const grown = table.estimateBytes() - before
    expect(grown).toBeGreaterThan(300_000 * 20)
    expect(grown).toBeLessThan(300_000 * 100)
  })

  it.each<[string, (i: number) => unknown, (i: number) => unknown]>([
    ['strings and counts', (i) => flat(`word${i % 60_000}`), (i) => i],
    ['long strings and fractions', (i) => flat(`a rather long key ${i % 60_000}`), (i) => i + 0.5],
    ['numbers and small objects', (i) => i % 60_000, (i) => ({ sum: i, count: 1 })],
    ['tuples and tuples', (i) => [i % 60_000, 'x'], (i) => [i, i + 0.5]],
  ])('estimates itself within a factor of two of the heap: %s', (_, key, value) => {
    const before = heldBytes()
    const table = new KeyTable()
    for (let i = 0; i < 120_000; i++) {
      table.values[table.id(key(i))] = value(i)
      if (i % 4096 === 0) table.estimateBytes()
    }
    const real = heldBytes() - before
    const estimate = table.estimateBytes()
    expect(table.size).toBe(60_000)
    expect(estimate / real).toBeGreaterThan(0.5)
    expect(estimate / real).toBeLessThan(2)
  })

  it('estimates groups within a factor of two of the heap', () => {
    const before = heldBytes()
    const table = new KeyTable()
    for (let i = 0; i < 200_000; i++) {
      const size = table.size
      const entry = table.id(i % 7 === 0 ? 'hot' : i % 20_011)
      if (entry === size) table.values[entry] = []
      ;(table.values[entry] as unknown[]).push({ id: i, name: flat(`name ${i}`) })
      if (i % 4096 === 0) table.estimateBytes()
    }
    const real = heldBytes() - before
    const estimate = table.estimateBytes()
    expect(estimate / real).toBeGreaterThan(0.5)
    expect(estimate / real).toBeLessThan(2)
  })
})
