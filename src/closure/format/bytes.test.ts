import { expect, test } from 'vitest'
import { ByteReader } from './byte-reader.js'
import { ByteWriter } from './byte-writer.js'

test('everything that is written is read again', () => {
  const out = new ByteWriter()
  const strings = ['', 'a', 'a', 'é', '😀', '\ud800', 'x'.repeat(1000), 'é'.repeat(30), 'a']
  const integers = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)]
  const counts = [0, 127, 128, 2 ** 32, 2 ** 53 - 1]
  for (const one of strings) out.string(one)
  for (const one of integers) out.integer(one)
  for (const one of counts) out.count(one)
  out.double(-0)
  const input = new ByteReader(out.view())
  expect(strings.map(() => input.string())).toEqual(strings)
  expect(integers.map(() => input.integer())).toEqual(integers)
  expect(counts.map(() => input.count())).toEqual(counts)
  expect(input.double()).toBe(-0)
  expect(() => input.byte()).toThrow(/ends too early/)
})
