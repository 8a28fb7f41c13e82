import { expect, test } from 'vitest'
import { KeyMap, mapByValue } from './key-map.js'

test('keys of equal value are one key, the first of them', () => {
  const first = ['a', 1]
  const map = new KeyMap<unknown, number>([
    [first, 1],
    [['a', 1], 2],
    [{ x: 1, y: 2 }, 3],
    ['a', 4],
  ])
  expect(map.size).toBe(3)
  expect(map.get(['a', 1])).toBe(2)
  expect(map.has({ y: 2, x: 1 })).toBe(true)
  expect([...map.keys()][0]).toBe(first)
  expect(map.get(['b'])).toBeUndefined()
})

test('what is deleted is gone, and may come again', () => {
  const map = new KeyMap<unknown, number>([[[1], 1]])
  expect(map.delete([2])).toBe(false)
  expect(map.delete([1])).toBe(true)
  expect(map.has([1])).toBe(false)
  expect(map.set([1], 5).get([1])).toBe(5)
  map.clear()
  expect(map.get([1])).toBeUndefined()
  expect(map.size).toBe(0)
})

test('a plain map is enough where no key is an object', () => {
  expect(Object.getPrototypeOf(mapByValue([['a', 1]]))).toBe(Map.prototype)
  expect(mapByValue([[[1], 1]])).toBeInstanceOf(KeyMap)
  expect(mapByValue(new KeyMap([[Number.NaN, 1]]))).toEqual(new Map([[Number.NaN, 1]]))
})
