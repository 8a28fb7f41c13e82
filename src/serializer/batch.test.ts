import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { FiresteelError } from '../common/errors/index.js'
import {
  decodeBatch,
  decodePairs,
  decodeValue,
  encodeBatch,
  encodePairs,
  encodeSharedValue,
  encodeValue,
} from './index.js'
import { RandomValues } from './random-values.test-kit.js'
import { batchDifference } from './same-values.test-kit.js'

/** The same in every respect that the format keeps. */
function same(actual: readonly unknown[], expected: readonly unknown[], what = ''): void {
  expect(batchDifference(actual, expected), what).toBeUndefined()
}

function roundTrip(records: readonly unknown[]): unknown[] {
  const decoded = decodeBatch(encodeBatch(records))
  same(decoded, records)
  return decoded
}

describe('encodeBatch and decodeBatch', () => {
  test('give back seeded batches of every shape', () => {
    for (let seed = 0; seed < 1500; seed++) {
      const records = new RandomValues(seed).batch()
      same(decodeBatch(encodeBatch(records)), records, `seed ${seed}`)
    }
  })

  test('take only the first records when told how many', () => {
    same(decodeBatch(encodeBatch([1, 2, 3], 2)), [1, 2])
    same(decodeBatch(encodeBatch(['a', 'b', 'c'], 2)), ['a', 'b'])
    same(decodeBatch(encodeBatch([{ a: 1 }, { a: 2 }], 0)), [])
  })

  test('keep one object that stands twice in a record one object, and two records apart', () => {
    const point = { x: 1 }
    const shapes: unknown[] = [
      [point, point],
      { a: point, b: { c: point } },
      [[point, point, { x: 2 }]],
      [point, [1, 'a', point]],
      [new Date(0), { when: null as unknown }],
      [new Map([['a', point]]), point],
      { left: point, right: null, again: point },
    ]
    ;(shapes[4] as [Date, { when: unknown }])[1].when = (shapes[4] as unknown[])[0]
    for (const record of shapes) {
      const [first, second] = roundTrip([record, record, record])
      expect(first).not.toBe(second)
    }
    const [[a, b]] = roundTrip([[point, point]]) as [[object, object]]
    expect(a).toBe(b)
    const [{ left, right, again }] = roundTrip([shapes[6], { left: { x: 3 }, right: point, again: { x: 3 } }]) as [
      Record<string, unknown>,
    ]
    expect(left).toBe(again)
    expect(right).toBeNull()
  })

  test('keep cycles through objects, arrays, maps, sets and errors', () => {
    const node: Record<string, unknown> = { name: 'n' }
    node.self = node
    node.list = [node, new Set([node]), new Map([[node, node]])]
    node.error = new Error('e', { cause: node })
    const [decoded] = decodeBatch(encodeBatch([node])) as [typeof node]
    expect(decoded.self).toBe(decoded)
    const [one, set, map] = decoded.list as [unknown, Set<unknown>, Map<unknown, unknown>]
    expect(one).toBe(decoded)
    expect(set.has(decoded)).toBe(true)
    expect(map.get(decoded)).toBe(decoded)
    expect((decoded.error as Error).cause).toBe(decoded)
    const parents = Array.from({ length: 50 }, (_, id) => ({ id, child: { parent: null as unknown } }))
    for (const parent of parents) parent.child.parent = parent
    const back = decodeBatch(encodeBatch(parents)) as typeof parents
    for (const parent of back) expect(parent.child.parent).toBe(parent)
  })

  test('keep what other codecs lose', () => {
    const record = JSON.parse('{"__proto__": {"x": 1}, "b": 2, "1": 3}') as object
    const [decoded] = roundTrip([record, record]) as [object]
    expect(Object.keys(decoded)).toEqual(['1', '__proto__', 'b'])
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    const [zero] = roundTrip([-0, -0, 1])
    expect(Object.is(zero, -0)).toBe(true)
    const [buffer] = roundTrip([Buffer.from('x'), Buffer.alloc(0)])
    expect(Buffer.isBuffer(buffer)).toBe(true)
    const match = 'key=value'.match(/(?<key>\w+)=(\w+)/)
    const [first] = roundTrip([match]) as [RegExpMatchArray]
    expect(first.groups?.key).toBe('key')
    expect(first.index).toBe(0)
    const error = new TypeError('bad', { cause: new Error('inner') })
    const [back] = decodeBatch(encodeBatch([error])) as [Error]
    expect(back).toBeInstanceOf(TypeError)
    expect(back.stack).toBe(error.stack)
    expect((back.cause as Error).message).toBe('inner')
    const sparse = new Array(1e9)
    sparse[5] = 'five'
    const [wide] = decodeBatch(encodeBatch([sparse])) as [unknown[]]
    expect([wide.length, wide[5], Object.keys(wide)]).toEqual([1e9, 'five', ['5']])
  })

  test('find shared objects in long lists, deep records and between columns of all kinds', () => {
    const shared = { id: 1, name: 'x' }
    const pair = [1, 'x']
    const fresh = (n: number) => Array.from({ length: n }, (_, id) => ({ id, name: 'x' }))
    const same = (n: number) => Array.from({ length: n }, () => ({ id: 7, name: 'x' }))
    for (const size of [5, 20, 40, 100]) {
      for (const items of [fresh(size), same(size)]) {
        const records = Array.from({ length: 40 }, (_, i) => [`key ${i}`, i === 39 ? [...items, items[0]] : items])
        const [key, list] = roundTrip(records)[39] as [string, unknown[]]
        expect([key, list[0] === list[size]]).toEqual(['key 39', true])
      }
    }
    roundTrip(Array.from({ length: 40 }, () => ({ a: [shared], b: [[shared]], c: [pair, pair] })))
    roundTrip(Array.from({ length: 40 }, (_, i) => [pair, i % 2 ? new Map([[pair, 1]]) : 'text', { deep: [pair] }]))
    roundTrip(
      Array.from({ length: 40 }, () => ({ dates: [new Date(1), new Date(2)], bytes: [Buffer.from('a')], pair })),
    )
    const date = new Date(3)
    roundTrip(Array.from({ length: 40 }, () => ({ from: date, to: date })))
    const bytes = new Uint8Array(2)
    roundTrip(Array.from({ length: 40 }, () => [bytes, { bytes }]))
    const wide = Array.from({ length: 60 }, (_, id) => ({ [`k${id}`]: id, shared }))
    roundTrip([wide, wide])
  })

  test('take objects and arrays of another realm for plain ones', () => {
    const foreign = runInNewContext(
      '[{ a: 1, when: new Date(5), list: [1, , 3], map: new Map([[1, /x/g]]), e: new TypeError("t") }]',
    )
    const [[record]] = decodeBatch(encodeBatch([foreign, foreign])) as [[Record<string, unknown>]]
    expect(record.a).toBe(1)
    expect(record.when).toEqual(new Date(5))
    expect([1 in (record.list as unknown[]), (record.list as unknown[])[2]]).toEqual([false, 3])
    expect(record.map).toEqual(new Map([[1, /x/g]]))
    expect(record.e).toBeInstanceOf(TypeError)
  })

  test('hold more than four million values of no width', () => {
    const nulls = new Array<null>(5_000_000).fill(null)
    expect(decodeBatch(encodeBatch(nulls)).length).toBe(nulls.length)
    const records = Array.from({ length: 60_000 }, () => Array.from({ length: 100 }, () => 1))
    expect(decodeBatch(encodeBatch(records)).length).toBe(records.length)
  })

  test('spend a byte or two on numbers that allow it', () => {
    expect(encodeBatch(Array.from({ length: 1000 }, (_, i) => i % 200)).length).toBeLessThan(1_010)
    expect(encodeBatch(Array.from({ length: 1000 }, () => 'same')).length).toBeLessThan(4_020)
    expect(encodeBatch(Array.from({ length: 1000 }, () => [1, null])).length).toBeLessThan(20)
    expect(encodeBatch(Array.from({ length: 1000 }, (_, i) => new Date(1.7e12 + i * 1000))).length).toBeLessThan(4_030)
  })

  test('refuse what cannot travel, and say where it stands', () => {
    const refused: [unknown, string][] = [
      [{ conn: () => 1 }, 'record[1].conn is a function'],
      [[1, Symbol('x')], 'record[1][1] is a symbol'],
      [{ a: { 'b c': new Map([[1, Promise.resolve()]]) } }, 'record[1].a["b c"].entries()[1] is a Promise'],
      [new WeakMap(), 'record[1] is a WeakMap'],
      [[new SharedArrayBuffer(1)], 'record[1][0] is a SharedArrayBuffer'],
      [
        {
          sub: new (class Point {
            x = 1
          })(),
        },
        'record[1].sub is an instance of class Point',
      ],
      [new (class Many extends Map {})(), 'record[1] is an instance of class Many'],
      [Array.from({ length: 5000 }).reduce((inner) => [inner], 1), 'levels deep'],
    ]
    for (const [record, message] of refused) {
      expect(() => encodeBatch([typeof record === 'object' ? {} : 1, record])).toThrow(message)
    }
    expect(() => encodePairs(['a', 'b'], [1, () => 2])).toThrow(
      '[FS_SERIALIZER_UNSUPPORTED] record[1][1] is a function',
    )
    expect(() => encodePairs(['a', new WeakSet()], [1, 2])).toThrow('record[1][0] is a WeakSet')
  })

  test('work again after a refusal, and while a getter encodes', () => {
    expect(() => encodeBatch([() => 1])).toThrow()
    let inner: unknown
    const record = {
      get nested() {
        inner = decodeValue(encodeValue({ a: [1, 'x'] }))
        return 1
      },
    }
    same(decodeBatch(encodeBatch([record, record])), [{ nested: 1 }, { nested: 1 }])
    expect(inner).toEqual({ a: [1, 'x'] })
  })
})

