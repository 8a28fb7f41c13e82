import { describe, expect, it } from 'vitest'
import { equalKeys, hashKey } from '../common/key/index.js'
import { Aggregation, type KeyTable } from './index.js'
import { bench, randomKey, seeded, smallDisk } from './shuffle.test-kit.js'

const MB = 1024 * 1024

function addInto(table: KeyTable, keys: readonly unknown[], values: readonly unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = values[i]
    else table.values[entry] = (table.values[entry] as number) + (values[i] as number)
  }
}

function groupInto(table: KeyTable, keys: readonly unknown[], values: readonly unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = [values[i]]
    else (table.values[entry] as unknown[]).push(values[i])
  }
}

function append(to: unknown[], from: readonly unknown[]): void {
  for (const item of from) to.push(item)
}

function mergeGroups(table: KeyTable, keys: readonly unknown[], lists: readonly unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = lists[i]
    else append(table.values[entry] as unknown[], lists[i] as unknown[])
  }
}

/** As a cogroup does it: the value of a key is one list per input. */
function cogroupInto(table: KeyTable, keys: readonly unknown[], values: readonly unknown[], input: number): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = [[], [], []]
    ;(table.values[entry] as unknown[][])[input]?.push(values[i])
  }
}

function mergeCogroups(table: KeyTable, keys: readonly unknown[], combiners: readonly unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = combiners[i]
    else {
      const lists = table.values[entry] as unknown[][]
      for (let j = 0; j < lists.length; j++) append(lists[j] ?? [], (combiners[i] as unknown[][])[j] ?? [])
    }
  }
}

function results(aggregation: Aggregation): [unknown, unknown][] {
  const pairs: [unknown, unknown][] = []
  aggregation.finish()
  for (let batch = aggregation.next(); batch !== undefined; batch = aggregation.next()) {
    for (let i = 0; i < batch.keys.length; i++) pairs.push([batch.keys[i], batch.values[i]])
  }
  return pairs
}

/** A map by value, for comparison. */
class Model<V> {
  readonly #buckets = new Map<number, [unknown, V][]>()
  size = 0

  update(key: unknown, change: (old: V | undefined) => V): void {
    const bucket = this.#buckets.get(hashKey(key)) ?? []
    this.#buckets.set(hashKey(key), bucket)
    const entry = bucket.find(([other]) => equalKeys(other, key))
    if (entry === undefined) {
      bucket.push([key, change(undefined)])
      this.size++
    } else entry[1] = change(entry[1])
  }

  get(key: unknown): V | undefined {
    return this.#buckets.get(hashKey(key))?.find(([other]) => equalKeys(other, key))?.[1]
  }
}

