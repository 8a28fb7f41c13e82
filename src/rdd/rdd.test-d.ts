import { expectTypeOf, test } from 'vitest'
import type { FutureAction, RDD, StatCounter } from '../api.js'

declare const numbers: RDD<number>
declare const words: RDD<string>
declare const pairs: RDD<[string, number]>
declare const names: RDD<[string, Date]>
declare const flags: RDD<[string, boolean]>
declare const others: RDD<[number, boolean]>

test('operators infer the records that they make', () => {
  expectTypeOf(numbers.map((x) => [x, `${x}`] as [number, string])).toEqualTypeOf<RDD<[number, string]>>()
  expectTypeOf(numbers.map(async (x) => `${x}`)).toEqualTypeOf<RDD<string>>()
  expectTypeOf(words.flatMap((line) => line.split(' '))).toEqualTypeOf<RDD<string>>()
  expectTypeOf(words.keyBy((word) => word.length)).toEqualTypeOf<RDD<[number, string]>>()
  expectTypeOf(words.groupBy((word) => word.length)).toEqualTypeOf<RDD<[number, string[]]>>()
  expectTypeOf(words.zip(numbers)).toEqualTypeOf<RDD<[string, number]>>()
  expectTypeOf(words.zipWithIndex()).toEqualTypeOf<RDD<[string, number]>>()
  expectTypeOf(words.union(numbers)).toEqualTypeOf<RDD<string | number>>()
  expectTypeOf(words.cartesian(pairs)).toEqualTypeOf<RDD<[string, [string, number]]>>()
  expectTypeOf(numbers.filter((x): x is 1 | 2 => x < 3)).toEqualTypeOf<RDD<1 | 2>>()
  expectTypeOf(numbers.randomSplit([1, 2])).toEqualTypeOf<RDD<number>[]>()
  expectTypeOf(numbers.glom()).toEqualTypeOf<RDD<number[]>>()
})

test('operators by key are there on pairs only', () => {
  expectTypeOf(pairs.reduceByKey((a, b) => a + b)).toEqualTypeOf<RDD<[string, number]>>()
  expectTypeOf(pairs.groupByKey()).toEqualTypeOf<RDD<[string, number[]]>>()
  expectTypeOf(pairs.mapValues((x) => x > 0)).toEqualTypeOf<RDD<[string, boolean]>>()
  expectTypeOf(pairs.flatMapValues((x) => [x, `${x}`])).toEqualTypeOf<RDD<[string, string | number]>>()
  expectTypeOf(pairs.keys()).toEqualTypeOf<RDD<string>>()
  expectTypeOf(pairs.values()).toEqualTypeOf<RDD<number>>()
  expectTypeOf(
    pairs.aggregateByKey(
      [] as number[],
      (all, x) => [...all, x],
      (a, b) => [...a, ...b],
    ),
  ).toEqualTypeOf<RDD<[string, number[]]>>()
  expectTypeOf(pairs.countApproxDistinctByKey()).toEqualTypeOf<RDD<[string, number]>>()
  // @ts-expect-error words are no pairs
  words.reduceByKey((a: string, _b: string) => a)
  // @ts-expect-error numbers are no pairs
  numbers.groupByKey()
  // @ts-expect-error numbers are no pairs
  numbers.keys()
  // @ts-expect-error words are no pairs
  words.sortByKey()
  // @ts-expect-error words are no pairs
  void words.collectAsMap()
  // @ts-expect-error words are no pairs
  void words.lookup('a')
  // @ts-expect-error words are no pairs
  words.filterByRange('a', 'b')
})

test('joins and cogroups infer both sides', () => {
  expectTypeOf(pairs.join(names)).toEqualTypeOf<RDD<[string, [number, Date]]>>()
  expectTypeOf(pairs.leftOuterJoin(names)).toEqualTypeOf<RDD<[string, [number, Date | undefined]]>>()
  expectTypeOf(pairs.rightOuterJoin(names)).toEqualTypeOf<RDD<[string, [number | undefined, Date]]>>()
  expectTypeOf(pairs.fullOuterJoin(names)).toEqualTypeOf<RDD<[string, [number | undefined, Date | undefined]]>>()
  expectTypeOf(pairs.cogroup(names)).toEqualTypeOf<RDD<[string, [number[], Date[]]]>>()
  expectTypeOf(pairs.cogroup(names, flags)).toEqualTypeOf<RDD<[string, [number[], Date[], boolean[]]]>>()
  expectTypeOf(pairs.cogroup(names, flags, pairs)).toEqualTypeOf<
    RDD<[string, [number[], Date[], boolean[], number[]]]>
  >()
  expectTypeOf(pairs.groupWith(names, flags)).toEqualTypeOf<RDD<[string, [number[], Date[], boolean[]]]>>()
  expectTypeOf(pairs.subtractByKey(names)).toEqualTypeOf<RDD<[string, number]>>()
  // @ts-expect-error keys of different types
  pairs.join(others)
  // @ts-expect-error the other side is no RDD of pairs
  pairs.join(words)
})

test('actions on numbers are there on numbers only', () => {
  expectTypeOf(numbers.sum()).resolves.toBeNumber()
  expectTypeOf(numbers.stats()).resolves.toEqualTypeOf<StatCounter>()
  expectTypeOf(numbers.histogram([0, 1])).resolves.toEqualTypeOf<number[]>()
  expectTypeOf(numbers.histogram(3)).resolves.toEqualTypeOf<[buckets: number[], counts: number[]]>()
  expectTypeOf(pairs.values().mean()).resolves.toBeNumber()
  // @ts-expect-error words are no numbers
  void words.sum()
  // @ts-expect-error pairs are no numbers
  void pairs.stats()
  // @ts-expect-error words are no numbers
  void words.histogram(2)
})

test('actions infer their results', () => {
  expectTypeOf(words.collect()).resolves.toEqualTypeOf<string[]>()
  expectTypeOf(words.takeOrdered(2)).resolves.toEqualTypeOf<string[]>()
  expectTypeOf(words.max((a, b) => a.length - b.length)).resolves.toBeString()
  expectTypeOf(words.countByValue()).resolves.toEqualTypeOf<Map<string, number>>()
  expectTypeOf(pairs.collectAsMap()).resolves.toEqualTypeOf<Map<string, number>>()
  expectTypeOf(pairs.lookup('a')).resolves.toEqualTypeOf<number[]>()
  expectTypeOf(
    words.aggregate(
      0,
      (n, word) => n + word.length,
      (a, b) => a + b,
    ),
  ).resolves.toBeNumber()
  expectTypeOf(
    words.treeAggregate(
      0,
      async (n, w) => n + w.length,
      (a, b) => a + b,
    ),
  ).resolves.toBeNumber()
  expectTypeOf(words.collectAsync()).toEqualTypeOf<FutureAction<string[]>>()
  expectTypeOf(words.collectAsync()).resolves.toEqualTypeOf<string[]>()
  expectTypeOf(words.toLocalIterator()).toEqualTypeOf<AsyncIterableIterator<string>>()
  // @ts-expect-error a key of another type
  void pairs.lookup(1)
})
