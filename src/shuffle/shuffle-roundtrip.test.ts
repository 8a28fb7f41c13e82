import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashKey, nonNegativeMod } from '../common/key/index.js'
import {
  CombineWriter,
  type FetchedPiece,
  type KeyTable,
  type LocalSource,
  PartitionWriter,
  readShuffleIndex,
  readShuffleRange,
  type ShuffleFileInfo,
  ShuffleInput,
} from './index.js'
import { bench, randomKey, seeded, smallDisk } from './shuffle.test-kit.js'

const MB = 1024 * 1024

type Bench = ReturnType<typeof bench>

function sourceOf(info: ShuffleFileInfo, partition: number, mapId = 0): LocalSource {
  const offset = info.lengths.slice(0, partition).reduce((sum, length) => sum + length, 0)
  const length = info.lengths[partition] as number
  return { kind: 'local', mapId, executorId: 'driver', path: info.path, range: { offset, length } }
}

function readPairs(info: ShuffleFileInfo, partition: number): [unknown, unknown][] {
  using input = new ShuffleInput({ shuffleId: 1, reduceId: partition, sources: [sourceOf(info, partition)] })
  const pairs: [unknown, unknown][] = []
  for (let batch = input.next(); batch !== undefined; batch = input.next()) {
    batch.keys.forEach((key, i) => {
      pairs.push([key, batch.values[i]])
    })
  }
  return pairs
}

function pairWriter(b: Bench, numPartitions: number, files = undefined as ReturnType<typeof smallDisk> | undefined) {
  return new PartitionWriter({ ...b.spill, numPartitions, file: join(b.folder, 'map-0'), pairs: true, files })
}