describe('Aggregation', () => {
  it('keeps the order in which keys were first seen when nothing is spilled', () => {
    using b = bench()
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: addInto })
    addInto(aggregation.table, ['b', 'a', 'b'], [1, 2, 3])
    aggregation.afterBatch()
    expect(results(aggregation)).toEqual([
      ['b', 4],
      ['a', 2],
    ])
    expect(aggregation.next()).toBeUndefined()
    expect(aggregation.metrics).toMatchObject({ spills: 0, records: 3 })
  })

  it.each([1, 2, 3])('is right for keys of all kinds, many times larger than memory (seed %i)', (seed) => {
    using b = bench(2 * MB)
    const random = seeded(seed)
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: addInto })
    const model = new Model<number>()
    for (let batch = 0; batch < 120; batch++) {
      const keys = Array.from({ length: 1000 }, () => randomKey(random, 20_000))
      const values = keys.map(() => Math.floor(random() * 100))
      keys.forEach((key, i) => {
        model.update(key, (old) => (old ?? 0) + (values[i] as number))
      })
      addInto(aggregation.table, keys, values)
      aggregation.afterBatch()
    }
    const pairs = results(aggregation)
    expect(aggregation.metrics.spills).toBeGreaterThan(2)
    expect(aggregation.metrics.records).toBe(120_000)
    expect(aggregation.metrics.peakMemoryBytes).toBeLessThan(4 * MB)
    expect(pairs.length).toBe(model.size)
    expect(pairs.every(([key, value]) => model.get(key) === value)).toBe(true)
    expect(b.left()).toEqual([])
    expect(b.memory.used).toBe(0)
  })

  it('splits buckets again when they do not fit either', () => {
    using b = bench(1 * MB)
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: addInto })
    const count = 600_000
    for (let from = 0; from < count; from += 5000) {
      const keys = Array.from({ length: 5000 }, (_, i) => `a key of some length ${from + i}`)
      addInto(aggregation.table, keys, keys)
      aggregation.afterBatch()
    }
    let entries = 0
    aggregation.finish()
    const spillsBefore = aggregation.metrics.spills
    for (let batch = aggregation.next(); batch !== undefined; batch = aggregation.next()) entries += batch.keys.length
    expect(entries).toBe(count)
    expect(aggregation.metrics.spills).toBeGreaterThan(spillsBefore)
    expect(aggregation.metrics.heldBuckets).toBe(0)
    expect(b.left()).toEqual([])
  })

  it('keeps the values of a group in their order across spills', () => {
    using b = bench(2 * MB)
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: mergeGroups })
    for (let from = 0; from < 300_000; from += 1000) {
      const values = Array.from({ length: 1000 }, (_, i) => from + i)
      groupInto(
        aggregation.table,
        values.map((value) => `key ${value % 997}`),
        values,
      )
      aggregation.afterBatch()
    }
    const pairs = results(aggregation)
    expect(aggregation.metrics.spills).toBeGreaterThan(1)
    expect(pairs.length).toBe(997)
    for (const [key, values] of pairs) {
      const first = Number((key as string).slice(4))
      expect((values as number[]).every((value, i) => value === first + i * 997)).toBe(true)
    }
  })

  it('holds a key that is larger than memory, and says so', () => {
    using b = bench(2 * MB)
    const warnings: string[] = []
    const warn = (message: string) => warnings.push(message)
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: mergeGroups, warn })
    for (let batch = 0; batch < 100; batch++) {
      const values = Array.from({ length: 5000 }, (_, i) => batch * 5000 + i)
      groupInto(
        aggregation.table,
        values.map((value) => (value % 5 === 0 ? value : 'hot')),
        values,
      )
      aggregation.afterBatch()
    }
    const pairs = results(aggregation)
    expect(pairs.length).toBe(100_001)
    expect(pairs.find(([key]) => key === 'hot')?.[1]).toHaveLength(400_000)
    expect(aggregation.metrics.heldBuckets).toBe(1)
    expect(warnings).toEqual([expect.stringMatching(/holds one key of about \d+ MB in memory/)])
  })

  it('groups several inputs together', () => {
    using b = bench(2 * MB)
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: mergeCogroups })
    const model = new Map<string, number[][]>()
    const random = seeded(5)
    for (const input of [0, 1, 2]) {
      for (let batch = 0; batch < 40; batch++) {
        const keys = Array.from({ length: 1000 }, () => `key ${Math.floor(random() * 30_000)}`)
        const values = keys.map((_, i) => batch * 1000 + i)
        keys.forEach((key, i) => {
          const lists = model.get(key) ?? [[], [], []]
          model.set(key, lists)
          lists[input]?.push(values[i] as number)
        })
        cogroupInto(aggregation.table, keys, values, input)
        aggregation.afterBatch()
      }
    }
    const pairs = results(aggregation)
    expect(aggregation.metrics.spills).toBeGreaterThan(1)
    expect(new Map(pairs as [string, number[][]][])).toEqual(model)
  })

  it('removes its files when it is closed half-way', () => {
    using b = bench(2 * MB)
    const aggregation = new Aggregation({ ...b.spill, mergeSpilled: addInto })
    for (let from = 0; from < 100_000; from += 1000) {
      const keys = Array.from({ length: 1000 }, (_, i) => `key ${from + i}`)
      addInto(aggregation.table, keys, keys)
      aggregation.afterBatch()
    }
    aggregation.finish()
    expect(aggregation.next()).toBeDefined()
    expect(b.left().length).toBeGreaterThan(0)
    aggregation.close()
    aggregation.close()
    expect(b.left()).toEqual([])
    expect(b.memory.used).toBe(0)
    expect(aggregation.next()).toBeUndefined()
  })

  it('names the full disk', () => {
    using b = bench(2 * MB)
    using aggregation = new Aggregation({ ...b.spill, mergeSpilled: addInto, files: smallDisk(300_000) })
    const fill = () => {
      for (let from = 0; from < 200_000; from += 1000) {
        const keys = Array.from({ length: 1000 }, (_, i) => `key ${(from + i) * 7919}`)
        addInto(aggregation.table, keys, keys)
        aggregation.afterBatch()
      }
      results(aggregation)
    }
    expect(fill).toThrow(/FS_SHUFFLE_DISK_FULL.*ENOSPC/)
    aggregation.close()
    expect(b.left()).toEqual([])
  })
})
