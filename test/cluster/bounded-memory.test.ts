import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RDD, SparkContext } from 'firesteel'
import { describe, expect, test } from 'vitest'
import { within } from '../kit/eventually.js'
import { executorPids } from '../kit/processes.js'
import { type TestApplication, withContext } from '../kit/with-context.js'

/** Two million records of some 200 bytes, made in the tasks: 400 MB, where two executors share 230 MiB for their tables. */
const records = 2_000_000
const partitions = 16
const filling = 'x'.repeat(190)
const conf = { 'spark.executor.memory': '256m' }

const numbers = (sc: SparkContext, count = records): RDD<number> => sc.range(0, count, 1, partitions)
/** Scatters numbers below 2^32. */
const scattered = (n: number): number => Math.imul(n, 0x9e3779b1) >>> 0

/** The most memory that a process has had, in MiB; 0 where the system does not tell. */
function peakMiB(pid: number | 'self'): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

/** The work on data larger than memory: each computes something that tells whether every record came through. */
const works: Record<string, (sc: SparkContext) => Promise<void>> = {
  async sortBy(sc) {
    const sorted = numbers(sc)
      .map((n) => `${String(scattered(n)).padStart(10, '0')}${filling}`)
      .sortBy((text) => text, true, partitions)
    const parts = await sorted
      .mapPartitions(function* (texts) {
        let [count, first, last] = [0, '', '']
        for (const text of texts) {
          if (text < last) throw new Error(`${last} before ${text}`)
          if (count++ === 0) first = text.slice(0, 10)
          last = text
        }
        if (count > 0) yield { count, first, last: last.slice(0, 10) }
      })
      .collect()
    expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(records)
    for (const [i, part] of parts.entries()) expect(i === 0 || part.first >= (parts[i - 1]?.last ?? '')).toBe(true)
  },

  async groupByKey(sc) {
    const groups = numbers(sc).map((n): [number, string] => [n % 100_000, `${n} ${filling}`])
    const sizes = await groups
      .groupByKey(partitions)
      .map(([, values]) => values.length)
      .stats()
    expect([sizes.count, sizes.min, sizes.max]).toEqual([100_000, 20, 20])
  },

  async reduceByKey(sc) {
    const pairs = numbers(sc).map((n): [string, number] => [`${scattered(n % 1_000_000)} ${filling}`, 1])
    const counts = pairs.reduceByKey((a, b) => a + b, partitions)
    const sums = await counts.map(([, n]) => n).stats()
    expect([sums.count, sums.min, sums.max]).toEqual([1_000_000, 2, 2])
  },

  async join(sc) {
    const texts = numbers(sc).map((n): [number, string] => [n, `${n} ${filling}`])
    const others = numbers(sc, 1_000_000).map((n): [number, number] => [2 * n, n])
    const joined = texts.join(others, partitions)
    expect(await joined.filter(([k, [text, n]]) => n * 2 === k && text.startsWith(`${k} `)).count()).toBe(1_000_000)
  },

  async cogroup(sc) {
    const texts = numbers(sc).map((n): [number, string] => [n % 200_000, `${n} ${filling}`])
    const others = numbers(sc, 600_000).map((n): [number, number] => [n % 300_000, n])
    const sizes = texts.cogroup(others, partitions).map(([, [a, b]]) => 100 * a.length + b.length)
    const counts = await sizes.countByValue()
    expect([...counts].sort()).toEqual([
      [1002, 200_000],
      [2, 100_000],
    ])
  },

  async distinct(sc) {
    const texts = numbers(sc).map((n) => `${scattered(n % 1_000_000)} ${filling}`)
    expect(await texts.distinct(partitions).count()).toBe(1_000_000)
  },

  async saveAsTextFile(sc) {
    const folder = mkdtempSync(join(tmpdir(), 'bounded-'))
    try {
      const path = join(folder, 'out')
      await numbers(sc)
        .map((n) => `${n} ${filling}`)
        .saveAsTextFile(path)
      const lengths = sc.textFile(path).map((line) => line.length)
      expect(await lengths.count()).toBe(records)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },

  async toLocalIterator(sc) {
    let [count, sum] = [0, 0]
    for await (const text of numbers(sc, 1_000_000)
      .map((n) => `${n} ${filling}`)
      .toLocalIterator()) {
      count++
      sum += Number.parseInt(text, 10)
    }
    expect([count, sum]).toEqual([1_000_000, 499_999_500_000])
  },
}

/** Runs a work, and tells how much the process of the driver and those of its executors took at most. */
async function run({ sc, events }: TestApplication, name: string): Promise<{ driver: number; executors: number[] }> {
  await within(100_000, name, (works[name] as (sc: SparkContext) => Promise<void>)(sc))
  expect(events.outcomes('failed')).toEqual([])
  expect(events.losses).toEqual([])
  return { driver: peakMiB('self'), executors: executorPids().map((pid) => peakMiB(pid)) }
}

describe('more data than memory', () => {
  test.each(Object.keys(works))('%s keeps executor processes small', (name) =>
    withContext(
      'local-cluster[2,1,256]',
      async (application) => {
        const { executors } = await run(application, name)
        expect(executors).toHaveLength(2)
        for (const mib of executors) expect(mib).toBeLessThan(256 + 300)
      },
      { conf, timeoutMs: 110_000 },
    ),
  )

  test.each(['sortBy', 'join', 'distinct'])('%s works within one process', (name) =>
    withContext('local[2]', async (application) => void (await run(application, name)), { conf, timeoutMs: 110_000 }),
  )
})

test('a broadcast of 200 MB reaches all tasks', () =>
  withContext('local-cluster[2,1,512]', async ({ sc, events }) => {
    const bytes = sc.broadcast(Buffer.alloc(200e6, 7))
    expect(
      await sc
        .range(0, 8, 1, 8)
        .map((i) => (bytes.value[i * 1e7] as number) + bytes.value.length)
        .sum(),
    ).toBe(8 * 200_000_007)
    expect(events.outcomes('failed')).toEqual([])
    await bytes.destroy()
    expect(
      await sc
        .range(0, 1000, 1, 8)
        .map((n) => [n, String(n)])
        .count(),
    ).toBe(1000)
  }))

test('2,000 map tasks feed 200 reduce tasks', () =>
  withContext('local-cluster[2,1,256]', async ({ sc }) => {
    const pairs = sc.range(0, 200_000, 1, 2000).map((n): [number, number] => [n % 1000, 1])
    const counts = pairs.reduceByKey((a, b) => a + b, 200)
    const sums = await counts.map(([, n]) => n).stats()
    expect([sums.count, sums.min, sums.max]).toEqual([1000, 200, 200])
  }))