describe('PartitionWriter', () => {
  it.each([
    { limit: 512 * MB, numPartitions: 1 },
    { limit: 512 * MB, numPartitions: 7 },
    { limit: 1 * MB, numPartitions: 7 },
    { limit: 1 * MB, numPartitions: 300 },
  ])('gives each reduce partition its records in order ($numPartitions partitions, $limit bytes)', (c) => {
    using b = bench(c.limit)
    const random = seeded(7)
    const writer = pairWriter(b, c.numPartitions)
    const expected: [unknown, unknown][][] = Array.from({ length: c.numPartitions }, () => [])
    for (let i = 0; i < 60_000; i++) {
      const key = randomKey(random, 5000)
      const partition = nonNegativeMod(hashKey(key), c.numPartitions)
      const value = i % 3 === 0 ? { i, text: 'x'.repeat(i % 50) } : i
      writer.add(partition, key, value)
      expected[partition]?.push([key, value])
      if (i % 1000 === 999) writer.afterBatch()
    }
    const info = writer.commit()
    expect(info.records).toBe(60_000)
    expect(writer.metrics.spills > 0).toBe(c.limit === MB)
    expect(statSync(info.path).size).toBe(info.bytes)
    expect(b.left()).toEqual(['map-0'])
    expect(b.memory.used).toBe(0)
    for (const p of [0, 3, c.numPartitions - 1])
      if (p < c.numPartitions) expect(readPairs(info, p)).toEqual(expected[p])
    expect(readShuffleIndex(info.path).numPartitions).toBe(c.numPartitions)
    const range = readShuffleRange(info.path, 0)
    expect(range.length).toBe(info.lengths[0])
  })

  it('writes records that are no pairs', () => {
    using b = bench()
    const writer = new PartitionWriter({ ...b.spill, numPartitions: 2, file: join(b.folder, 'map-0'), pairs: false })
    for (let i = 0; i < 10_000; i++) writer.addRecord(i % 2, { i })
    writer.afterBatch()
    const info = writer.commit()
    using input = new ShuffleInput({ shuffleId: 1, reduceId: 1, sources: [sourceOf(info, 1)] })
    const records: unknown[] = []
    for (let batch = input.nextRecords(); batch !== undefined; batch = input.nextRecords()) records.push(...batch)
    expect(records.length).toBe(5000)
    expect(records[4999]).toEqual({ i: 9999 })
    expect(input.metrics.records).toBe(5000)
  })

  it('writes an empty file for no records, and reads nothing from it', () => {
    using b = bench()
    const info = pairWriter(b, 100_000).commit()
    expect(info.records).toBe(0)
    expect(readShuffleIndex(info.path).numPartitions).toBe(100_000)
    expect(readPairs(info, 99_999)).toEqual([])
  })

  it('bounds what it buffers when one batch makes many large records', () => {
    using b = bench(64 * MB)
    const writer = pairWriter(b, 3)
    for (let i = 0; i < 400; i++) writer.add(i % 3, i, 'y'.repeat(200_000))
    expect(writer.metrics.records).toBeGreaterThan(200)
    expect(writer.commit().records).toBe(400)
  })

  it.each([-1, 3, 1.5, Number.NaN])('refuses partition %d of 3', (partition) => {
    using b = bench()
    const writer = pairWriter(b, 3)
    expect(() => writer.add(partition, 'k', 1)).toThrow(/FS_SHUFFLE_PARTITION.*where there are 3/)
    writer.abort()
  })

  it('leaves nothing behind when it is aborted', () => {
    using b = bench(2 * MB)
    const writer = pairWriter(b, 5)
    const random = seeded(2)
    for (let i = 0; i < 200_000; i++) {
      writer.add(i % 5, `key ${random()}`, random())
      if (i % 1000 === 0) writer.afterBatch()
    }
    expect(b.left().length).toBeGreaterThan(0)
    writer.abort()
    writer.abort()
    expect(b.left()).toEqual([])
    expect(b.memory.used).toBe(0)
  })

  it('names the full disk, and cleans up', () => {
    using b = bench(2 * MB)
    const writer = pairWriter(b, 5, smallDisk(1 * MB))
    const fill = () => {
      const random = seeded(3)
      for (let i = 0; i < 400_000; i++) {
        writer.add(i % 5, `key ${random()}`, random())
        if (i % 1000 === 0) writer.afterBatch()
      }
      writer.commit()
    }
    expect(fill).toThrow(/FS_SHUFFLE_DISK_FULL.*no space left.*spill file.*ENOSPC/)
    writer.abort()
    expect(b.left()).toEqual([])
  })

  it('names a full disk at commit, where nothing of the output may be seen', () => {
    using b = bench()
    const writer = pairWriter(b, 2, smallDisk(1000))
    for (let i = 0; i < 20_000; i++) writer.add(i % 2, `key ${i}`, i)
    expect(() => writer.commit()).toThrow(/FS_SHUFFLE_DISK_FULL.*map output/)
    writer.abort()
    expect(b.left()).toEqual([])
  })

  it('names a folder that is not there', () => {
    using b = bench()
    const file = join(b.folder, 'gone', 'map-0')
    const writer = new PartitionWriter({ ...b.spill, numPartitions: 2, file, pairs: true })
    writer.add(0, 1, 1)
    expect(() => writer.commit()).toThrow(/FS_SHUFFLE_IO.*opened.*gone.*ENOENT/)
    writer.abort()
  })
})

/** As the generated loop of a reduceByKey that adds. */
function addInto(table: KeyTable, keys: unknown[], values: unknown[]): void {
  for (let i = 0; i < keys.length; i++) {
    const before = table.size
    const entry = table.id(keys[i])
    if (entry === before) table.values[entry] = values[i]
    else table.values[entry] = (table.values[entry] as number) + (values[i] as number)
  }
}

