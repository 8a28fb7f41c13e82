import { describe, expect, it } from 'vitest'
import {
  encodePartSizes,
  type PartOffsets,
  PartSizes,
  partOffsets,
  partRange,
  sizeColumns,
  sizeOfCode,
} from './index.js'
import { sizeCode } from './part-sizes.js'
import { seeded } from './shuffle.test-kit.js'

/** Lengths of parts of any size, of which about so many are empty. */
function randomLengths(random: () => number, numPartitions: number, emptyShare: number): number[] {
  return Array.from({ length: numPartitions }, () =>
    random() < emptyShare ? 0 : Math.max(1, Math.floor(10 ** (random() * 10))),
  )
}

function sizesOf(sizes: PartSizes): number[] {
  const found = new Array<number>(sizes.numPartitions).fill(0)
  sizes.forEach((partition, code) => {
    found[partition] = sizeOfCode(code)
  })
  return found
}

/** Rounded to a whole number of bytes, besides the scale's own error. */
const isNear = (estimate: number, exact: number) => Math.abs(estimate - exact) <= exact * 0.049 + 0.5

describe('the scale of sizes', () => {
  it('has 0 for nothing alone, and is off by less than 5 % up to 35 GB', () => {
    expect(sizeCode(0)).toBe(0)
    expect(sizeOfCode(0)).toBe(0)
    for (let bytes = 1; bytes < 35e9; bytes = Math.ceil(bytes * 1.003)) {
      expect(sizeCode(bytes), `${bytes}`).toBeGreaterThan(0)
      expect(isNear(sizeOfCode(sizeCode(bytes)), bytes), `${bytes}`).toBe(true)
    }
  })

  it('ends at 36 GB, and never falls', () => {
    expect(sizeCode(1e15)).toBe(255)
    for (let code = 1; code < 256; code++) expect(sizeOfCode(code)).toBeGreaterThanOrEqual(sizeOfCode(code - 1))
  })
})

describe('the sizes of parts', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('come back near what they were, empty ones empty (seed %d)', (seed) => {
    const random = seeded(seed)
    for (let i = 0; i < 100; i++) {
      const lengths = randomLengths(random, Math.floor(random() * 300), random())
      const sizes = new PartSizes(encodePartSizes(lengths))
      expect(sizes.numPartitions).toBe(lengths.length)
      const found = sizesOf(sizes)
      const wrong = lengths.findIndex((length, p) =>
        length === 0 ? found[p] !== 0 : found[p] === 0 || !isNear(found[p] as number, length),
      )
      expect(wrong).toBe(-1)
    }
  })

  it('take a byte each, and next to nothing when they are empty', () => {
    expect(encodePartSizes(new Array(1000).fill(12_345)).length).toBe(1002)
    expect(encodePartSizes(new Array(100_000).fill(0)).length).toBe(3)
    const few = new Array<number>(100_000).fill(0)
    few[99_999] = 7
    expect(encodePartSizes(few).length).toBe(7)
    expect(encodePartSizes([]).length).toBe(1)
  })

  it('are refused when they are damaged', () => {
    const dense = encodePartSizes([1, 2, 3])
    expect(() => new PartSizes(dense.subarray(0, 3))).toThrow(/FS_SERIALIZER_CORRUPT/)
    expect(() => new PartSizes(new Uint8Array(0))).toThrow(/FS_SERIALIZER_CORRUPT/)
    const beyond = new PartSizes(Uint8Array.of(7 * 2 + 1, 7, 1))
    const ignore = (): void => {}
    expect(() => beyond.forEach(ignore)).toThrow(/FS_SERIALIZER_CORRUPT.*no part 7 of 7/)
  })
})

describe('sizes by reduce partition', () => {
  it.each([0, 0.3, 0.95])('have every part that is not empty, of each map in order, %d of them empty', (emptyShare) => {
    const random = seeded(11)
    const numPartitions = 40
    const maps = Array.from({ length: 60 }, (_, map) =>
      map % 13 === 5 ? undefined : randomLengths(random, numPartitions, emptyShare),
    )
    const columns = sizeColumns(maps.map((lengths) => lengths && new PartSizes(encodePartSizes(lengths))))
    for (let partition = 0; partition < numPartitions; partition++) {
      const found: [number, number][] = []
      columns.forEach(partition, (mapId, code) => found.push([mapId, code]))
      const expected = maps.flatMap((lengths, mapId): [number, number][] => {
        const length = lengths?.[partition] ?? 0
        return length === 0 ? [] : [[mapId, sizeCode(length)]]
      })
      expect(found).toEqual(expected)
    }
    const beyond: number[] = []
    columns.forEach(numPartitions, (mapId) => beyond.push(mapId))
    expect(beyond).toEqual([])
  })
})

describe('the places of parts', () => {
  const rangesOf = (lengths: readonly number[], offsets: PartOffsets) =>
    lengths.map((_, partition) => partRange(offsets, partition)).filter(({ length }) => length > 0)

  it.each([0, 0.5, 0.99])('are exact, also beyond 4 GiB, %d of them empty', (emptyShare) => {
    const random = seeded(3)
    for (let i = 0; i < 50; i++) {
      const lengths = randomLengths(random, Math.floor(random() * 200), emptyShare)
      let offset = 0
      const expected = lengths.flatMap((length) => {
        offset += length
        return length === 0 ? [] : [{ offset: offset - length, length }]
      })
      expect(rangesOf(lengths, partOffsets(lengths))).toEqual(expected)
    }
  })

  it('take no room for empty parts when they are many', () => {
    const lengths = new Array<number>(100_000).fill(0)
    lengths[70_000] = 9
    const { parts, offsets } = partOffsets(lengths)
    expect([parts?.length, offsets.length]).toEqual([1, 2])
  })
})
