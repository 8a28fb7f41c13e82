import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PlanNode } from './index.js'
import { PlanRunner } from './task.test-kit.js'

let runner: PlanRunner
beforeEach(() => {
  runner = new PlanRunner()
})
afterEach(() => runner.close())

const collect = { kind: 'collect' } as const

describe('a task of record operators', () => {
  test('maps, filters and flattens in one pass', async () => {
    const operators = [
      { op: 'flatMap', f: runner.fn((x: number) => [x, x * 10]) },
      { op: 'filter', f: runner.fn((x: number) => x !== 20) },
      { op: 'map', f: runner.fn((x: number) => `#${x}`) },
    ] as const
    expect(await runner.run([1, 2, 3], operators, collect)).toEqual(['#1', '#10', '#2', '#3', '#30'])
  })

  test('keeps pairs apart through keyBy, mapValues, flatMapValues, keys and values', async () => {
    const keyed = [
      { op: 'keyBy', f: runner.fn((x: number) => x % 2) },
      { op: 'mapValues', f: runner.fn((x: number) => x + 1) },
      { op: 'flatMapValues', f: runner.fn((x: number) => new Set([x, -x])) },
    ] as const
    const pairs = [
      [1, 2],
      [1, -2],
      [0, 3],
      [0, -3],
    ]
    expect(await runner.run([1, 2], keyed, collect)).toEqual(pairs)
    expect(await runner.run([1, 2], [...keyed, { op: 'keys' }], collect)).toEqual([1, 1, 0, 0])
    expect(await runner.run([1, 2], [...keyed, { op: 'values-of' }], collect)).toEqual([2, -2, 3, -3])
  })

  test('takes generators, strings and other iterables from flatMap', async () => {
    const generator = runner.fn(function* (n: number) {
      for (let i = 0; i < n; i++) yield i
    })
    expect(await runner.run([3, 0, 1], [{ op: 'flatMap', f: generator }], collect)).toEqual([0, 1, 2, 0])
    expect(await runner.run(['ab', ''], [{ op: 'flatMap', f: runner.fn((s: string) => s) }], collect)).toEqual([
      'a',
      'b',
    ])
  })

  test('stops at a limit without computing what lies behind it', async () => {
    let calls = 0
    const endless = runner.fn(function* () {
      for (;;) yield calls++
    })
    expect(await runner.run([1, 2, 3], [{ op: 'flatMap', f: endless }], { kind: 'collect', limit: 4 })).toEqual([
      0, 1, 2, 3,
    ])
    expect(calls).toBeLessThan(16)
  })

  test('starts over in the asynchronous form when a function returns a promise', async () => {
    const operators = [
      { op: 'map', f: runner.fn(async (x: number) => x + 1) },
      { op: 'filter', f: runner.fn((x: number) => Promise.resolve(x > 2)) },
      {
        op: 'flatMap',
        f: runner.fn(async function* (x: number) {
          yield x
          yield x
        }),
      },
    ] as const
    expect(await runner.run([1, 2, 3], operators, collect)).toEqual([3, 3, 4, 4])
  })

  test('starts over in the asynchronous form when a flatMap gives an asynchronous generator', async () => {
    const f = runner.fn(async function* (x: number) {
      yield x
      yield -x
    })
    expect(await runner.run([1, 2], [{ op: 'flatMap', f }], collect)).toEqual([1, -1, 2, -2])
  })

  test('names what it was given where a pair or an iterable is needed', async () => {
    await expect(runner.run([1], [{ op: 'keys' }], collect)).rejects.toThrow(/FS_RDD_NOT_A_PAIR.*length 2: 1/)
    await expect(runner.run([1], [{ op: 'flatMap', f: runner.fn(() => 7) }], collect)).rejects.toThrow(
      /FS_RDD_NOT_ITERABLE.*returned 7/,
    )
  })
})