describe('CombineWriter', () => {
  it.each([512 * MB, 2 * MB])('combines by key, spilling what memory does not hold (%d bytes)', (limit) => {
    using b = bench(limit)
    const numPartitions = 4
    const writer = new CombineWriter({
      ...b.spill,
      numPartitions,
      file: join(b.folder, 'map-0'),
      partitionOf: (_, hash) => nonNegativeMod(hash, numPartitions),
    })
    const random = seeded(11)
    const expected = new Map<string, number>()
    for (let batch = 0; batch < 100; batch++) {
      const keys = Array.from({ length: 1000 }, () => `key number ${Math.floor(random() ** 2 * 40_000)}`)
      for (const key of keys) expected.set(key, (expected.get(key) ?? 0) + 1)
      addInto(
        writer.table,
        keys,
        keys.map(() => 1),
      )
      writer.afterBatch()
    }
    const info = writer.commit()
    expect(writer.metrics.spills > 0).toBe(limit === 2 * MB)
    const got = new Map<unknown, number>()
    for (let p = 0; p < numPartitions; p++) {
      for (const [key, n] of readPairs(info, p)) {
        expect(nonNegativeMod(hashKey(key), numPartitions) === p).toBe(true)
        got.set(key, (got.get(key) ?? 0) + (n as number))
      }
    }
    expect(got).toEqual(expected)
    if (limit > 2 * MB) expect(info.records).toBe(expected.size)
    expect(b.left()).toEqual(['map-0'])
    expect(b.memory.used).toBe(0)
  })

  it('turns table values into what travels when told to', () => {
    using b = bench()
    const writer = new CombineWriter({
      ...b.spill,
      numPartitions: 1,
      file: join(b.folder, 'map-0'),
      partitionOf: () => 0,
      toCombined: (value) => [...(value as Set<number>)],
    })
    writer.table.values[writer.table.id('a')] = new Set([1, 2])
    expect(readPairs(writer.commit(), 0)).toEqual([['a', [1, 2]]])
  })

  it('refuses a partitioner that names no partition', () => {
    using b = bench()
    const file = join(b.folder, 'map-0')
    const writer = new CombineWriter({ ...b.spill, numPartitions: 2, file, partitionOf: () => 2 })
    writer.table.values[writer.table.id('a')] = 1
    expect(() => writer.commit()).toThrow(/FS_SHUFFLE_PARTITION/)
    writer.abort()
    expect(b.left()).toEqual([])
  })
})

