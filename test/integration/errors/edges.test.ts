import { describe, expect, test } from 'vitest'
import { failureOf } from '../../kit/eventually.js'
import { withContext } from '../../kit/with-context.js'

describe('an empty RDD', () => {
  test.each([0, 1, 4])('of %i partitions has its result in every action', (partitions) =>
    withContext('local[2]', async ({ sc }) => {
      const empty = sc.parallelize<number>([], partitions === 0 ? 1 : partitions)
      const rdd = partitions === 0 ? sc.emptyRDD<number>() : empty
      expect(rdd.getNumPartitions()).toBe(partitions)
      expect(await rdd.collect()).toEqual([])
      expect(await rdd.count()).toBe(0)
      expect(await rdd.isEmpty()).toBe(true)
      expect(await rdd.take(3)).toEqual([])
      expect(await rdd.takeOrdered(3)).toEqual([])
      expect(await rdd.top(3)).toEqual([])
      expect(await rdd.fold(0, (a, b) => a + b)).toBe(0)
      expect(
        await rdd.aggregate(
          0,
          (a, b) => a + b,
          (a, b) => a + b,
        ),
      ).toBe(0)
      expect(await rdd.sum()).toBe(0)
      expect((await rdd.countByValue()).size).toBe(0)
      await rdd.foreach(() => undefined)
      expect(
        await rdd
          .map((n): [number, number] => [n, n])
          .reduceByKey((a, b) => a + b)
          .collect(),
      ).toEqual([])
      expect(await rdd.sortBy((n) => n).collect()).toEqual([])
      expect(await rdd.distinct().count()).toBe(0)
      expect(await rdd.union(rdd).count()).toBe(0)
      const seen: number[] = []
      for await (const n of rdd.toLocalIterator()) seen.push(n)
      expect(seen).toEqual([])
      for (const action of ['first', 'max', 'min'] as const) {
        expect(await failureOf(rdd[action]()), action).toMatchObject({ code: 'FS_RDD_EMPTY' })
      }
      expect(await failureOf(rdd.reduce((a, b) => a + b))).toMatchObject({ code: 'FS_RDD_EMPTY' })
    }),
  )
})

test('a hundred thousand partitions are counted, within some seconds', () =>
  withContext('local[2]', async ({ sc }) => {
    const rdd = sc.parallelize([1, 2, 3], 100_000)
    expect(rdd.getNumPartitions()).toBe(100_000)
    expect(await rdd.count()).toBe(3)
  }))

test('0, negative and broken numbers of partitions are refused by name', () =>
  withContext('local[1]', async ({ sc }) => {
    const rdd = sc.parallelize([1, 2, 3], 2)
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(() => sc.parallelize([1], bad), `parallelize ${bad}`).toThrow(/FS_RDD_ARGUMENT/)
      expect(() => rdd.repartition(bad), `repartition ${bad}`).toThrow(/FS_RDD_ARGUMENT/)
      expect(() => rdd.coalesce(bad), `coalesce ${bad}`).toThrow(/FS_RDD_ARGUMENT/)
      expect(() => rdd.map((n): [number, number] => [n, n]).groupByKey(bad), `groupByKey ${bad}`).toThrow(
        /FS_RDD_ARGUMENT/,
      )
    }
  }))

test('NaN, undefined, null, -0, objects, arrays and dates are keys by their value', () =>
  withContext('local-cluster[2,1,512]', async ({ sc }) => {
    const keys = (): unknown[] => [
      Number.NaN,
      undefined,
      null,
      0,
      -0,
      'a',
      { a: [1] },
      [1, 'x'],
      new Date(5),
      10n,
      true,
    ]
    const pairs = sc.parallelize([...keys(), ...keys()], 4).map((key): [unknown, number] => [key, 1])
    const summed = new Map(
      (await pairs.reduceByKey((a, b) => a + b, 3).collect()).map(([key, n]) => [
        typeof key === 'bigint'
          ? `${key}n`
          : key === undefined
            ? 'undefined'
            : Number.isNaN(key)
              ? 'NaN'
              : JSON.stringify(key),
        n,
      ]),
    )
    expect(summed.get('NaN')).toBe(2)
    expect(summed.get('undefined')).toBe(2)
    expect(summed.get('null')).toBe(2)
    expect(summed.get('{"a":[1]}')).toBe(2)
    expect(summed.get('[1,"x"]')).toBe(2)
    expect(summed.get('10n')).toBe(2)
    expect(summed.get('true')).toBe(2)
    expect([...summed.values()].reduce((a, b) => a + b)).toBe(22)
    expect((await pairs.groupByKey(3).collect()).length).toBe(summed.size)
    expect(await pairs.keys().distinct(3).count()).toBe(summed.size)
  }))

test('an operation on pairs that meets something else names the record', () =>
  withContext('local[2]', async ({ sc }) => {
    const broken = sc.parallelize<unknown>([[1, 2], 'no pair'], 2) as never as ReturnType<
      typeof sc.parallelize<[number, number]>
    >
    expect((await failureOf(broken.reduceByKey((a, b) => a + b).collect())).message).toMatch(
      /FS_RDD_NOT_A_PAIR.*no pair/s,
    )
  }))

test('a source that is missing is refused by name and path', () =>
  withContext('local[2]', async ({ sc }) => {
    const error = await failureOf(sc.textFile('/no/such/file').count())
    expect(error.message).toMatch(/FS_IO_\w+.*\/no\/such\/file/s)
  }))