describe('a sink', () => {
  test('counts, reduces, aggregates and applies', async () => {
    const add = runner.fn((a: number, b: number) => a + b)
    expect(await runner.run([1, 2, 3], [], { kind: 'count' })).toBe(3)
    expect(await runner.run([1, 2, 3], [], { kind: 'reduce', f: add })).toEqual([6])
    expect(await runner.run([], [], { kind: 'reduce', f: add })).toEqual([])
    expect(
      await runner.run([1, 2], [], { kind: 'apply', f: runner.fn((it: Iterable<number>) => [...it].length) }),
    ).toBe(2)
  })

  test('waits for asynchronous functions', async () => {
    const add = runner.fn(async (a: number, b: number) => a + b)
    expect(await runner.run([1, 2, 3], [], { kind: 'reduce', f: add })).toEqual([6])
    const seen: number[] = []
    await runner.run([1, 2], [], { kind: 'foreach', f: runner.fn(async (x: number) => void seen.push(x)) })
    expect([...new Set(seen)].sort()).toEqual([1, 2])
  })
})

describe('a partition operator', () => {
  test('gets a lazy iterator and may return any iterable', async () => {
    const f = runner.fn(function* (index: number, records: Iterable<number>) {
      for (const x of records) yield [index, x]
    })
    expect(await runner.run([5, 6], [{ op: 'mapPartitions', f, withIndex: true }], collect)).toEqual([
      [0, 5],
      [0, 6],
    ])
  })

  test('runs asynchronous calls side by side, in order or not, and retries', async () => {
    let running = 0
    let most = 0
    const failed = new Set<number>()
    const f = runner.fn(async (x: number) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, (10 - x) % 4))
      running--
      if (x === 3 && !failed.has(x)) {
        failed.add(x)
        throw new Error('once')
      }
      return x * 2
    })
    const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    const options = { concurrency: 4, ordered: true, timeoutMs: 0, retries: 1, retryDelayMs: 1 }
    const doubled = values.map((x) => x * 2)
    expect(await runner.run(values, [{ op: 'mapAsync', f, kind: 'map', options }], collect)).toEqual(doubled)
    expect(most).toBe(4)
    const unordered = await runner.run(
      values,
      [{ op: 'mapAsync', f, kind: 'map', options: { ...options, ordered: false } }],
      collect,
    )
    expect((unordered as number[]).sort((a, b) => a - b)).toEqual(doubled)
  })

  test('fails an asynchronous call that does not settle in time', async () => {
    const options = { concurrency: 2, ordered: true, timeoutMs: 5, retries: 0, retryDelayMs: 1 }
    const never = runner.fn(() => new Promise(() => undefined))
    await expect(runner.run([1], [{ op: 'mapAsync', f: never, kind: 'map', options }], collect)).rejects.toThrow(
      /FS_TASK_ASYNC_TIMEOUT/,
    )
  })

  test('pipes records through a command and checks its exit code', async () => {
    const pipe = (command: string[]) =>
      ({ op: 'pipe', options: { command, env: {}, separateWorkingDirectory: false } }) as const
    expect(await runner.run(['b', 'a'], [pipe(['sort'])], collect)).toEqual(['a', 'b'])
    await expect(runner.run(['b'], [pipe(['sh', '-c', 'echo oops >&2; exit 3'])], collect)).rejects.toThrow(
      /ended with 3.*oops/,
    )
  })
})

