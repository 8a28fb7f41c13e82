import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { compareKeys, equalKeys, hashKey, hashNumber, hashString, nonNegativeMod } from './index.js'

class Point {
  constructor(
    readonly x: number,
    readonly y: number,
  ) {}
}

/** Groups of keys: all in one group are one key, no two groups share one. */
const groups: unknown[][] = [
  [undefined],
  [null],
  [true],
  [false],
  [0, -0],
  [1, 1.0],
  [1n],
  [2 ** 40],
  [2n ** 40n],
  [-(2n ** 70n)],
  [0.1],
  [Number.NaN, 0 / 0],
  [Number.POSITIVE_INFINITY],
  [''],
  ['1'],
  ['ab', `a${'b'}`],
  ['\ud800'],
  [new Date(5), new Date(5)],
  [new Date(Number.NaN), new Date('no date')],
  [[], []],
  [[undefined], new Array(1)],
  [[null]],
  [
    ['a', 1],
    ['a', 1],
  ],
  [['a', '1']],
  [[['a'], 1]],
  [{}, Object.create(null)],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, runInNewContext('({ a: 1, b: 2 })')],
  [{ a: 2, b: 1 }],
  [{ a: undefined }],
  [new Point(1, 2), new Point(1, 2)],
  [{ x: 1, y: 2 }],
  [Buffer.from([1, 2]), new Uint8Array([1, 2])],
  [new Int8Array([1, 2])],
  [new Uint8Array([1, 2, 0])],
  [new Float64Array([0]), new Float64Array([-0])],
  [new Uint8Array([1, 2]).buffer],
  [new BigInt64Array([1n])],
]

describe('keys', () => {
  test('equal keys hash alike, and others are neither equal nor, here, alike in hash', () => {
    for (const [i, group] of groups.entries()) {
      for (const [j, other] of groups.entries()) {
        for (const a of group) {
          for (const b of other) {
            expect(equalKeys(a, b)).toBe(i === j)
            expect(hashKey(a) === hashKey(b), `${i} ${j}`).toBe(i === j)
          }
        }
      }
    }
  })

  test('hashes are int32 and never change from one release to the next', () => {
    for (const key of groups.flat()) expect(hashKey(key) | 0).toBe(hashKey(key))
    expect([
      hashKey('firesteel'),
      hashKey(42),
      hashKey(0.5),
      hashKey(['a', 1]),
      hashKey({ a: [null, 1n] }),
    ]).toMatchInlineSnapshot(`
      [
        2125758234,
        142593372,
        -1941241715,
        269117916,
        -1203898744,
      ]
    `)
    expect(hashString('firesteel')).toBe(hashKey('firesteel'))
    expect(hashNumber(0.5)).toBe(hashKey(0.5))
  })

  test('similar keys spread evenly over the partitions', () => {
    const shapes: ((i: number) => unknown)[] = [
      (i) => i,
      (i) => i * 64,
      (i) => i / 8,
      (i) => `key-${i}`,
      (i) => [i % 100, Math.floor(i / 100)],
      (i) => ({ id: i }),
      (i) => BigInt(i),
      (i) => new Date(i * 86_400_000),
    ]
    for (const shape of shapes) {
      const counts = new Array<number>(64).fill(0)
      for (let i = 0; i < 64_000; i++) (counts[nonNegativeMod(hashKey(shape(i)), 64)] as number)++
      expect(Math.max(...counts), shape.toString()).toBeLessThan(1_000 + 200)
      expect(Math.min(...counts), shape.toString()).toBeGreaterThan(1_000 - 200)
    }
  })

  test('a key without a value to compare is refused with what to do', () => {
    for (const key of [
      () => 1,
      Symbol('s'),
      new Map(),
      new Set(),
      /x/,
      new Error('x'),
      Promise.resolve(),
      new (class Hidden {})(),
    ]) {
      expect(() => hashKey(key)).toThrow(/FS_KEY_UNSUPPORTED/)
      expect(() => equalKeys([key], [1])).not.toThrow()
    }
    expect(() => hashKey([new Map()])).toThrow('a value of type Map cannot be used as a key')
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    expect(() => hashKey(cyclic)).toThrow(/FS_KEY_TOO_DEEP/)
  })
})

describe('the natural order', () => {
  const ascending: unknown[] = [
    undefined,
    null,
    false,
    true,
    Number.NEGATIVE_INFINITY,
    -(2n ** 70n),
    -1.5,
    0,
    0n,
    0.5,
    1n,
    2,
    2n ** 70n,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    '',
    'B',
    'a',
    'ab',
    '\ud83d\ude00',
    '\uff00',
    new Date(-1),
    new Date(3),
    new Date(Number.NaN),
    new Int8Array([9]),
    new Uint8Array([1]),
    Buffer.from([1, 0]),
    new Uint8Array([2]),
    [],
    [undefined],
    [-3, 'b'],
    [-2, 'a'],
    [-2, 'a', 0],
    [-2, 'b'],
    [[1]],
  ]

  test('orders kinds and values as documented, both ways round', () => {
    for (const [i, a] of ascending.entries()) {
      for (const [j, b] of ascending.entries()) expect(Math.sign(compareKeys(a, b)), `${i} ${j}`).toBe(Math.sign(i - j))
    }
  })

  test('is 0 exactly for equal keys', () => {
    for (const a of groups.flat()) {
      for (const b of groups.flat()) {
        let order: number
        try {
          order = compareKeys(a, b)
        } catch {
          continue
        }
        expect(order === 0).toBe(equalKeys(a, b))
      }
    }
  })

  test('objects have none, even alone', () => {
    const point = { x: 1 }
    expect(() => compareKeys(point, point)).toThrow('[FS_KEY_NO_ORDER] keys of type Object have no natural order')
    expect(() => compareKeys([new Point(1, 2)], [1])).toThrow('keys of type Point have no natural order')
  })
})