describe('encodePairs and decodePairs', () => {
  test('make the bytes of encodeBatch, and read any batch of pairs', () => {
    for (let seed = 0; seed < 1000; seed++) {
      const random = new RandomValues(seed)
      const keyShape = random.shape(2)
      const valueShape = random.shape(2)
      const count = random.pick([0, 1, 2, 20])
      const keys = Array.from({ length: count }, keyShape)
      const values = Array.from({ length: count }, (_, i) => (random.next() < 0.05 ? keys[i] : valueShape()))
      const pairs = keys.map((key, i) => [key, values[i]])
      const bytes = encodePairs(keys, values)
      expect(Buffer.compare(bytes, encodeBatch(pairs)), `seed ${seed}`).toBe(0)
      same(decodeBatch(bytes), pairs, `seed ${seed}`)
      const columns = decodePairs(bytes)
      same(
        columns.keys.map((key, i) => [key, columns.values[i]]),
        pairs,
        `seed ${seed}`,
      )
    }
    const odd = decodePairs(encodeBatch([['a', 1, 2].slice(0, 2), ['b', new Map()]]))
    expect(odd).toEqual({ keys: ['a', 'b'], values: [1, new Map()] })
  })

  test('refuse a batch of other records', () => {
    for (const records of [[1], [[1]], [[1, 2, 3]], [[1, 2], 3], [{ 0: 1, 1: 2 }]]) {
      expect(() => decodePairs(encodeBatch(records))).toThrow('FS_SERIALIZER_CORRUPT')
    }
  })
})