describe('a shuffle', () => {
  const words = ['a', 'b', 'a', 'c', 'a', 'b']
  const pairs = words.map((word) => [word, 1])
  const hash = { kind: 'hash' } as const

  async function reduceAll(read: PlanNode['operator'], numPartitions: number): Promise<unknown[]> {
    const all: unknown[] = []
    for (let partition = 0; partition < numPartitions; partition++) {
      all.push(...((await runner.runNodes([{ operator: read, inputs: [] }], collect, { partition })) as unknown[]))
    }
    return all
  }

  test('combines by key on both sides', async () => {
    const add = runner.fn((a: number, b: number) => a + b)
    const combiner = { mergeValue: add, mergeCombiners: add }
    const write = { numPartitions: 3, partitioner: hash, combiner, pairs: true }
    await runner.run(pairs, [], { kind: 'shuffle', shuffleId: 1 as never, write })
    await runner.run(pairs, [], { kind: 'shuffle', shuffleId: 1 as never, write })
    const read = {
      op: 'shuffle',
      shuffleId: 1 as never,
      read: { kind: 'combine', combiner, mapSideCombined: true },
    } as const
    const counts = await reduceAll(read, 3)
    expect(counts.sort()).toEqual([
      ['a', 6],
      ['b', 4],
      ['c', 2],
    ])
  })

  test('combines by key with an asynchronous function', async () => {
    const add = runner.fn(async (a: number, b: number) => a + b)
    const combiner = { mergeValue: add, mergeCombiners: add }
    await runner.run(pairs, [], {
      kind: 'shuffle',
      shuffleId: 7 as never,
      write: { numPartitions: 1, partitioner: hash, combiner, pairs: true },
    })
    const read = {
      op: 'shuffle',
      shuffleId: 7 as never,
      read: { kind: 'combine', combiner, mapSideCombined: true },
    } as const
    expect((await reduceAll(read, 1)).sort()).toEqual([
      ['a', 3],
      ['b', 2],
      ['c', 1],
    ])
  })

  test('groups, sorts, and moves whole records', async () => {
    await runner.run(pairs, [], {
      kind: 'shuffle',
      shuffleId: 2 as never,
      write: { numPartitions: 2, partitioner: hash, pairs: true },
    })
    const grouped = await reduceAll({ op: 'shuffle', shuffleId: 2 as never, read: { kind: 'group' } }, 2)
    expect(grouped.sort()).toEqual([
      ['a', [1, 1, 1]],
      ['b', [1, 1]],
      ['c', [1]],
    ])
    const sorted = await reduceAll(
      { op: 'shuffle', shuffleId: 2 as never, read: { kind: 'sort', ascending: false } },
      2,
    )
    expect(sorted).toHaveLength(6)
    const write = { numPartitions: 4, partitioner: { kind: 'roundRobin' }, pairs: false } as const
    await runner.run([1, 2, 3, 4, 5], [], { kind: 'shuffle', shuffleId: 3 as never, write })
    const moved = await reduceAll({ op: 'shuffle', shuffleId: 3 as never, read: { kind: 'records' } }, 4)
    expect((moved as number[]).sort()).toEqual([1, 2, 3, 4, 5])
  })

  test('joins two sides by key', async () => {
    const write = { numPartitions: 1, partitioner: hash, pairs: true }
    await runner.run(
      [
        ['a', 1],
        ['b', 2],
      ],
      [],
      { kind: 'shuffle', shuffleId: 4 as never, write },
    )
    await runner.run(
      [
        ['a', 'x'],
        ['a', 'y'],
        ['c', 'z'],
      ],
      [],
      { kind: 'shuffle', shuffleId: 5 as never, write },
    )
    const sides = [{ shuffleId: 4 as never }, { shuffleId: 5 as never }]
    const joined = (flavour: 'join' | 'fullOuter') => reduceAll({ op: 'cogroup', sides, flavour }, 1)
    expect(await joined('join')).toEqual([
      ['a', [1, 'x']],
      ['a', [1, 'y']],
    ])
    expect(await joined('fullOuter')).toEqual([
      ['a', [1, 'x']],
      ['a', [1, 'y']],
      ['b', [2, undefined]],
      ['c', [undefined, 'z']],
    ])
  })
})

describe('a partition operator above a flatMap', () => {
  test('gets many records of one in pieces, and closes the generator when it stops early', async () => {
    let made = 0
    let isClosed = false
    const many = runner.fn(function* () {
      try {
        for (; made < 1_000_000; made++) yield made
      } finally {
        isClosed = true
      }
    })
    const firstThree = runner.fn((records: Iterable<number>) => {
      const taken: number[] = []
      for (const record of records) {
        taken.push(record)
        if (taken.length === 3) break
      }
      return taken
    })
    const operators = [
      { op: 'flatMap', f: many },
      { op: 'mapPartitions', f: firstThree, withIndex: false },
    ] as const
    expect(await runner.run([1], operators, collect)).toEqual([0, 1, 2])
    expect(made).toBeLessThan(20_000)
    expect(isClosed).toBe(true)
  })
})
