import { closeSync, openSync, readdirSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventually } from '../kit/eventually.js'
import { Gate, mark, waitAt } from '../kit/gate.js'
import { signalExecutor } from '../kit/processes.js'
import { withContext } from '../kit/with-context.js'

const sum = (a: number, b: number): number => a + b
const records = Array.from({ length: 20_000 }, (_, i): [string, number] => [`key ${i % 5000}`, i])
const expected = new Map<string, number>()
for (const [key, n] of records) expected.set(key, (expected.get(key) ?? 0) + n)

/** The shuffle files below a folder. */
function shuffleFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.data'))
    .map((name) => join(folder, name))
}

function flipBits(path: string): void {
  const fd = openSync(path, 'r+')
  const { size } = statSync(path)
  for (let at = 20; at < size; at += 97) writeSync(fd, Buffer.from([0x5a]), 0, 1, at)
  closeSync(fd)
}

const damages: [string, (path: string) => void][] = [
  ['deleted', (path) => rmSync(path)],
  ['cut off', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ['emptied', (path) => truncateSync(path, 0)],
  ['changed in some bytes', flipBits],
]

describe.each([
  ['read from the disk', {}],
  ['fetched over the network', { 'spark.shuffle.readHostLocalDisk': false, 'spark.shuffle.io.retryWait': '50ms' }],
])('a shuffle file that is %s', (_how, conf) => {
  test.each(damages)('and was %s is made again, and the result is right', (_damage, damage) =>
    withContext(
      'local-cluster[2,1,512]',
      async ({ sc, events, localDir }) => {
        const summed = sc.parallelize(records, 4).reduceByKey(sum, 4)
        expect(await summed.count()).toBe(5000)
        const [file] = shuffleFiles(localDir)
        damage(file as string)
        expect(new Map(await summed.collect())).toEqual(expected)
        expect(events.successes('map')).toHaveLength(5)
        expect(events.outcomes('fetchFailed').length).toBeGreaterThan(0)
        expect(events.losses).toEqual([])
      },
      { conf },
    ),
  )
})

test('an executor killed while it serves has its outputs made again', () =>
  withContext(
    'local-cluster[2,1,512]',
    async ({ sc, events }) => {
      using maps = new Gate()
      using gate = new Gate()
      const [{ folder }, { folder: mapped }] = [gate, maps]
      const summed = sc
        .parallelize(records, 4)
        .mapPartitions((pairs) => {
          mark(mapped)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50)
          return pairs
        })
        .reduceByKey(sum, 4)
        .mapPartitions((pairs) => {
          waitAt(folder)
          return pairs
        })
        .collect()
      const [victim] = await gate.reached(2)
      signalExecutor(victim as number, 'SIGKILL')
      gate.open()
      expect(new Map(await summed)).toEqual(expected)
      await eventually('the loss', () => events.losses.length === 1)
    },
    { conf: { 'spark.shuffle.readHostLocalDisk': false, 'spark.shuffle.io.retryWait': '50ms' } },
  ))

test('in local mode a lost shuffle file is made again too', () =>
  withContext('local[2,4]', async ({ sc, events, localDir }) => {
    const summed = sc.parallelize(records, 4).reduceByKey(sum, 4)
    expect(await summed.count()).toBe(5000)
    rmSync(shuffleFiles(localDir)[0] as string)
    expect(new Map(await summed.collect())).toEqual(expected)
    expect(events.successes('map')).toHaveLength(5)
  }))