describe('ShuffleInput', () => {
  function written(b: Bench, records = 30_000): ShuffleFileInfo {
    const writer = pairWriter(b, 3)
    for (let i = 0; i < records; i++) writer.add(i % 3, `key ${i}`, i)
    return writer.commit()
  }

  function drain(input: ShuffleInput): number {
    for (let batch = input.next(); batch !== undefined; batch = input.next());
    return input.metrics.records
  }

  it('reads local and remote blocks, in pieces of any size, interleaved', () => {
    using b = bench()
    const info = written(b)
    const block = readShuffleRange(info.path, 1)
    const length = block.length
    function* fetch(requests: readonly unknown[]): Generator<FetchedPiece> {
      expect(requests.length).toBe(2)
      for (let at = 0; at < length; at += 7001) {
        const isLast = at + 7001 >= length
        for (const request of [1, 0]) yield { request, bytes: block.subarray(at, at + 7001), isLast }
      }
    }
    const remote = (mapId: number) => ({ kind: 'remote' as const, mapId, executorId: '2' })
    const sources = [remote(1), sourceOf(info, 1), remote(2)]
    using input = new ShuffleInput({ shuffleId: 1, reduceId: 1, sources, fetch })
    expect(drain(input)).toBe(30_000)
    expect(input.metrics).toMatchObject({ localBlocks: 1, remoteBlocks: 2, remoteBytes: 2 * length })
  })

  it.each([3, 4000])('finds a part by the index of the file, of %d partitions', (numPartitions) => {
    using b = bench()
    const writer = pairWriter(b, numPartitions)
    for (let i = 0; i < 10_000; i++) writer.add(i % numPartitions, `key ${i}`, i)
    const info = writer.commit()
    for (const reduceId of [0, 1, numPartitions - 1]) {
      const { range: _, ...source } = sourceOf(info, reduceId)
      using input = new ShuffleInput({ shuffleId: 1, reduceId, sources: [source] })
      const expected = Math.ceil((10_000 - reduceId) / numPartitions)
      expect(drain(input)).toBe(expected)
      expect(input.metrics).toMatchObject({ localBlocks: 1, localBytes: info.lengths[reduceId] })
    }
    const { range: _, ...source } = sourceOf(info, 0)
    using input = new ShuffleInput({ shuffleId: 1, reduceId: numPartitions, sources: [source] })
    expect(() => drain(input)).toThrow(/FS_SHUFFLE_FETCH_FAILED.*corrupt/)
  })

  it('says that a file is missing', () => {
    using b = bench()
    const source = { ...sourceOf(written(b), 0, 5), path: join(b.folder, 'gone') }
    using input = new ShuffleInput({ shuffleId: 9, reduceId: 0, sources: [source] })
    expect(() => input.next()).toThrow(
      expect.objectContaining({
        code: 'FS_SHUFFLE_FETCH_FAILED',
        details: expect.objectContaining({
          shuffleId: 9,
          mapId: 5,
          reduceId: 0,
          executorId: 'driver',
          cause: 'missing',
        }),
      }),
    )
  })

  it('says that a file has been cut', () => {
    using b = bench()
    const info = written(b)
    truncateSync(info.path, (info.lengths[0] as number) - 10)
    using input = new ShuffleInput({ shuffleId: 1, reduceId: 0, sources: [sourceOf(info, 0)] })
    expect(() => drain(input)).toThrow(/FS_SHUFFLE_FETCH_FAILED.*corrupt.*too early/)
    expect(() => readShuffleIndex(info.path)).toThrow(/FS_SHUFFLE_FILE_CORRUPT/)
  })

  it('finds every changed byte', () => {
    using b = bench()
    const info = written(b, 300)
    const whole = readFileSync(info.path)
    for (let at = 0; at < (info.lengths[0] as number); at += 13) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] as number) ^ 0x10
      writeFileSync(info.path, damaged)
      using input = new ShuffleInput({ shuffleId: 1, reduceId: 0, sources: [sourceOf(info, 0)] })
      expect(() => drain(input), `byte ${at}`).toThrow(/FS_SHUFFLE_FETCH_FAILED.*corrupt/)
    }
    for (let at = whole.length - 1; at > whole.length - 26; at--) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] as number) ^ 0x10
      writeFileSync(info.path, damaged)
      expect(() => readShuffleIndex(info.path), `byte ${at}`).toThrow(/FS_SHUFFLE_FILE_CORRUPT/)
    }
  })

  it.each(['missing', 'corrupt', 'network'] as const)('hands on why a remote block could not be had: %s', (failure) => {
    const sources = [4, 5].map((mapId) => ({ kind: 'remote' as const, mapId, executorId: '7' }))
    const fetch = (): FetchedPiece[] => [{ request: 1, failure, error: new Error('connection reset') }]
    using input = new ShuffleInput({ shuffleId: 1, reduceId: 0, sources, fetch })
    expect(() => input.next()).toThrow(
      `map output 5 of shuffle 1, partition 0, could not be fetched from executor 7: ${failure} (connection reset)`,
    )
  })

  it('takes a fetch that ends too early for a failure of the network', () => {
    const sources = [{ kind: 'remote' as const, mapId: 4, executorId: '7' }]
    using input = new ShuffleInput({ shuffleId: 1, reduceId: 0, sources, fetch: () => [] })
    expect(() => input.next()).toThrow(/map output 4 .*network/)
  })

  it('stops the fetch when it is closed', () => {
    let stopped = false
    function* fetch(): Generator<FetchedPiece> {
      try {
        for (;;) yield { request: 0, bytes: new Uint8Array(0), isLast: false }
      } finally {
        stopped = true
      }
    }
    using b = bench()
    const info = written(b)
    const remote = { kind: 'remote' as const, mapId: 4, executorId: '7' }
    const input = new ShuffleInput({ shuffleId: 1, reduceId: 0, sources: [sourceOf(info, 0), remote], fetch })
    expect(input.next()).toBeDefined()
    input.close()
    input.close()
    expect(input.next()).toBeUndefined()
    expect(existsSync(info.path)).toBe(true)
    expect(stopped).toBe(false)
  })
})