describe('damaged bytes', () => {
  test('are refused or give some value, and never crash or claim much memory', () => {
    for (let seed = 0; seed < 2000; seed++) {
      const random = new RandomValues(seed)
      const bytes = encodeBatch(random.batch())
      const changes = 1 + random.below(3)
      for (let i = 0; i < changes; i++)
        bytes[random.below(bytes.length)] = random.pick([0, 1, 127, 128, 255, random.below(256)])
      const damaged = random.next() < 0.3 ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes
      try {
        decodeBatch(damaged)
      } catch (error) {
        if (
          FiresteelError.is(error, 'FS_SERIALIZER_CORRUPT') ||
          FiresteelError.is(error, 'FS_SERIALIZER_CLASS_UNKNOWN')
        )
          continue
        throw new Error(`seed ${seed}`, { cause: error })
      }
    }
  })

  test('cut short anywhere are refused', () => {
    const bytes = encodeBatch([
      ['a', { b: [1, 2.5], c: new Map([[1, 'x']]) }],
      ['d', { b: [], c: new Map() }],
    ])
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeBatch(bytes.subarray(0, end))).toThrow('FS_SERIALIZER_CORRUPT')
    expect(() => decodeBatch(Buffer.concat([bytes, Buffer.from([0])]))).toThrow('after the last record')
  })
})

describe('values in shared memory', () => {
  const texts = (count: number, last: string) => [...Array.from({ length: count }, (_, i) => `some text ${i}`), last]

  test.each([
    ['a small one', { a: 1, list: [1, 2, 3] }],
    ['one that just outgrows what is copied', new Uint8Array((1 << 24) + 5).fill(9)],
    ['texts of one byte a character, in several parts', texts(200_000, 'é')],
    ['texts that do not all fit one byte', texts(200_000, 'ż')],
    ['one that has to be written anew, as rows', ((twice) => [twice, twice])(new Float64Array(3 << 20).fill(0.5))],
  ])('are the same bytes: %s', (_what, value) => {
    const bytes = encodeSharedValue(value)
    expect(bytes.buffer instanceof SharedArrayBuffer).toBe(true)
    expect(Buffer.compare(bytes, encodeValue(value))).toBe(0)
    // What keeps blocks in memory copies those that hold much more than they need.
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(2 * bytes.byteLength)
  })

  test('are refused as others are', () => {
    expect(() => encodeSharedValue({ f: () => 1 })).toThrow(/FS_SERIALIZER_UNSUPPORTED.*record\[0\]\.f/)
  })
})
